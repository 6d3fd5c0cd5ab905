"""The simulated Twilio's webhooks: signed by its own rules, posted once each, in the background or when asked."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import weakref
from collections.abc import Mapping
from urllib.parse import urlencode

import requests
from twilio.request_validator import RequestValidator

from core.errors import Failure
from core.http import send
from webhooks.simulator.twilio_store import Letter, TwilioMessage, TwilioStore

log = logging.getLogger(__name__)

NAP_SECONDS = 0.1
TIMEOUT = (2.0, 15.0)
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


class TwilioMail:
    """Carries the webhooks that the store owes to `base_url`, which is the product at `public_url`."""

    def __init__(
        self,
        store: TwilioStore,
        session: requests.Session,
        *,
        account_sid: str,
        auth_token: str,
        public_url: str,
        base_url: str,
    ) -> None:
        self._store = store
        self._session = session
        self._account = account_sid
        self._validator = RequestValidator(auth_token)
        self._public = public_url
        self._base = base_url
        self._pid: int | None = None
        self._starting = threading.Lock()

    def ensure_running(self) -> None:
        """Starts this process's carrier once; after a fork it is started anew."""
        with self._starting:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                own = (weakref.ref(self),)
                threading.Thread(target=_carry_while_needed, args=own, name="twilio-mail", daemon=True).start()

    def carry_due(self) -> int:
        """Posts what is due now; how many letters that was. Safe from several threads."""
        count = 0
        while letter := self._store.take_letter():
            count += 1
            mode, seconds = self._store.take_trouble("webhooks")
            if mode == "late":
                self._store.owe(letter, seconds)
                continue
            self._deliver(letter, times={"lost": 0, "duplicate": 2}.get(mode, 1))
        return count

    def _deliver(self, letter: Letter, *, times: int) -> None:
        message = self._store.message(letter.message_sid)
        if message is None:
            return
        if letter.status != "received":
            self._store.move(message.sid, letter.status, letter.error_code)
        url = f"{self._public}/webhooks/twilio" if letter.status == "received" else message.callback
        if not url.startswith(f"{self._public}/"):
            return
        form = self._arrived(message) if letter.status == "received" else self._receipt(message, letter)
        for _ in range(times):
            self._post(url, form)

    def _post(self, url: str, form: Mapping[str, str]) -> None:
        headers = {**FORM, "X-Twilio-Signature": self._validator.compute_signature(url, form)}
        where = self._base + url.removeprefix(self._public)
        try:
            send(self._session, "POST", where, timeout=TIMEOUT, data=urlencode(form), headers=headers).close()
        except Failure as failure:
            log.warning("a webhook of the simulated Twilio found nobody: %s", failure.code)

    def _arrived(self, message: TwilioMessage) -> dict[str, str]:
        digits = message.sender.removeprefix("whatsapp:+")
        return {
            **self._names(message),
            "SmsMessageSid": message.sid,
            "SmsStatus": "received",
            "Body": message.body,
            "NumMedia": "0",
            "NumSegments": "1",
            "MessageType": "text",
            **({"WaId": digits} if digits.isdigit() else {}),
            **message.fields,
        }

    def _receipt(self, message: TwilioMessage, letter: Letter) -> dict[str, str]:
        failed = {"ErrorCode": str(letter.error_code), "ChannelStatusMessage": "Simulated"} if letter.error_code else {}
        return {
            **self._names(message),
            "MessageStatus": letter.status,
            "SmsStatus": letter.status,
            "ChannelPrefix": "whatsapp",
            **failed,
        }

    def _names(self, message: TwilioMessage) -> dict[str, str]:
        return {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "AccountSid": self._account,
            "From": message.sender,
            "To": message.recipient,
            "ApiVersion": "2010-04-01",
        }


def _carry_while_needed(mail: weakref.ref[TwilioMail]) -> None:
    """Ends with the application that the mail belongs to: it alone keeps it."""
    nap = threading.Event()
    while (here := mail()) is not None:
        try:
            here.carry_due()
        except sqlite3.Error:
            log.exception("the simulated Twilio's file could not be used; trying again")
        del here
        nap.wait(NAP_SECONDS)
