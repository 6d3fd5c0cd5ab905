"""Twilio's WhatsApp API, the sending half: one call."""

from __future__ import annotations

import requests

from core.errors import Refused, Unreachable
from core.http import send as call
from webhooks.channels.ports import Outgoing, Recipient, Sent
from webhooks.channels.twilio_errors import ERRORS

TIMEOUT = (3.0, 15.0)


class TwilioChannel:
    """Speaks to `api_url`. Buttons and lists become numbered text: the customer answers with the number."""

    captions_documents = False
    kinds = frozenset({"text", "buttons", "list", "document", "image"})

    def __init__(
        self,
        session: requests.Session,
        *,
        api_url: str,
        account_sid: str,
        auth_token: str,
        sender: str,
        status_callback: str,
    ) -> None:
        self._session = session
        self._url = f"{api_url}/2010-04-01/Accounts/{account_sid}/Messages.json"
        self._auth = (account_sid, auth_token)
        self._sender = sender
        self._status_callback = status_callback

    def send(self, message: Outgoing) -> Sent:
        """Sends one bubble. A file goes as a link of ours, which Twilio fetches."""
        if message.kind == "template":
            raise Refused("no_template")
        form = {"To": _address(message.to), "From": self._sender, "StatusCallback": self._status_callback}
        if text := numbered(message):
            form["Body"] = text
        if message.file:
            form["MediaUrl"] = message.file.link
        response = call(self._session, "POST", self._url, timeout=TIMEOUT, data=form, auth=self._auth)
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        if not response.ok:
            raise ERRORS.failure_of(response.status_code, answer)
        if not isinstance(answer, dict) or not answer.get("sid"):
            # It took the message but not in a way we know: it may well have left.
            raise Unreachable("answer_without_id", ambiguous=True)
        return Sent(str(answer["sid"]))

    def show_typing(self, provider_id: str) -> None:
        """Twilio's Messages API has no such call."""


def numbered(message: Outgoing) -> str:
    """The text with its options as numbered lines."""
    lines = [f"{place}. {title}" for place, (_, title, _) in enumerate(message.options, start=1)]
    return "\n".join([message.text, "", *lines]) if lines else message.text


def _address(to: Recipient) -> str:
    return to.address or (f"whatsapp:+{to.wa_id}" if to.wa_id else f"whatsapp:{to.bsuid}")
