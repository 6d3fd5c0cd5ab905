"""The terminal on an OLT and the words that go through it, over a line in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import Misconfigured, Refused, Unreachable
from provisioning.huawei.answers import cause_of, state_of
from provisioning.huawei.commands import HuaweiCommands
from provisioning.olt_cli.shell import Shell, clean
from provisioning.olt_cli.words import dbm, decimal, moment, seconds, secret_word, typed
from provisioning.ports import DownCause, OnuState

NOW, ZONE = datetime(2026, 11, 20, tzinfo=UTC), ZoneInfo("America/Sao_Paulo")


class Script:
    """A line whose other side says the next part after everything that it is sent."""

    def __init__(self, *parts: str) -> None:
        self._parts = list(parts)
        self._due = [self._parts.pop(0)]
        self.sent: list[str] = []

    def settimeout(self, timeout: float | None) -> None:
        """Nobody waits here."""

    def recv(self, nbytes: int) -> bytes:
        """The part that is due; silence when there is none."""
        if not self._due:
            raise TimeoutError
        return self._due.pop(0).encode("latin-1")

    def recv_ready(self) -> bool:
        """Whether a part is due."""
        return bool(self._due)

    def sendall(self, s: bytes) -> None:
        """Takes what is typed and makes the next part due."""
        self.sent.append(s.decode())
        if self._parts:
            self._due.append(self._parts.pop(0))


def shell(script: Script, log: list[str] | None = None) -> Shell:
    lines: list[str] = [] if log is None else log
    return Shell(script, HuaweiCommands.dialect, lines.append, 1.0, ("senha",))


def test_answer_ends_at_the_prompt_with_this_name_and_no_other() -> None:
    script = Script("\r\nOLT>", "display x\r\nROUTER>\r\nend\r\nOLT>")

    assert shell(script).run("display x") == "ROUTER>\nend"


def test_pages_are_turned_and_leave_no_trace() -> None:
    script = Script(
        "\r\nOLT#", "show\r\none\r\n---- More ( Press 'Q' to break ) ----", "\x1b[37D     \x1b[37Dtwo\r\nOLT#"
    )

    assert [line.strip() for line in shell(script).run("show").splitlines()] == ["one", "two"]
    assert script.sent == ["show\n", " "]


def test_question_is_answered_with_yes() -> None:
    script = Script("\r\nOLT#", "ont reset 0 0\r\n  Are you sure to reset the ONT(s)? (y/n)[n]:", "y\r\nOLT#")

    shell(script).change("ont reset 0 0")

    assert script.sent == ["ont reset 0 0\n", "y\n"]


def test_silence_is_ambiguous_after_a_change_and_until_the_next_operation() -> None:
    terminal = shell(Script("\r\nOLT#"))
    with pytest.raises(Unreachable) as failure:
        terminal.run("display x")
    assert not failure.value.ambiguous
    with pytest.raises(Unreachable) as failure:
        terminal.change("ont add")
    assert failure.value.ambiguous
    with pytest.raises(Unreachable) as failure:
        terminal.run("display x")
    assert failure.value.ambiguous

    terminal.fresh()

    with pytest.raises(Unreachable) as failure:
        terminal.run("display x")
    assert not failure.value.ambiguous


def test_enable_that_asks_for_another_password_is_misconfigured() -> None:
    log: list[str] = []
    script = Script("\r\nOLT>", "enable\r\nPassword:", "\r\n  Access denied\r\nOLT>")

    with pytest.raises(Misconfigured) as failure:
        shell(script, log).enable("enable", "outra-senha")

    assert failure.value.code == "enable_password"
    assert not any("outra-senha" in line for line in log)


def test_secret_is_hidden_in_the_log_and_in_the_answer() -> None:
    log: list[str] = []
    script = Script("\r\nOLT#", 'pppoe "abc123"\r\n  wrong value: abc123\r\nOLT#')

    answer = shell(script, log).change('pppoe "abc123"', "abc123")

    assert answer == "  wrong value: ***"
    assert not any("abc123" in line for line in log)


def test_cursor_moves_and_overwritten_lines_are_cleaned() -> None:
    assert clean("a\x1b[3Db\r\n--More--\r        \rc\r\r\n") == "ab\nc\n"


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("LOSi/LOBi", "los"),
        ("LOFi", "los"),
        ("dying-gasp", "dying_gasp"),
        ("deactive success", "deactivated"),
        ("ONT is reset by ONT comma", "reset"),
        ("wire down by login", "other"),
        ("-", "unknown"),
        ("", "unknown"),
    ],
)
def test_cause_is_told_from_the_words(words: str, cause: DownCause) -> None:
    assert cause_of(words) == cause


@pytest.mark.parametrize(
    ("run", "cause", "state"),
    [
        ("online", "los", "online"),
        ("offline", "los", "los"),
        ("offline", "dying_gasp", "dying_gasp"),
        ("offline", "unknown", "offline"),
        ("-", "los", "unknown"),
        ("invalid", "unknown", "unknown"),
    ],
)
def test_state_that_is_neither_on_nor_off_is_unknown(run: str, cause: DownCause, state: OnuState) -> None:
    assert state_of(run, cause)[0] == state


def test_no_value_is_none() -> None:
    assert [decimal(text) for text in ("-", "N/A", "invalid", "2147483647", "-1.5 dBm")] == [None] * 4 + [-1.5]
    assert [dbm(text) for text in ("-", "0.00", "-21.5", "-99.0")] == [None, None, -21.5, None]
    assert [seconds(text) for text in ("1 day(s), 2 hour(s), 3 minute(s), 4 second(s)", "4h 53m 2s", "-")] == [
        93784,
        17582,
        None,
    ]


def test_times_are_utc_and_wrong_clocks_tell_none() -> None:
    assert moment("2026-11-19 10:00:00-03:00", ZONE, NOW) == datetime(2026, 11, 19, 13, tzinfo=UTC)
    assert moment("19/11/2026 10:00:00", ZONE, NOW) == datetime(2026, 11, 19, 13, tzinfo=UTC)
    for text in ("2000-01-01 00:00:00", "2031-01-01 00:00:00", "0000-00-00 00:00:00", "-", ""):
        assert moment(text, ZONE, NOW) is None


def test_nothing_that_the_command_line_would_obey_can_be_typed() -> None:
    assert typed('Ana "D\'Ávila"\r\nont delete 0 0?') == "Ana D Avila ont delete 0 0"
    assert secret_word("s3nha!", "password") == "s3nha!"
    for secret in ("a b", "a?b", 'a"b', "a\nb", ""):
        with pytest.raises(Refused):
            secret_word(secret, "password")
