"""Customers' files at Twilio: behind the account's password there, and behind none where it redirects to."""

from __future__ import annotations

import requests

from core.errors import Misconfigured, Refused
from core.safe_fetch import fetch_public, host_of
from webhooks.channels.ports import Fetched, MediaRef

TIMEOUT = (3.0, 20.0)


class TwilioMedia:
    """A MediaSource. The password goes to `api_url` and nowhere else; that address may be on this machine, others may
    not be inside our network."""

    def __init__(self, session: requests.Session, *, api_url: str, account_sid: str, auth_token: str) -> None:
        self._session = session
        self._auth = (account_sid, auth_token)
        self._own = frozenset({host_of(api_url)})

    def fetch(self, ref: MediaRef, *, limit: int) -> Fetched:
        """As `MediaSource.fetch`. May be called again at any time: Twilio keeps files until they are deleted."""
        try:
            data, mime_type = fetch_public(
                self._session,
                ref.url,
                limit=limit,
                timeout=TIMEOUT,
                auth=self._auth,
                trusted_hosts=self._own,
                allowed_hosts=self._own,
            )
        except Refused as failure:
            raise Refused(f"media_{failure.code}", failure.detail) from failure
        except Misconfigured as failure:
            raise Misconfigured(f"twilio_{failure.code}", failure.detail) from failure
        return Fetched(data, mime_type)
