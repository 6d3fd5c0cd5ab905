"""Twilio's WhatsApp API, the sending half: one call, and the table of what its errors mean."""

from __future__ import annotations

import requests

from core.errors import Failure, Misconfigured, Refused, Unreachable
from core.http import send as call
from webhooks.channels.ports import Outgoing, Recipient, Sent
from webhooks.fallback import numbered

STOP_CHANNEL = frozenset({20003, 20005, 63013, 63032})
TRY_LATER = {20429: 5.0, 21611: 60.0, 30001: 60.0, 63012: 10.0, 63018: 6.0}
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
        if text := numbered(message.text, message.options):
            form["Body"] = text
        if message.file:
            form["MediaUrl"] = message.file.link
        response = call(self._session, "POST", self._url, timeout=TIMEOUT, data=form, auth=self._auth)
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        if not response.ok:
            raise failure_of(response.status_code, answer)
        if not isinstance(answer, dict) or not answer.get("sid"):
            # It took the message but not in a way we know: it may well have left.
            raise Unreachable("answer_without_id", ambiguous=True)
        return Sent(str(answer["sid"]))

    def show_typing(self, provider_id: str) -> None:
        """Twilio's Messages API has no such call."""


def failure_of(status: int, answer: object) -> Failure:
    """The failure that Twilio's answer stands for: by its code, else by HTTP status."""
    code = answer.get("code") if isinstance(answer, dict) else None
    code = code if isinstance(code, int) else None
    name = f"twilio_{code if code is not None else f'http_{status}'}"
    if code in STOP_CHANNEL or status in {401, 403}:
        return Misconfigured(name)
    if code in TRY_LATER:
        return Unreachable(name, retry_after=TRY_LATER[code])
    if status == 429 or status >= 500:
        return Unreachable(name)
    return Refused(name)


def _address(to: Recipient) -> str:
    return to.address or (f"whatsapp:+{to.wa_id}" if to.wa_id else f"whatsapp:{to.bsuid}")
