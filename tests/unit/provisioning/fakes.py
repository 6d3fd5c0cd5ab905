"""Equipment for unit tests: tables, a NAS and a clock whose every second is a step of the script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from core.errors import Refused, Unreachable
from provisioning.cpe import Cpe
from provisioning.olt import Capability, Olt
from provisioning.ports import AccessControl, AccessState, LineReading, Outcome, Session
from provisioning.radius.messages import Answer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ACK = Answer("ack")
SILENCE = Answer("silence")
NOT_FOUND = Answer("nak", 503)


def a_session(row: int = 1, session_id: str = "") -> Session:
    """An open session of bruno.lima."""
    return Session(row, "bruno.lima", session_id or f"s{row}", "127.0.0.1", f"100.64.0.{row}", NOW)


class FakeClock:
    """Time passes only by sleeping; `at` plans what happens when a moment is reached."""

    def __init__(self) -> None:
        self.now = 0.0
        self._plans: list[tuple[float, Callable[[], None]]] = []

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        """`act` happens once `seconds` have passed."""
        self._plans.append((seconds, act))

    def monotonic(self) -> float:
        """Seconds slept so far."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Lets time pass, and what was planned happen."""
        assert seconds > 0
        self.now += seconds
        due = [plan for plan in self._plans if plan[0] <= self.now]
        self._plans = [plan for plan in self._plans if plan[0] > self.now]
        for _, act in due:
            act()


@dataclass
class FakeTables:
    """The stored state of one login."""

    blocked: bool = True
    sessions: list[Session] = field(default_factory=list)
    plan: str = "fibra-600"
    known: bool = True
    last_accept: int | None = None
    reads: int = 0
    writes: list[bool] = field(default_factory=list)
    broken_after_writes: bool = False
    put_back: bool = False
    plan_first: bool = False

    def read(self, login: str) -> AccessState:
        """The state now."""
        self.reads += 1
        if self.broken_after_writes and self.writes:
            raise Unreachable("radius_database")
        suspended = ("suspenso",) if self.blocked else ()
        groups = (self.plan, *suspended) if self.plan_first else (*suspended, self.plan)
        reasons = ("suspended",) if self.blocked else ()
        return AccessState(
            self.blocked, groups, tuple(self.sessions), NOW, self.known, self.last_accept, reasons=reasons
        )

    def read_many(self, logins: Sequence[str]) -> Mapping[str, AccessState]:
        """The state now, whoever is asked for."""
        return {login: self.read(login) for login in logins}

    def held_back(self) -> frozenset[str]:
        """The one login, while it is blocked."""
        return frozenset({"bruno"} if self.blocked else ())

    def set_plan(self, login: str, group: str) -> bool:
        """Changes the plan."""
        changed, self.plan = self.plan != group, group
        return changed

    def replies(self, groups: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """The suspended group moves a session to a list, every other sets a rate."""
        own = {"suspenso": {"Mikrotik-Address-List": "bloqueados"}}
        return {group: own.get(group, {"Mikrotik-Rate-Limit": group}) for group in groups}

    def set_suspended(self, logins: Sequence[str], suspended: bool) -> frozenset[str]:
        """Changes the state, unless somebody puts it back at once."""
        changed = frozenset(logins if self.blocked != suspended else ())
        self.writes.append(suspended)
        if not self.put_back:
            self.blocked = suspended
        return changed


class FakeNas:
    """Answers from a script (the last answer repeats); an ACK closes the session."""

    def __init__(self, tables: FakeTables, *answers: Answer) -> None:
        self._tables = tables
        self._answers = list(answers) or [ACK]
        self.asked: list[int] = []

    def __call__(self, session: Session, change: Mapping[str, str] | None = None) -> Answer:
        """The next answer."""
        self.asked.append(session.row)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if answer.kind == "ack" and session in self._tables.sessions:
            self._tables.sessions.remove(session)
        return answer


class FakeAccess:
    """AccessControl that remembers calls and may fail. `answers` are outcomes or failures, one for each call."""

    def __init__(self, *answers: Outcome | Exception, blocked: bool = True, known: bool = True) -> None:
        self._answers = list(answers)
        self.blocked = blocked
        self.known = known
        self.calls: list[tuple[str, bool, bool]] = []
        self.during: Callable[[], None] = lambda: None

    def state(self, login: str) -> AccessState:
        """The state now."""
        return AccessState(self.blocked, ("suspenso",) if self.blocked else (), (), NOW, self.known)

    def set_blocked(self, login: str, blocked: bool, note: Callable[[str], None], *, doubtful: bool = False) -> Outcome:
        """The next answer; without one, does it."""
        self.calls.append((login, blocked, doubtful))
        self.during()
        answer = self._answers.pop(0) if self._answers else None
        if isinstance(answer, Exception):
            raise answer
        already = self.blocked == blocked and not doubtful
        self.blocked = blocked
        note("Grupo alterado, password=segredo123")
        return answer or Outcome("already" if already else "verified", "settled", {"blocked": blocked})


class FakeOlt:
    """An Olt that can only be read: one answer, or what a function says."""

    can: frozenset[Capability] = frozenset({"read"})

    def __init__(self, answer: LineReading | Exception | Callable[[str, str], LineReading]) -> None:
        self._answer = answer

    def read(self, pon: str, serial: str) -> LineReading:
        """The answer."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer if isinstance(self._answer, LineReading) else self._answer(pon, serial)

    def __getattr__(self, name: str) -> Any:
        raise Refused("not_supported", name)

    def close(self) -> None:
        """Nothing is open."""


class FakePlant:
    """A plant with this access side, and this OLT under every name."""

    def __init__(self, access: AccessControl | None = None, olt: FakeOlt | None = None) -> None:
        self._access = access
        self._olt = olt

    def access(self) -> AccessControl | None:
        """As given."""
        return self._access

    def olt(self, name: str, job_id: int | None = None) -> Olt:
        """As given."""
        if self._olt is None:
            raise Refused("no_driver", name)
        return cast(Olt, self._olt)

    def cpe(self, job_id: int | None = None) -> Cpe:
        """There is none."""
        raise Refused("no_driver", "acs")
