"""What is known of one line, each part with the time of its reading: one value for chat, console and ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

PARTS = ("access", "line", "cpe", "neighbours", "past", "incident")

T = TypeVar("T")


@dataclass(frozen=True)
class OpenSession:
    """A PPPoE session: since when, and under which address."""

    since: datetime | None = None
    ip: str = ""
    nas_ip: str = ""


@dataclass(frozen=True)
class LastEnd:
    """When the session before ended, and the cause that the NAS wrote down."""

    at: datetime | None = None
    cause: str = ""


@dataclass(frozen=True)
class Access:
    """The access side. `sessions` is None where it says nothing about sessions."""

    read_at: datetime | None = None
    known: bool = True
    blocked: bool = False
    groups: tuple[str, ...] = ()
    sessions: tuple[OpenSession, ...] | None = None
    last_end: LastEnd | None = None


@dataclass(frozen=True)
class Line:
    """The ONU as its OLT sees it; powers in dBm. `can_reboot`: whether that OLT can be told to restart it."""

    read_at: datetime | None = None
    onu_state: str = "unknown"
    down_cause: str = ""
    since: datetime | None = None
    rx_dbm: float | None = None
    olt_rx_dbm: float | None = None
    tx_dbm: float | None = None
    distance_m: int | None = None
    uptime_seconds: int | None = None
    number: int | None = None
    macs: tuple[str, ...] = ()
    can_reboot: bool = False


@dataclass(frozen=True)
class WifiSeen:
    """One Wi-Fi network of the router."""

    ssid: str = ""
    band: str = ""
    channel: int | None = None
    enabled: bool = True


@dataclass(frozen=True)
class Router:
    """The customer's router as the ACS knows it; its values are as old as `informed_at`. `connected` counts devices."""

    read_at: datetime | None = None
    informed_at: datetime | None = None
    model: str = ""
    firmware: str = ""
    uptime_seconds: int | None = None
    wifi: tuple[WifiSeen, ...] = ()
    connected: int | None = None


@dataclass(frozen=True)
class Around:
    """Of `total` other lines that the last sweep saw there, `down` do not answer, the oldest of them `since`."""

    name: str = ""
    total: int = 0
    down: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class Neighbours:
    """The other active lines of the CTO and of the PON, as swept at `read_at` (the oldest reading counts)."""

    read_at: datetime | None = None
    cto: Around | None = None
    pon: Around | None = None


@dataclass(frozen=True)
class Past:
    """The line's own past: the median of `count` readings of the received power within `days`, the newest `read_at`."""

    read_at: datetime | None = None
    median_dbm: float | None = None
    count: int = 0
    days: int = 90


@dataclass(frozen=True)
class Fault:
    """The incident that touches this line."""

    read_at: datetime | None = None
    id: int = 0
    kind: str = "unknown"
    cause: str = ""
    planned: bool = False
    started_at: datetime | None = None
    eta: datetime | None = None


@dataclass(frozen=True)
class Limits:
    """What is judged by, in dBm: received by the ONU, received by the OLT, and the drop against the line's own past."""

    weak_dbm: float = -27.0
    strong_dbm: float = -8.0
    olt_weak_dbm: float = -28.0
    drop_db: float = 3.0


@dataclass(frozen=True)
class OpenTicket:
    """A ticket of the line that is not closed."""

    protocol: str = ""
    subject: str = ""
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Diagnosis:
    """One line. A part is None where it was not asked for or could not be read: `unread` then says why, by part."""

    access: Access | None = None
    line: Line | None = None
    cpe: Router | None = None
    neighbours: Neighbours | None = None
    past: Past | None = None
    incident: Fault | None = None
    limits: Limits = Limits()
    tickets: tuple[OpenTicket, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def read_at(self) -> datetime | None:
        """When the line was read, or else the access side; None where neither was."""
        times = (part.read_at for part in (self.line, self.access) if part)
        return next((at for at in times if at), None)

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Diagnosis:
        """From what a job keeps: a part with an `error` was not read; what this version does not know is left out."""
        unread = {name: str(facts[name]["error"]) for name in PARTS if "error" in (facts.get(name) or {})}
        known = {name: value for name, value in facts.items() if name not in unread and value is not None}
        return _read(cls, {**known, "unread": unread})

    def as_facts(self) -> dict[str, Any]:
        """As JSON that `from_facts` reads back."""
        facts = {name: value for name, value in _written(self).items() if name != "unread" and value is not None}
        return {**facts, **{name: {"error": code} for name, code in self.unread.items()}}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value):
        return {item.name: _written(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple | list):
        return [_written(one) for one in value]
    return dict(value) if isinstance(value, Mapping) else value


def _read(kind: type[T], stored: Mapping[str, Any]) -> T:
    hints = get_type_hints(kind)
    known = {name: _value(hints[name], value) for name, value in stored.items() if name in hints}
    return kind(**known)


def _value(hint: Any, value: Any) -> Any:
    """The stored value as the field's type has it."""
    if get_origin(hint) in (Union, UnionType):
        if value is None:
            return None
        hint = next(one for one in get_args(hint) if one is not type(None))
    if hint is datetime:
        return datetime.fromisoformat(value)
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], one) for one in value)
    return _read(hint, value) if is_dataclass(hint) and isinstance(hint, type) else value
