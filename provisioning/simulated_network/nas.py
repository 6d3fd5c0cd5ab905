"""A NAS that answers CoA and Disconnect (RFC 5176) and whose dropped subscribers dial again."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from pyrad import packet
from pyrad.client import Timeout

from provisioning.radius.dictionary import MISSING_ATTRIBUTE, SESSION_NOT_FOUND, UNSUPPORTED, attributes
from provisioning.simulated_network.subscribers import ADDRESS_LIST, NasSession, Subscribers

log = logging.getLogger(__name__)


@dataclass
class Behaviour:
    """How the NAS behaves now; may be changed while it runs. `answer`: normal, silent or late.

    `takes_coa`: whether a session may be changed while it is open; else a CoA gets a NAK.
    """

    answer: str = "normal"
    takes_coa: bool = True
    late_seconds: float = 3.0
    redial_seconds: float = 1.0
    registration_seconds: float = 0.05


class Nas:
    """Listens on loopback. A request whose authenticator is wrong is dropped without an answer, as NAS do."""

    def __init__(
        self,
        subscribers: Subscribers,
        secret: str,
        *,
        carries: Callable[[str], bool],
        address: str = "127.0.0.1",
        port: int = 0,
        behaviour: Behaviour | None = None,
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self._subscribers = subscribers
        self._secret = secret.encode()
        self._carries = carries
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self._socket.settimeout(0.2)
        self._stopping = threading.Event()
        self._timers: dict[str, threading.Timer] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="nas", daemon=True)

    @property
    def port(self) -> int:
        """The UDP port it listens on."""
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stops answering and forgets who was about to dial."""
        self._stopping.set()
        self._thread.join(2)
        self._socket.close()
        with self._lock:
            for timer in self._timers.values():
                timer.cancel()
            self._timers.clear()

    def drop(self, login: str, cause: str) -> None:
        """Ends every session of `login`; it dials again as soon as its line lets it."""
        for session in self._subscribers.find(login=login):
            self._subscribers.stopped(session, cause)
        self.redial(login)

    def redial(self, login: str) -> None:
        """`login` will dial after the usual pause."""
        self._later(login, self.behaviour.redial_seconds, lambda: self._dial(login))

    def _dial(self, login: str) -> None:
        if not self._carries(login) or self._subscribers.find(login=login):
            return
        address_list = self._subscribers.authenticate(login)
        if address_list is None:
            return
        granted: str = address_list
        self._later(login, self.behaviour.registration_seconds, lambda: self._register(login, granted))

    def _register(self, login: str, address_list: str) -> None:
        if self._carries(login):
            self._subscribers.started(login, address_list)

    def _later(self, login: str, seconds: float, step: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, self._attempt, (login, step))
        timer.daemon = True
        with self._lock:
            if self._stopping.is_set():
                return
            earlier = self._timers.get(login)
            if earlier:
                earlier.cancel()
            self._timers[login] = timer
            timer.start()

    def _attempt(self, login: str, step: Callable[[], None]) -> None:
        try:
            step()
        except (psycopg.OperationalError, Timeout) as error:
            log.warning("RADIUS does not answer (%s), %s dials again later", type(error).__name__, login)
            self.redial(login)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                data, sender = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            if self.behaviour.answer == "silent":
                continue
            try:
                reply = self._reply(data)
            except (packet.PacketError, ValueError, psycopg.OperationalError) as error:
                log.warning("no answer to %s: %s", sender[0], type(error).__name__)
                continue
            if reply and self.behaviour.answer == "late":
                threading.Timer(self.behaviour.late_seconds, self._send, (reply, sender)).start()
            elif reply:
                self._send(reply, sender)

    def _send(self, reply: bytes, receiver: tuple[str, int]) -> None:
        if not self._stopping.is_set():
            self._socket.sendto(reply, receiver)

    def _reply(self, data: bytes) -> bytes | None:
        request = packet.CoAPacket(secret=self._secret, dict=attributes(), packet=data)
        known = request.code in (packet.CoARequest, packet.DisconnectRequest)
        if not known or not request.VerifyCoARequest():
            log.warning("dropped a request with a wrong code or authenticator")
            return None
        reply = request.CreateReply()
        cause = self._act(request)
        if cause:
            reply.code += 1
            reply["Error-Cause"] = cause
        return bytes(reply.ReplyPacket())

    def _act(self, request: packet.CoAPacket) -> int | None:
        """Does what is asked and returns None, or an Error-Cause."""
        login, session_id = _text(request, "User-Name"), _text(request, "Acct-Session-Id")
        framed_ip = _text(request, "Framed-IP-Address")
        if not (login or session_id or framed_ip):
            return MISSING_ATTRIBUTE
        if request.code == packet.CoARequest and not self.behaviour.takes_coa:
            return UNSUPPORTED
        found = self._subscribers.find(login=login, session_id=session_id, framed_ip=framed_ip)
        for session in found:
            self._apply(request, session)
        return None if found else SESSION_NOT_FOUND

    def _apply(self, request: packet.CoAPacket, session: NasSession) -> None:
        if request.code == packet.DisconnectRequest:
            self._subscribers.stopped(session, "Admin-Reset")
            self.redial(session.login)
        else:
            self._subscribers.changed(session, _text(request, ADDRESS_LIST))


def _text(request: packet.CoAPacket, name: str) -> str:
    return str(request[name][0]) if name in request else ""
