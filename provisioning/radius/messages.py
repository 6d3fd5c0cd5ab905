"""CoA and Disconnect to a NAS, with its answer told as one of three: ACK, NAK with a cause, or silence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pyrad import packet
from pyrad.client import Client, Timeout

from provisioning.ports import Session
from provisioning.radius.dictionary import ERROR_CAUSES, SESSION_NOT_FOUND, attributes
from provisioning.radius.nases import Nas, nas_of

# RFC 2865, section 5: what fits into one attribute.
MAX_VALUE_BYTES = 253
# So long the `nas` table is not read again.
NASES_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """`silence` is "no answer or wrong secret": a NAS drops what it cannot authenticate, so nobody can tell which.

    `by` is what was asked: a CoA leaves the session open.
    """

    kind: Literal["ack", "nak", "silence"]
    cause: int | None = None
    by: Literal["CoA", "Disconnect"] = "Disconnect"

    @property
    def not_found(self) -> bool:
        """The NAS says that it has no such session."""
        return self.kind == "nak" and self.cause == SESSION_NOT_FOUND

    def __str__(self) -> str:
        if self.kind == "ack":
            return "ACK"
        if self.kind == "silence":
            return "sem resposta ou segredo errado"
        return f"NAK {self.cause or '?'} {ERROR_CAUSES.get(self.cause or 0, '')}".strip()


class Messenger:
    """Asks a NAS to change or to drop a session. One socket per request, so it may be used from any thread."""

    def __init__(
        self,
        secret: str,
        *,
        host: str = "",
        port: int = 3799,
        nases: Callable[[], Sequence[Nas]] = tuple,
        timeout_seconds: float = 1.0,
        sends: int = 2,
    ) -> None:
        """A session's NAS and secret come from `nases`; for one that is not there `secret` counts, and `host`, or its
        own address where `host` is empty. A silent NAS costs `timeout_seconds` x `sends`."""
        self._secret = secret
        self._host = host
        self._port = port
        self._nases = nases
        self._timeout = timeout_seconds
        self._sends = sends
        self._known: tuple[float, Sequence[Nas]] | None = None
        self._lock = threading.Lock()

    def __call__(self, session: Session, change: Mapping[str, str] | None = None) -> Answer:
        """Changes the session by CoA, or drops it without `change`. A CoA that is refused becomes a Disconnect.

        Names the session by login, address and session id; if the NAS finds none, by login and address only: there are
        NAS whose session id in accounting is not the one they know, and the login keeps it from ever touching somebody
        else's session. May be repeated: no session means a NAK.
        """
        answer = self._ask(session, change)
        if change is not None and answer.kind == "nak" and not answer.not_found:
            return self._ask(session, None)
        return answer

    def _ask(self, session: Session, change: Mapping[str, str] | None) -> Answer:
        known = nas_of(session.nas_ip, self._table())
        nas = known or Nas(self._host or session.nas_ip, self._secret)
        identity: dict[str, Any] = {"User-Name": session.login}
        if session.framed_ip and ":" not in session.framed_ip:
            identity["Framed-IP-Address"] = session.framed_ip
        if nas.name != session.nas_ip and session.nas_ip and ":" not in session.nas_ip:
            identity["NAS-IP-Address"] = session.nas_ip
        if not 0 < len(session.session_id.encode()) <= MAX_VALUE_BYTES:
            return self._send(nas, identity, change)
        answer = self._send(nas, {**identity, "Acct-Session-Id": session.session_id}, change)
        return self._send(nas, identity, change) if answer.not_found else answer

    def _table(self) -> Sequence[Nas]:
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > NASES_SECONDS:
                self._known = (time.monotonic(), self._nases())
            return self._known[1]

    def _send(self, nas: Nas, identity: Mapping[str, Any], change: Mapping[str, str] | None) -> Answer:
        by: Literal["CoA", "Disconnect"] = "Disconnect" if change is None else "CoA"
        client = Client(
            nas.name,
            coaport=self._port,
            secret=nas.secret.encode(),
            dict=attributes(),
            retries=self._sends,
            timeout=self._timeout,
        )
        request = client.CreateCoAPacket(code=packet.DisconnectRequest if change is None else packet.CoARequest)
        for name, value in {**identity, **(change or {})}.items():
            request[name] = value
        try:
            reply = client.SendPacket(request)
        except (Timeout, OSError):
            return Answer("silence", by=by)
        finally:
            client._CloseSocket()
        if reply.code in (packet.DisconnectACK, packet.CoAACK):
            return Answer("ack", by=by)
        return Answer("nak", _cause(reply), by)


def _cause(reply: packet.Packet) -> int | None:
    try:
        return int(reply["Error-Cause"][0]) if "Error-Cause" in reply else None
    except ValueError:
        return None
