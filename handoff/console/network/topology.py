"""The network as a tree with counts: POP, OLT, PON and CTO, from active contracts and the last sweep of each OLT."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from handoff.console.network.counts import STATES, Counts
from models.contract import Contract
from models.device import Device
from models.incident import Incident
from models.onu_status import OnuStatus
from provisioning.outages.limits import read_limits
from provisioning.outages.place import pon_scope

NO_POP = "Sem POP"


@dataclass(frozen=True)
class Cto:
    """A CTO of a PON. `incidents` are the open ones on it."""

    name: str
    counts: Counts
    incidents: tuple[Incident, ...]


@dataclass(frozen=True)
class Pon:
    """A PON. `used` is how many ONUs the OLT has configured on it, None where it was never swept;
    `limit` how many fit, where the OLT's configuration says so."""

    name: str
    counts: Counts
    ctos: tuple[Cto, ...]
    incidents: tuple[Incident, ...]
    used: int | None
    limit: int | None

    @property
    def open(self) -> bool:
        """Whether it is drawn with its CTOs."""
        return bool(self.incidents) or self.counts.troubled or any(c.incidents or c.counts.troubled for c in self.ctos)

    @property
    def look(self) -> str:
        """The state that colours it: its own, or that of a CTO in trouble while the rest is well."""
        worst = [cto.counts for cto in self.ctos if cto.counts.troubled]
        return max(worst, key=lambda counts: counts.down).look if worst else self.counts.look

    @property
    def odd(self) -> list[Cto]:
        """Its CTOs that are worth drawing one by one."""
        return [cto for cto in self.ctos if cto.incidents or cto.counts.troubled]


@dataclass(frozen=True)
class OltNode:
    """An OLT. `device` is None where contracts name one that nobody configured; `silent` says that it does not answer:
    then nothing of it counts as read."""

    name: str
    device: Device | None
    silent: bool
    counts: Counts
    pons: tuple[Pon, ...]
    incidents: tuple[Incident, ...]

    @property
    def open(self) -> bool:
        """Whether it is drawn with its PONs at once."""
        return self.silent or bool(self.incidents) or any(pon.open for pon in self.pons)


@dataclass(frozen=True)
class Pop:
    """A POP with its OLTs."""

    name: str
    olts: tuple[OltNode, ...]
    incidents: tuple[Incident, ...]


@dataclass(frozen=True)
class Network:
    """Everything. `areas` are open incidents of neighbourhoods, which lie across the tree."""

    pops: tuple[Pop, ...]
    counts: Counts
    areas: tuple[Incident, ...]


class _Rows:
    """What the database says, ready to be looked up by place."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.now = now
        olts = session.scalars(select(Device).where(Device.role == "olt").order_by(Device.name))
        self.devices = {device.name: device for device in olts}
        self.lines: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
        silent = {name for name, device in self.devices.items() if is_silent(device, now)}
        for olt, pon, cto, state, number in session.execute(_tally(session, now)):
            inside = self.lines.setdefault(olt, {}).setdefault(pon, {}).setdefault(cto, {})
            known = "unread" if olt in silent else state
            inside[known] = inside.get(known, 0) + number
        used = session.execute(
            select(OnuStatus.olt, OnuStatus.pon, func.count()).group_by(OnuStatus.olt, OnuStatus.pon)
        )
        self.used = {(olt, pon): number for olt, pon, number in used}
        self.incidents = session.scalars(open_incidents(now)).all()

    def on(self, kind: str, scope: str) -> tuple[Incident, ...]:
        """The open incidents of this place."""
        return tuple(row for row in self.incidents if row.scope_kind == kind and row.scope == scope)


def is_silent(device: Device, now: datetime) -> bool:
    """Whether the last thing that it did was not to answer."""
    return device.failures > 0 or (device.open_until is not None and device.open_until > now)


def open_incidents(now: datetime) -> Select[Incident]:
    """A query for the incidents that hold now: begun, not over, not dismissed."""
    return select(Incident).where(
        Incident.ended_at.is_(None),
        Incident.restored_at.is_(None),
        Incident.dismissed.is_(False),
        Incident.started_at <= now,
    )


def line_state(oldest: datetime) -> ColumnElement[str]:
    """The state of a contract's line by the OnuStatus joined to it; what was read before `oldest` counts as unread."""
    return case(
        (or_(OnuStatus.serial.is_(None), OnuStatus.seen_at < oldest), "unread"),
        (OnuStatus.state == "online", "online"),
        (or_(OnuStatus.state == "los", OnuStatus.cause == "los"), "los"),
        (or_(OnuStatus.state == "dying_gasp", OnuStatus.cause == "dying_gasp"), "power"),
        (OnuStatus.state == "offline", "off"),
        else_="unread",
    )


def status_of_contract() -> ColumnElement[bool]:
    """How OnuStatus joins Contract."""
    return and_(OnuStatus.olt == Contract.olt, OnuStatus.serial == Contract.onu)


def _tally(session: Session, now: datetime) -> Select[str, str, str, str, int]:
    state = line_state(now - read_limits(session).stale).label("state")
    place = (Contract.olt, Contract.pon, Contract.cto)
    return (
        select(*place, state, func.count())
        .outerjoin(OnuStatus, status_of_contract())
        .where(Contract.status != "cancelled", Contract.olt != "")
        .group_by(*place, state)
        .order_by(*place)
    )


def read_network(session: Session, now: datetime) -> Network:
    """The whole tree in four queries."""
    rows = _Rows(session, now)
    olts = [_olt(rows, name) for name in sorted(rows.devices.keys() | rows.lines.keys())]
    by_pop: dict[str, list[OltNode]] = {}
    for olt in olts:
        by_pop.setdefault(olt.device.pop if olt.device and olt.device.pop else NO_POP, []).append(olt)
    pops = tuple(Pop(name, tuple(inside), rows.on("pop", name)) for name, inside in sorted(by_pop.items()))
    areas = tuple(row for row in rows.incidents if row.scope_kind == "area")
    return Network(pops, _sum(olt.counts for olt in olts), areas)


def _olt(rows: _Rows, name: str) -> OltNode:
    device = rows.devices.get(name)
    pons = tuple(_pon(rows, name, pon, ctos) for pon, ctos in sorted(rows.lines.get(name, {}).items(), key=_natural))
    silent = device is not None and is_silent(device, rows.now)
    return OltNode(name, device, silent, _sum(pon.counts for pon in pons), pons, rows.on("olt", name))


def _pon(rows: _Rows, olt: str, name: str, ctos: Mapping[str, Mapping[str, int]]) -> Pon:
    inside = tuple(Cto(cto, Counts(states), rows.on("cto", cto) if cto else ()) for cto, states in ctos.items())
    return Pon(
        name=name,
        counts=_sum(cto.counts for cto in inside),
        ctos=inside,
        incidents=rows.on("pon", pon_scope(olt, name)),
        used=rows.used.get((olt, name)),
        limit=_limit(rows.devices.get(olt)),
    )


def _limit(device: Device | None) -> int | None:
    said = str(device.fields.get("pon_limit", "")) if device else ""
    return int(said) if said.isascii() and said.isdigit() else None


def _sum(counts: Iterable[Counts]) -> Counts:
    found = dict.fromkeys(STATES, 0)
    for each in counts:
        for state, number in each.by_state.items():
            found[state] += number
    return Counts(found)


def _natural(item: tuple[str, object]) -> list[tuple[int, str]]:
    """0/1/10 after 0/1/9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", item[0])]
