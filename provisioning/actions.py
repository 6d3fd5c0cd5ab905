"""The actions on the network, each as plan (reads only), apply, and verify (reads back)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from core.errors import Failure
from provisioning.ports import AccessControl, AccessState, LineReader, LineReading, Note, Outcome, Target

RELEASE_SIGNAL = "release_signal"
BLOCK_SIGNAL = "block_signal"
DIAGNOSE = "diagnose"


@dataclass(frozen=True)
class Equipment:
    """What an action may touch. `device` locks one piece of equipment, by name, while it is spoken to."""

    access: AccessControl | None
    lines: LineReader | None
    device: Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True)
class Plan:
    """What would be done: `diff` is {name: [before, after]}. With an `outcome` there is nothing left to do."""

    diff: Mapping[str, list[Any]] = field(default_factory=dict)
    outcome: Outcome | None = None


class Action(Protocol):
    """All three raise core.errors.Failure when the equipment cannot be asked, and may be called twice."""

    def plan(self, target: Target, equipment: Equipment) -> Plan:
        """Reads, and says what would change. Changes nothing."""
        ...

    def apply(self, target: Target, equipment: Equipment, note: Note, *, doubtful: bool) -> Outcome:
        """Makes it so. `doubtful`: an earlier try may have got half-way."""
        ...

    def verify(self, target: Target, equipment: Equipment, outcome: Outcome) -> Outcome:
        """Reads once more, after everything, and returns the outcome that may be told."""
        ...


@dataclass(frozen=True)
class SetBlocked:
    """Releases (`blocked` False) or blocks a login."""

    blocked: bool

    def plan(self, target: Target, equipment: Equipment) -> Plan:
        """Refuses a login that the access side does not know: nothing that is said of it would be true."""
        state = _access(equipment).state(target.pppoe_login)
        if not state.known:
            return Plan(outcome=Outcome("refused", "unknown_login", {"access": access_facts(state)}))
        return Plan(diff={} if state.blocked == self.blocked else {"blocked": [state.blocked, self.blocked]})

    def apply(self, target: Target, equipment: Equipment, note: Note, *, doubtful: bool) -> Outcome:
        """Through the driver, which watches the sessions too."""
        return _access(equipment).set_blocked(target.pppoe_login, self.blocked, note, doubtful=doubtful)

    def verify(self, target: Target, equipment: Equipment, outcome: Outcome) -> Outcome:
        """A success stands only if the state still reads as wanted."""
        state = _access(equipment).state(target.pppoe_login)
        facts = outcome.facts | {"access": access_facts(state)}
        if outcome.result in ("verified", "already") and state.blocked != self.blocked:
            return Outcome("failed", "changed_by_another", facts)
        return Outcome(outcome.result, outcome.code, facts)


@dataclass(frozen=True)
class Diagnose:
    """Gathers what can be read about one line; what could not be read is named, never guessed."""

    def plan(self, target: Target, equipment: Equipment) -> Plan:
        """Nothing would change."""
        return Plan()

    def apply(self, target: Target, equipment: Equipment, note: Note, *, doubtful: bool) -> Outcome:
        """Reads. {"access": ..., "line": ...}, each with `read_at`, or with `error` and `tried_at`."""
        facts = {
            "access": _attempt(lambda: self._read_access(target, equipment)),
            "line": _attempt(lambda: self._read_line(target, equipment)),
        }
        for name, label in (("access", "Acesso"), ("line", "Linha")):
            note(f"{label}: " + (f"não pôde ser lido ({facts[name]['error']})" if "error" in facts[name] else "lido"))
        if all("error" in part for part in facts.values()):
            return Outcome("failed", "nothing_read", facts)
        return Outcome("verified", "partial" if any("error" in part for part in facts.values()) else "read", facts)

    def verify(self, target: Target, equipment: Equipment, outcome: Outcome) -> Outcome:
        """Nothing was changed, so there is nothing to read back."""
        return outcome

    def _read_access(self, target: Target, equipment: Equipment) -> dict[str, Any]:
        return access_facts(_access(equipment).state(target.pppoe_login))

    def _read_line(self, target: Target, equipment: Equipment) -> dict[str, Any]:
        if equipment.lines is None:
            raise Failure("no_driver")
        if not target.onu:
            raise Failure("no_onu")
        with equipment.device(target.olt):
            return line_facts(equipment.lines.read(target.olt, target.pon, target.onu))


ACTIONS: Mapping[str, Action] = {
    RELEASE_SIGNAL: SetBlocked(False),
    BLOCK_SIGNAL: SetBlocked(True),
    DIAGNOSE: Diagnose(),
}


def access_facts(state: AccessState) -> dict[str, Any]:
    """The state as JSON: known, blocked, groups, sessions [{since, ip, nas_ip}], last_end {at, cause} or None."""
    return {
        "known": state.known,
        "blocked": state.blocked,
        "groups": list(state.groups),
        "sessions": [
            {
                "since": session.started_at.isoformat() if session.started_at else None,
                "ip": session.framed_ip,
                "nas_ip": session.nas_ip,
            }
            for session in state.sessions
        ],
        "last_end": {"at": state.last_end[0].isoformat(), "cause": state.last_end[1]} if state.last_end else None,
        "read_at": state.read_at.isoformat(),
    }


def line_facts(reading: LineReading) -> dict[str, Any]:
    """The reading as JSON: onu_state, rx_dbm (or None), since (or None), read_at."""
    return {
        "onu_state": reading.onu_state,
        "rx_dbm": reading.rx_dbm,
        "since": reading.since.isoformat() if reading.since else None,
        "read_at": reading.read_at.isoformat(),
    }


def _access(equipment: Equipment) -> AccessControl:
    if equipment.access is None:
        raise Failure("no_driver")
    return equipment.access


def _attempt(read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return read()
    except Failure as failure:
        return {"error": failure.code, "tried_at": datetime.now(UTC).isoformat()}
