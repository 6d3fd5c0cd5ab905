"""One terminal on an OLT: a command in, its whole answer out, with pager, questions and a connection that drops."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Protocol

from core.errors import Misconfigured, Unreachable
from provisioning.driver import Log

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|[\x00\x07]")
_RULE = re.compile(r"^[\s\-=*]*$")
_TAIL = 400
_SHOWN = 400


@dataclass(frozen=True)
class Dialect:
    """How a vendor's terminal behaves.

    `pager` is what asks for a key before the next page. `questions` are (what is asked, what is answered): all that
    the vendor's own commands lead to. `ends` are the characters that a prompt ends with.
    """

    pager: str
    questions: tuple[tuple[str, str], ...] = ()
    ends: str = ">#"


class Line(Protocol):
    """What a shell needs of an SSH channel; paramiko's has it."""

    def settimeout(self, timeout: float | None) -> None:
        """Seconds that `recv` waits before it raises TimeoutError."""
        ...

    def recv(self, nbytes: int) -> bytes:
        """What came, b"" at the end."""
        ...

    def recv_ready(self) -> bool:
        """Whether something came."""
        ...

    def sendall(self, s: bytes) -> None:
        """Sends everything."""
        ...


class Shell:
    """A terminal whose prompt was learnt at login.

    `prompt` is the last one seen: it tells the mode. Every failure after a change was sent, up to the next `fresh`, is
    an Unreachable that is `ambiguous`.
    """

    def __init__(self, line: Line, dialect: Dialect, log: Log, timeout: float, secrets: tuple[str, ...] = ()) -> None:
        self._line = line
        self._dialect = dialect
        self._log = log
        self._timeout = timeout
        self._secrets = tuple(secret for secret in secrets if secret)
        self._pager = re.compile(dialect.pager)
        self._questions = tuple((re.compile(asked, re.IGNORECASE), reply) for asked, reply in dialect.questions)
        self._changed = False
        ends = re.escape(dialect.ends)
        self._prompt = re.compile(rf"^\s*([\w.\-@:]+)(\([^()\n]*\))?\s?[{ends}]\s*$")
        self.prompt = ""
        self._until_prompt()
        name = re.escape(self._prompt.match(self.prompt)[1])  # type: ignore[index]  # it was found by this pattern
        self._prompt = re.compile(rf"^\s*{name}(\([^()\n]*\))?\s?[{ends}]\s*$")

    def fresh(self) -> None:
        """A new operation begins: what was sent before is settled."""
        self._changed = False

    def run(self, command: str) -> str:
        """The answer to a command that changes nothing, without its echo and the prompt. Raises Unreachable."""
        return self._say(command)

    def change(self, command: str, *secrets: str) -> str:
        """The answer to a command that changes something; `secrets` stand in no log and no answer."""
        self._changed = True
        return self._say(command, secrets)

    def _say(self, command: str, secrets: tuple[str, ...] = ()) -> str:
        hidden = self._secrets + secrets
        shown = _hide(command, hidden)
        try:
            while self._line.recv_ready():
                self._receive(self._timeout)
            self._log(f"> {shown}")
            self._line.sendall(f"{command}\n".encode("ascii", "replace"))
            text = self._until_prompt()
        except Unreachable as failure:
            self._log(f"! {failure.code}")
            raise Unreachable(failure.code, shown, ambiguous=self._changed) from failure
        except OSError as error:
            self._log("! connection_lost")
            raise Unreachable("connection_lost", shown, ambiguous=self._changed) from error
        answer = _hide(_without_echo(text, command), hidden)
        self._log(f"< {_short(answer)}")
        return answer

    def _until_prompt(self) -> str:
        """Everything up to the next prompt, pages joined and questions answered."""
        deadline = time.monotonic() + self._timeout
        raw = ""
        while True:
            raw += self._receive(deadline - time.monotonic())
            tail = clean(raw[-_TAIL:]).rpartition("\n")[2]
            if self._prompt.match(tail):
                self.prompt = tail.strip()
                return clean(raw).rpartition("\n")[0]
            if self._pager.search(tail):
                raw = self._pager.sub("", raw)
                self._line.sendall(b" ")
                deadline = time.monotonic() + self._timeout
            elif (reply := self._reply(tail)) is not None:
                raw += "\n"
                self._line.sendall(f"{reply}\n".encode())

    def _reply(self, tail: str) -> str | None:
        return next((reply for asked, reply in self._questions if asked.search(tail)), None)

    def _receive(self, seconds: float) -> str:
        if seconds <= 0:
            raise Unreachable("timeout")
        self._line.settimeout(seconds)
        try:
            came = self._line.recv(65536)
        except TimeoutError as error:
            raise Unreachable("timeout") from error
        if not came:
            raise Unreachable("connection_lost")
        return came.decode("latin-1")

    def enable(self, command: str, password: str) -> None:
        """Enters the privileged mode. Raises Misconfigured where the OLT asks for another password than this one."""
        self._questions = ((re.compile(r"password:\s*$", re.IGNORECASE), password), *self._questions)
        self._secrets = (*self._secrets, password) if password else self._secrets
        answer = self._say(command)
        self._questions = self._questions[1:]
        if not self.prompt.endswith("#"):
            raise Misconfigured("enable_password", _short(answer))


def clean(raw: str) -> str:
    """What a terminal would show: without escapes, overwritten starts of lines and carriage returns."""
    lines = _ESCAPES.sub("", raw).replace("\r\n", "\n").split("\n")
    return "\n".join(next((part for part in reversed(line.split("\r")) if part), "") for line in lines)


def _without_echo(text: str, command: str) -> str:
    first, _, rest = text.partition("\n")
    return rest if command.split()[:1] == first.split()[:1] or command.strip() in first else text


def _hide(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _short(answer: str) -> str:
    told = " | ".join(" ".join(line.split()) for line in answer.splitlines() if not _RULE.match(line))
    return told if len(told) <= _SHOWN else f"{told[:_SHOWN]}... ({len(answer)} caracteres)"
