"""The counter of the simulated Twilio: who may call, what goes wrong, what is taken, and how a message is told of."""

from __future__ import annotations

import hmac
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from flask import Response, request

from webhooks.simulator.twilio_message_rules import Sending
from webhooks.simulator.twilio_refusal import TwilioRefusal, not_found, switched_on
from webhooks.simulator.twilio_store import TwilioMessage, TwilioStore

WINDOW_SECONDS = 24 * 3600
OUTSIDE_WINDOW = 63016
SENT_AFTER, DELIVERED_AFTER = 0.04, 0.3
# Modes of trouble that are no error answers.
AFTERWARDS = frozenset({"hang", "slow_answer", "drop_connection"})


class TwilioDesk:
    """What every call passes: the account, trouble that was switched on; and what the answers say of a message."""

    def __init__(
        self,
        store: TwilioStore,
        *,
        account_sid: str,
        auth_token: str,
        senders: frozenset[str],
        sender: str,
        sleep: Callable[[float], None],
    ) -> None:
        self.store = store
        self.account_sid = account_sid
        self._secret = f"{account_sid}:{auth_token}".encode()
        self.senders = senders
        self.sender = sender
        self._sleep = sleep

    def check(self, account: str | None = None) -> None:
        """Raises TwilioRefusal for anybody else."""
        given = request.authorization
        told = f"{given.username}:{given.password}" if given and given.type == "basic" else ""
        if not hmac.compare_digest(told.encode("utf-8", "replace"), self._secret):
            raise TwilioRefusal(20003, "Authenticate", 401)
        if account not in {None, self.account_sid}:
            raise not_found(request.path)

    def trouble(self, scope: str) -> tuple[str, float]:
        """The trouble that shows after the work; raises or waits for what shows before."""
        mode, seconds = self.store.take_trouble(scope)
        if mode == "hang":
            self._sleep(seconds)
        elif mode and mode not in AFTERWARDS and not mode.startswith("failed_"):
            raise switched_on(mode)
        return mode, seconds

    def answer(self, answer: Response, trouble: tuple[str, float]) -> Response:
        """The answer, late or never when such trouble is switched on."""
        mode, seconds = trouble
        if mode == "slow_answer":
            self._sleep(seconds)
        return _hang_up(answer) if mode == "drop_connection" else answer

    def accept(self, wanted: Sending, mode: str) -> TwilioMessage:
        """The message is taken; webhooks will say what became of it."""
        code = int(mode.removeprefix("failed_")) if mode.startswith("failed_") else None
        if code is None and not wanted.approved and not self._window_open(wanted.to):
            code = OUTSIDE_WINDOW
        good = [("sent", None, SENT_AFTER), ("delivered", None, DELIVERED_AFTER)]
        return self.store.add_message(
            direction="outbound-api",
            sender=self.sender,
            recipient=wanted.to,
            body=str(wanted.shown.get("text", "")),
            shown=wanted.shown,
            callback=wanted.callback,
            letters=[("undelivered", code, SENT_AFTER)] if code else good,
        )

    def _window_open(self, address: str) -> bool:
        wrote = self.store.messages(sender=address)
        return bool(wrote) and self.store.now() - wrote[0].at < WINDOW_SECONDS

    def about(self, message: TwilioMessage) -> dict[str, Any]:
        """A message as the API shows it."""
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{message.sid}"
        return {
            "sid": message.sid,
            "account_sid": self.account_sid,
            "messaging_service_sid": None,
            "from": message.sender,
            "to": message.recipient,
            "body": message.body,
            "status": message.status,
            "direction": message.direction,
            "date_created": _moment(message.at),
            "date_sent": _moment(message.at),
            "date_updated": _moment(message.updated_at),
            "error_code": message.error_code,
            "error_message": "Simulated" if message.error_code else None,
            "num_media": str(len(self.store.media_of(message.sid))),
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "uri": f"{uri}.json",
            "subresource_uris": {"media": f"{uri}/Media.json"},
        }


def _moment(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC))


def _hang_up(answer: Response) -> Response:
    """Closes the connection under the server. Where the server does not hand out its socket, the answer breaks off."""
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
        return answer
    return Response(iter([b"{"]), headers={"Content-Length": "1000", "Connection": "close"})
