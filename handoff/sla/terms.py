"""Which policy holds for a conversation: the one that names its queue and its class, or less and less of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Misconfigured
from handoff.queues import ALWAYS, BUSINESS, N1, N2, N3, OFFICE_HOURS
from models.sla import SlaPolicy

FIRST, NEXT, LEVEL, RESOLUTION, ARRIVAL = "first", "next", "level", "resolution", "arrival"
KINDS = (FIRST, NEXT, LEVEL, RESOLUTION, ARRIVAL)

BUSINESS_CLASS = "business"
"""The class of a company's contract that names none."""

OWNER, SUPERVISOR = "owner", "supervisor"


@dataclass(frozen=True)
class Step:
    """At `percent` of the target somebody is told (`tell`: owner or supervisor), or it moves to another `queue`."""

    percent: int
    tell: str = ""
    queue: str = ""


TELL_SUPERVISOR: tuple[Step, ...] = (Step(100, tell=SUPERVISOR),)


@dataclass(frozen=True)
class Terms:
    """What is promised: working minutes of `calendar` by kind (a missing one is not measured), when the owner is
    warned, and who is told after."""

    queue: str
    sla_class: str
    calendar: str
    minutes: Mapping[str, int]
    warn_percent: int = 80
    chain: tuple[Step, ...] = TELL_SUPERVISOR


_ANY = Terms("", "", OFFICE_HOURS, {FIRST: 15, NEXT: 30, RESOLUTION: 8 * 60, ARRIVAL: 40})
_COMPANY = Terms("", BUSINESS_CLASS, ALWAYS, {FIRST: 5, NEXT: 15, LEVEL: 60, RESOLUTION: 4 * 60, ARRIVAL: 40})
TEMPLATE = (
    _ANY,
    replace(_ANY, queue=N1, minutes={**_ANY.minutes, LEVEL: 60}),
    replace(_ANY, queue=N2, minutes={**_ANY.minutes, LEVEL: 4 * 60, RESOLUTION: 16 * 60}),
    replace(_ANY, queue=N3, minutes={LEVEL: 8 * 60, RESOLUTION: 24 * 60, ARRIVAL: 40}),
    _COMPANY,
    replace(_COMPANY, queue=BUSINESS, sla_class=""),
    *(replace(_COMPANY, queue=queue) for queue in (N1, N2, N3)),
)
"""The policies of a provider that changed none: companies are measured day and night, in whichever level they wait."""


def terms_for(session: Session, queue: str, sla_class: str) -> Terms | None:
    """The terms of queue and class, else of the queue, else of the class, else of any; None where none holds.

    Raises Misconfigured `sla` for a row without sense.
    """
    rows = session.scalars(
        select(SlaPolicy).where(SlaPolicy.queue.in_(("", queue)), SlaPolicy.sla_class.in_(("", sla_class)))
    ).all()
    if rows:
        return _closest(map(terms_of, rows))
    if session.scalar(select(SlaPolicy.id).limit(1)) is not None:
        return None
    return _closest(one for one in TEMPLATE if one.queue in ("", queue) and one.sla_class in ("", sla_class))


def terms_of(row: SlaPolicy) -> Terms:
    """A row as a value. Raises Misconfigured `sla` saying what makes no sense."""
    minutes = {kind: value for kind in KINDS if (value := getattr(row, f"{kind}_minutes")) is not None}
    if any(value <= 0 for value in minutes.values()):
        raise Misconfigured("sla", "um prazo tem de ser maior que zero")
    if not 1 <= row.warn_percent <= 100:
        raise Misconfigured("sla", "o aviso vem entre 1 % e 100 % do prazo")
    chain = steps_of(row.chain)
    if any(step.percent < row.warn_percent for step in chain):
        raise Misconfigured("sla", "um degrau vem depois do aviso a quem atende")
    return Terms(row.queue, row.sla_class, row.calendar, minutes, row.warn_percent, chain)


def steps_of(chain: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """A chain as values, in the order in which they come. Raises Misconfigured `sla` for a step without sense."""
    return tuple(sorted((_step(step) for step in chain), key=lambda step: step.percent))


def chain_row(chain: Iterable[Step]) -> list[dict[str, Any]]:
    """Steps as a row keeps them; `steps_of` reads it back."""
    return [
        {"percent": step.percent} | ({"queue": step.queue} if step.queue else {"tell": step.tell}) for step in chain
    ]


def ensure_policies(session: Session) -> bool:
    """Writes the template into rows where there are none, for the administrator to change; whether it did."""
    if session.scalar(select(SlaPolicy.id).limit(1)) is not None:
        return False
    for one in TEMPLATE:
        targets = {f"{kind}_minutes": minutes for kind, minutes in one.minutes.items()}
        row = SlaPolicy(queue=one.queue, sla_class=one.sla_class, calendar=one.calendar, **targets)
        row.warn_percent, row.chain = one.warn_percent, chain_row(one.chain)
        session.add(row)
    session.flush()
    return True


def _closest(found: Iterable[Terms]) -> Terms | None:
    return max(found, key=lambda one: (bool(one.queue), bool(one.sla_class)), default=None)


def _step(told: Mapping[str, Any]) -> Step:
    percent, tell, queue = told.get("percent"), told.get("tell", ""), told.get("queue", "")
    if type(percent) is not int or percent <= 0:
        raise Misconfigured("sla", f"um degrau precisa de uma porcentagem: {dict(told)!r}")
    if not isinstance(queue, str) or (tell not in ("", OWNER, SUPERVISOR)) or bool(tell) == bool(queue):
        raise Misconfigured("sla", f"um degrau avisa alguém (owner, supervisor) ou muda de fila: {dict(told)!r}")
    return Step(percent, tell, queue)
