"""A session with a TL1 gateway over TCP: one question at a time, its answer told by its tag."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.errors import Misconfigured, Refused, Unreachable
from provisioning.driver import Log
from provisioning.tl1.answer import Answer, parse

NOT_THERE = "IRNE"
CHUNK = 65536
MOST_BYTES = 32 * 1024 * 1024
_SECRET = re.compile(r"\b(PWD|PPPOEPASSWD|PASSWD)=[^,;:]*", re.IGNORECASE)
_END = re.compile(rb"(?:^|[\r\n])[ \t]*[;>]")
_FORBIDDEN = re.compile(r"[,;:=\"\r\n\t]")


@dataclass(frozen=True)
class Gateway:
    """Where the gateway is and who logs in. `timeout` is in seconds for one question: ten are nothing unusual."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    timeout: float = 20.0


class Tl1Session:
    """Logs in at the first question, keeps the connection, and logs in again after the gateway dropped it."""

    def __init__(self, gateway: Gateway, log: Log) -> None:
        self._gateway = gateway
        self._log = log
        self._socket: socket.socket | None = None
        self._unread = b""
        self._tag = 0

    def ask(self, verb: str, where: str = "", what: str = "", *, missing: str = "") -> Answer:
        """A question that changes nothing. Asked once more where the gateway had dropped an idle connection.

        Raises Unreachable for no answer, Refused(`missing`) for what the gateway does not know, and
        Refused("olt_refused") for any other no.
        """
        idle = self._socket is not None
        try:
            self._connect()
            return _accepted(verb, self._exchange(verb, where, what), missing)
        except Unreachable as error:
            if not idle or error.code != "session_lost":
                raise
        self._connect()
        return _accepted(verb, self._exchange(verb, where, what), missing)

    def change(self, verb: str, where: str = "", what: str = "", *, missing: str = "") -> Answer:
        """A command that changes something, sent once; raises as `ask`.

        Without an answer nobody knows whether it was done: the Unreachable is then ambiguous.
        """
        if self._socket is not None:
            self._keep_alive()
        self._connect()
        try:
            answer = self._exchange(verb, where, what)
        except Unreachable as error:
            raise Unreachable(error.code, error.detail, ambiguous=True) from error
        return _accepted(verb, answer, missing)

    def close(self) -> None:
        """Logs out and hangs up. May be called twice."""
        if self._socket is None:
            return
        try:
            self._socket.settimeout(1.0)
            self._socket.sendall(b"LOGOUT:::BYE::;")
        except OSError:
            self._log("TL1: a conexão já tinha caído.")
        self._hang_up()

    def _keep_alive(self) -> None:
        """Any answer will do. A connection that was dropped while idle shows itself before anything is changed."""
        try:
            self._exchange("SHAKEHAND", "", "")
        except Unreachable:
            self._log("TL1: a sessão tinha caído; entrando de novo.")

    def _connect(self) -> None:
        if self._socket is not None:
            return
        gateway = self._gateway
        try:
            self._socket = socket.create_connection((gateway.host, gateway.port), timeout=min(5.0, gateway.timeout))
        except OSError as error:
            raise Unreachable("connection_failed", f"{gateway.host}:{gateway.port}") from error
        self._unread = b""
        try:
            answer = self._exchange("LOGIN", "", f"UN={gateway.user},PWD={gateway.password}")
        except Unreachable as error:
            raise Unreachable("login_unanswered", error.detail) from error
        if not answer.ok:
            self._hang_up()
            raise Misconfigured("login", f"{answer.en} {answer.words}".strip())

    def _exchange(self, verb: str, where: str, what: str) -> Answer:
        self._tag += 1
        tag = f"R{self._tag}"
        sentence = f"{verb}::{where}:{tag}::{what};"
        self._log("> " + _SECRET.sub(r"\1=***", sentence))
        try:
            connection = self._open_socket()
            connection.settimeout(self._gateway.timeout)
            connection.sendall(sentence.encode())
            answer = self._answer_to(tag)
        except TimeoutError as error:
            self._hang_up()
            raise Unreachable("no_answer", f"{verb}: nothing within {self._gateway.timeout:g} s") from error
        except OSError as error:
            self._hang_up()
            raise Unreachable("session_lost", f"{verb}: {type(error).__name__}") from error
        self._log(f"< {answer.code} EN={answer.en} {answer.words} ({len(answer.rows)} linhas)")
        return answer

    def _answer_to(self, tag: str) -> Answer:
        """The answer with this tag, its blocks put together. Older answers and alarms in between are passed over."""
        rows: list[Mapping[str, str]] = []
        while True:
            answer = parse(self._block())
            if answer is None or answer.ctag != tag:
                continue
            rows += answer.rows
            if not answer.unfinished:
                return replace(answer, rows=tuple(rows))

    def _block(self) -> str:
        """Text up to a `;` or `>` at the start of a line: in the middle of one it belongs to somebody's name."""
        searched = 0
        while True:
            match = _END.search(self._unread, searched)
            if match:
                block, self._unread = self._unread[: match.end()], self._unread[match.end() :]
                return block.decode("utf-8", "replace")
            if len(self._unread) > MOST_BYTES:
                raise ConnectionError("an answer without an end")
            searched = max(0, len(self._unread) - 64)
            chunk = self._open_socket().recv(CHUNK)
            if not chunk:
                raise ConnectionError("the gateway hung up")
            self._unread += chunk

    def _open_socket(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionError("not connected")
        return self._socket

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _accepted(verb: str, answer: Answer, missing: str) -> Answer:
    if answer.ok:
        return answer
    words = f"{verb}: {answer.en} {answer.words}".strip()
    if missing and answer.en == NOT_THERE:
        raise Refused(missing, words)
    raise Refused("olt_refused", words)


def said(text: str) -> str:
    """Text that may stand in a sentence. Raises Refused for what would end a field: it is never changed silently."""
    if _FORBIDDEN.search(text):
        raise Refused("not_writable", 'a field holds one of , ; : = " or a line break')
    return text
