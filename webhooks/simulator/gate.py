"""What every call of the stand-in's Graph API passes: token, version, number, and trouble that was switched on."""

from __future__ import annotations

import hmac
import re
import socket
from collections.abc import Callable, Collection, Iterator

from flask import Response, request

from webhooks.simulator.failures import FailureMode
from webhooks.simulator.meta import BusinessNumber
from webhooks.simulator.refusal import Refusal, bad_token, switched_on, unknown_object
from webhooks.simulator.store import Store

PIECES = 20


class HungUp(Exception):
    """The call is to end without any answer."""


class Gate:
    """Checks calls and brings trouble over them; `sleep` is how it lets time pass."""

    def __init__(self, store: Store, number: BusinessNumber, access_token: str, sleep: Callable[[float], None]) -> None:
        self._store = store
        self._number = number
        self._access_token = access_token
        self._sleep = sleep

    def check_token(self) -> None:
        """Raises Refusal unless the call carries the access token."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(token.encode(), self._access_token.encode()):
            raise bad_token()

    def check(self, version: str, phone_id: str | None) -> None:
        """Raises Refusal unless token, version and number are right."""
        self.check_token()
        if not re.fullmatch(r"v[0-9]{2}\.[0-9]", version):
            raise Refusal(2500, f"Unknown path components: /{version}")
        if phone_id is not None and phone_id != self._number.phone_number_id:
            raise unknown_object(phone_id)

    def fail_before(self, scope: str, modes: Collection[str] = ()) -> FailureMode | None:
        """Raises or waits when trouble is switched on that shows before the work; else hands it on."""
        failure = self._store.failures.take(scope, modes)
        if failure is None:
            return None
        if failure.mode == "hang":
            self._sleep(failure.seconds)
        elif failure.mode in ("503", "drop_before"):
            self._sleep(failure.seconds)
            raise HungUp(failure.mode)
        elif failure.mode.isdigit():
            raise switched_on(failure.mode)
        return failure

    def fail_after(self, failure: FailureMode | None, answer: Response) -> Response:
        """The answer, late or never when such trouble is switched on."""
        if failure is not None and failure.mode in ("slow_answer", "drop_connection"):
            self._sleep(failure.seconds)
        if failure is not None and failure.mode == "drop_connection":
            return hang_up()
        return answer

    def dribble(self, body: bytes, seconds: float) -> Iterator[bytes]:
        """The bytes in pieces, over so many seconds."""
        size = max(1, len(body) // PIECES)
        for start in range(0, len(body), size):
            self._sleep(seconds / PIECES)
            yield body[start : start + size]


def unanswered(end: HungUp) -> Response:
    """A proxy's page instead of a Graph answer, or nothing at all."""
    return Response("upstream unavailable\n", 503, mimetype="text/plain") if str(end) == "503" else hang_up()


def hang_up() -> Response:
    """Closes the connection under the server. Where the server does not hand out its socket, the answer breaks off."""
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
        return Response()
    return Response(iter([b"{"]), headers={"Content-Length": "1000", "Connection": "close"})
