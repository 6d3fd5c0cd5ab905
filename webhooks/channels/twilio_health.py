"""Asks Twilio whether the account is active; it tells nothing about quality or limits."""

from __future__ import annotations

import requests

from core.http import send as call
from webhooks.channels.health_ports import NumberState
from webhooks.channels.twilio_errors import ERRORS

TIMEOUT = (3.0, 10.0)


class TwilioHealth:
    """One question to `api_url`."""

    def __init__(self, session: requests.Session, *, api_url: str, account_sid: str, auth_token: str) -> None:
        self._session = session
        self._url = f"{api_url}/2010-04-01/Accounts/{account_sid}.json"
        self._auth = (account_sid, auth_token)

    def check(self) -> NumberState:
        """The state now. Raises Misconfigured when account or token are wrong, Unreachable when nobody answers."""
        response = call(self._session, "GET", self._url, timeout=TIMEOUT, auth=self._auth)
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        if not response.ok or not isinstance(answer, dict):
            raise ERRORS.failure_of(response.status_code, answer)
        status = str(answer.get("status") or "")
        return NumberState(
            name=str(answer.get("friendly_name") or "")[:200],
            account_status="" if status in {"", "active"} else status.upper()[:50],
        )
