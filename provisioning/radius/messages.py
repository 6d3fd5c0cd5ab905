"""Disconnect-Requests to a NAS, with its answer told as one of three: ACK, NAK with a cause, or silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pyrad import packet
from pyrad.client import Client, Timeout

from provisioning.ports import Session
from provisioning.radius.dictionary import ERROR_CAUSES, SESSION_NOT_FOUND, attributes

# RFC 2865, section 5: what fits into one attribute.
MAX_VALUE_BYTES = 253


@dataclass(frozen=True)
class Answer:
    """`silence` is "no answer or wrong secret": a NAS drops what it cannot authenticate, so nobody can tell which."""

    kind: Literal["ack", "nak", "silence"]
    cause: int | None = None

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


class Disconnector:
    """Asks a NAS to drop a session. One socket per request, so it may be used from any thread."""

    def __init__(
        self, secret: str, *, host: str = "", port: int = 3799, timeout_seconds: float = 1.0, sends: int = 2
    ) -> None:
        """`host` empty: each session's own NAS is asked. A silent NAS costs `timeout_seconds` x `sends`."""
        self._secret = secret.encode()
        self._host = host
        self._port = port
        self._timeout = timeout_seconds
        self._sends = sends

    def __call__(self, session: Session) -> Answer:
        """Names the session by login, address and session id; if the NAS finds none, by login and address only.

        The second try is there because of NAS whose session id in accounting is not the one they know; the login
        keeps it from ever touching somebody else's session. May be repeated: no session means a NAK.
        """
        identity: dict[str, Any] = {"User-Name": session.login}
        if session.framed_ip and ":" not in session.framed_ip:
            identity["Framed-IP-Address"] = session.framed_ip
        if self._host and session.nas_ip and ":" not in session.nas_ip:
            identity["NAS-IP-Address"] = session.nas_ip
        if not 0 < len(session.session_id.encode()) <= MAX_VALUE_BYTES:
            return self._ask(session, identity)
        answer = self._ask(session, {**identity, "Acct-Session-Id": session.session_id})
        return self._ask(session, identity) if answer.not_found else answer

    def _ask(self, session: Session, identity: Mapping[str, Any]) -> Answer:
        client = Client(
            self._host or session.nas_ip,
            coaport=self._port,
            secret=self._secret,
            dict=attributes(),
            retries=self._sends,
            timeout=self._timeout,
        )
        request = client.CreateCoAPacket(code=packet.DisconnectRequest)
        for name, value in identity.items():
            request[name] = value
        try:
            reply = client.SendPacket(request)
        except (Timeout, OSError):
            return Answer("silence")
        finally:
            client._CloseSocket()
        if reply.code == packet.DisconnectACK:
            return Answer("ack")
        return Answer("nak", _cause(reply))


def _cause(reply: packet.Packet) -> int | None:
    try:
        return int(reply["Error-Cause"][0]) if "Error-Cause" in reply else None
    except ValueError:
        return None
