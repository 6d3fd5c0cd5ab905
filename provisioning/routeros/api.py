"""A client of RouterOS's API: one connection, one command at a time, every answer told from a late one by its tag."""

from __future__ import annotations

import hashlib
import itertools
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import Misconfigured, Refused, Unreachable
from provisioning.routeros.tls import Tls
from provisioning.routeros.wire import MAX_SENTENCE_BYTES, WireError, encode_sentence, read_sentence, shown

Row = Mapping[str, str]
MAX_ROWS = 20_000


class Trap(Refused):
    """The router understood the command and did not do it; `detail` is its message."""

    def says(self, words: str) -> bool:
        """Whether its message holds these words. RouterOS has no codes for what happened."""
        return words in self.detail


@dataclass(frozen=True)
class Address:
    """Where a router is and who we are there. `tls` None: the plain API. Seconds are for connecting, and for each
    sentence of an answer."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: Tls | None = None
    connect_seconds: float = 3.0
    answer_seconds: float = 5.0


@dataclass(frozen=True)
class Answer:
    """The rows of a command, and what its end carried (`ret`: the id of what was added)."""

    rows: tuple[Row, ...]
    ret: str = ""


class RouterOsApi:
    """A connection that is logged in. Not for several threads; after an Unreachable it is closed and of no more use."""

    def __init__(self, address: Address, log: Callable[[str], None]) -> None:
        """Connects and logs in, in whichever of the two forms the router asks for.

        Raises Unreachable when it does not answer, Misconfigured when it refuses the login or its certificate is
        not the right one.
        """
        self._address = address
        self._log = log
        self._tags = itertools.count(1)
        self._socket = _connect(address)
        try:
            self._login(address.user, address.password)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> RouterOsApi:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection. May be called twice."""
        self._socket.close()

    def select(self, path: str, fields: Sequence[str], *queries: str) -> tuple[Row, ...]:
        """The rows of a table for which all `queries` hold ("name=ana"; "#|" joins the two before it by "or").

        Only `fields` are sent, so a secret's password never travels. Changes nothing: its Unreachable is not ambiguous.
        """
        words = [f"=.proplist={','.join(fields)}", *(f"?{query}" for query in queries)]
        try:
            return self.call(f"{path}/print", *words).rows
        except Unreachable as failure:
            failure.ambiguous = False
            raise

    def call(self, command: str, *words: str) -> Answer:
        """The answer to one command. Raises Trap, and Unreachable that is ambiguous: it may have been done."""
        self._log(" ".join((command, *(_masked(word) for word in words))))
        tag = str(next(self._tags))
        try:
            self._socket.settimeout(self._address.answer_seconds)
            self._socket.sendall(encode_sentence((command, *words, f".tag={tag}")))
            answer = self._collect(tag)
        except (OSError, WireError) as error:
            self.close()
            code = "no_answer" if isinstance(error, TimeoutError) else "connection_lost"
            raise Unreachable(code, f"{self._address.host}: {error}", ambiguous=True) from error
        except Trap as trap:
            self._log(f"!trap {trap.detail}")
            raise
        self._log(f"!done ({len(answer.rows)})")
        return answer

    def _collect(self, tag: str) -> Answer:
        """Reads to the command's end: a trap is followed by a !done of its own, which must not be left behind."""
        rows: list[Row] = []
        trap: Trap | None = None
        while True:
            kind, values = self._next(trap)
            if values.get(".tag") != tag:
                continue
            if kind == "!trap":
                trap = trap or Trap("routeros_trap", shown(values.get("message", "")))
            elif kind == "!re" and len(rows) < MAX_ROWS:
                rows.append(values)
            elif kind == "!re":
                raise WireError(f"more than {MAX_ROWS} rows")
            elif kind == "!done" and trap:
                raise trap
            elif kind == "!done":
                return Answer(tuple(rows), values.get("ret", ""))

    def _next(self, trap: Trap | None) -> tuple[str, dict[str, str]]:
        """A sentence's kind and values. A router that hangs up after a trap has still said why: that is raised."""
        try:
            kind, *words = self._sentence()
        except OSError:
            if trap:
                self.close()
                raise trap from None
            raise
        if kind == "!fatal":
            self.close()
            raise trap or Unreachable("routeros_fatal", shown(" ".join(words)), ambiguous=True)
        return kind, _values(words)

    def _sentence(self) -> list[str]:
        deadline = time.monotonic() + self._address.answer_seconds
        while not (words := read_sentence(lambda size: self._read(size, deadline), MAX_SENTENCE_BYTES)):
            continue
        return words

    def _read(self, size: int, deadline: float) -> bytes:
        received = bytearray()
        while len(received) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer did not end in time")
            self._socket.settimeout(left)
            part = self._socket.recv(size - len(received))
            if not part:
                raise ConnectionError("closed in the middle of an answer")
            received += part
        return bytes(received)

    def _login(self, user: str, password: str) -> None:
        """6.43 and newer take the password; older ones answer with a challenge, whatever they were sent."""
        try:
            challenge = self.call("/login", f"=name={user}", f"=password={password}").ret
            if challenge:
                digest = hashlib.md5(b"\x00" + password.encode() + bytes.fromhex(challenge), usedforsecurity=False)
                self.call("/login", f"=name={user}", f"=response=00{digest.hexdigest()}")
        except (Trap, ValueError) as error:
            raise Misconfigured("routeros_login", str(error)) from error
        except Unreachable as failure:
            failure.ambiguous = False
            raise


def _connect(address: Address) -> socket.socket:
    try:
        plain = socket.create_connection((address.host, address.port), timeout=address.connect_seconds)
    except OSError as error:
        code = "connect_timeout" if isinstance(error, TimeoutError) else "connection_failed"
        raise Unreachable(code, address.host) from error
    try:
        # An API's sentences are small and answered one by one: without this each may wait for an acknowledgement.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _secured(plain, address.host, address.tls) if address.tls else plain
    except BaseException:
        plain.close()
        raise


def _secured(plain: socket.socket, host: str, tls: Tls) -> socket.socket:
    context = tls.context()
    try:
        secured = context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise Misconfigured("routeros_certificate", error.verify_message) from error
    except OSError as error:
        raise Unreachable("tls_failed", f"{host}: {error}") from error
    try:
        tls.judge(secured.getpeercert(binary_form=True))
    except Misconfigured:
        secured.close()
        raise
    return secured


def _values(words: Sequence[str]) -> dict[str, str]:
    """{name: value} of attribute words (=name=value) and of .tag."""
    pairs = (word.removeprefix("=").split("=", 1) for word in words if "=" in word[1:])
    return {name: value for name, value in pairs}


def _masked(word: str) -> str:
    name, separator, _ = word[1:].partition("=")
    secret = word.startswith("=") and name in ("password", "response")
    return f"={name}{separator}***" if secret else shown(word)
