"""An incident as pages show it: what happened, where, how many it touches, who was told, and the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from handoff.console.evidence import Lines, lines
from handoff.console.network.job_words import who_asked
from handoff.console.network.moments import as_typed
from handoff.console.network.scopes import scope_name
from handoff.console.ports import House
from handoff.console.wording import moment
from models.contract import Contract
from models.customer import Customer
from models.incident import Incident, IncidentContract

KINDS: Mapping[str, str] = {
    "fibre": "rompimento de fibra",
    "power": "falta de energia",
    "mixed": "fibra e energia",
    "unknown": "causa desconhecida",
    "planned": "manutenção programada",
}
SOURCES: Mapping[str, str] = {
    "detected": "detectado pelo sistema",
    "person": "aberto à mão",
    "alarm": "veio de um alarme",
}
SHOWN = 200


@dataclass(frozen=True)
class Touched:
    """A contract of an incident."""

    number: str
    name: str
    told: str
    back: str
    told_back: str


@dataclass(frozen=True)
class Tally:
    """How many contracts it touches, were told, are back and were told so."""

    touched: int = 0
    told: int = 0
    back: int = 0
    told_back: int = 0


@dataclass(frozen=True)
class Fault:
    """Everything of an incident that pages show. `state` is a CSS word of `state_text`."""

    id: int
    place: str
    kind: str
    kind_text: str
    cause: str
    source: str
    opened_by: str
    state: str
    state_text: str
    since: str
    eta: str
    eta_typed: str
    tally: Tally
    reports: int
    evidence: Lines
    confirmed_by: str
    open: bool
    planned: bool


def tallies(session: Session, ids: Sequence[int]) -> dict[int, Tally]:
    """The tally of each of these incidents that touches somebody."""
    row = IncidentContract
    counts = [func.sum(sql_cast(at.is_not(None), Integer)) for at in (row.told_at, row.back_at, row.told_back_at)]
    wanted = select(row.incident_id, func.count(), *counts).where(row.incident_id.in_(ids)).group_by(row.incident_id)
    return {found[0]: Tally(*(int(number) for number in found[1:])) for found in session.execute(wanted)}


def fault(row: Incident, tally: Tally, names: Mapping[str, str], place: House, now: datetime) -> Fault:
    """The incident in words."""
    state, words = _state(row, place, now)
    return Fault(
        id=row.id,
        place=scope_name(row.scope_kind, row.scope),
        kind=row.kind,
        kind_text=KINDS.get(row.kind, row.kind),
        cause=row.cause,
        source=SOURCES.get(row.source, row.source),
        opened_by=who_asked(row.opened_by, names),
        state=state,
        state_text=words,
        since=moment(row.started_at, now, place.zone),
        eta=moment(row.eta, now, place.zone) if row.eta else "",
        eta_typed=as_typed(row.eta, place.zone),
        tally=tally,
        reports=row.reports,
        evidence=lines(row.evidence, place.zone),
        confirmed_by=who_asked(row.confirmed_by, names) if row.confirmed_by else "",
        open=row.ended_at is None and row.restored_at is None and not row.dismissed,
        planned=row.planned,
    )


def read_touched(session: Session, row: Incident, place: House, now: datetime) -> list[Touched]:
    """Those whom it touches, the ones that are not back first; customers' data."""
    found = session.execute(
        select(IncidentContract, Contract.number, Customer.name)
        .join(Contract, Contract.ref == IncidentContract.contract_ref)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(IncidentContract.incident_id == row.id)
        .order_by(IncidentContract.back_at.is_not(None), Contract.number)
        .limit(SHOWN)
    )
    return [
        Touched(
            number,
            name,
            *(moment(at, now, place.zone) if at else "" for at in (one.told_at, one.back_at, one.told_back_at)),
        )
        for one, number, name in found
    ]


def _state(row: Incident, place: House, now: datetime) -> tuple[str, str]:
    if row.dismissed:
        return "over", "descartado: não era uma falha"
    if row.ended_at is not None:
        return "over", f"encerrado {moment(row.ended_at, now, place.zone)}"
    if row.restored_at is not None:
        return "back", f"voltou {moment(row.restored_at, now, place.zone)}: avisando quem foi afetado"
    if row.started_at > now:
        return "ahead", f"começa {moment(row.started_at, now, place.zone)}"
    if row.planned:
        return "work", "manutenção em andamento"
    return ("sure", "confirmado") if row.confirmed_by else ("open", "em andamento, a confirmar")
