"""Incidents as others ask for them: which one touches a contract, whom it touches, and what people do with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.locks import hold
from models import utc_now
from models.alert import raise_alert
from models.contract import Contract
from models.incident import SCOPES, Incident, IncidentContract
from models.outbox import add_work, hasten
from provisioning.outages.limits import read_limits
from provisioning.outages.place import inside, scopes_of

# Whoever opens, widens or ends incidents holds this: there are few, and two workers must not open one fault twice.
INCIDENTS = "incidents"
LATE_NOTICE = "maintenance.late_notice"

_JOIN_TICKETS = text(
    "UPDATE ticket SET incident_id = touched.incident_id FROM incident_contract AS touched"
    " WHERE touched.incident_id = :incident AND ticket.contract_ref = touched.contract_ref"
    " AND touched.back_at IS NULL AND ticket.state = 'open' AND ticket.incident_id IS NULL"
)


def incident_of(session: Session, contract_ref: str, now: datetime) -> Incident | None:
    """The nearest open incident that touches exactly this contract; None where there is none.

    A detected one touches the contracts whose lines were down and are not read as back yet, one that a person opened
    all contracts in its place. Dismissed and mended ones, and maintenance that has not begun, touch nobody.
    """
    contract = session.scalars(select(Contract).where(Contract.ref == contract_ref)).one_or_none()
    if contract is None:
        return None
    touched = exists().where(
        IncidentContract.incident_id == Incident.id,
        IncidentContract.contract_ref == contract_ref,
        IncidentContract.back_at.is_(None),
    )
    here = [
        and_(Incident.scope_kind == kind, Incident.scope == name) for kind, name in scopes_of(session, contract).items()
    ]
    by_person = and_(Incident.source != "detected", or_(*here)) if here else None
    rows = session.scalars(
        select(Incident).where(
            Incident.ended_at.is_(None),
            Incident.restored_at.is_(None),
            Incident.dismissed.is_(False),
            Incident.started_at <= now,
            touched if by_person is None else or_(and_(Incident.source == "detected", touched), by_person),
        )
    )
    # Unplanned before planned: where a fault comes on top of maintenance, the fault is what there is to tell.
    return min(rows, key=lambda row: (row.planned, SCOPES.index(row.scope_kind), row.id), default=None)


def open_by_person(
    session: Session,
    scope_kind: str,
    scope: str,
    kind: str,
    cause: str,
    starts_at: datetime,
    eta: datetime | None,
    by: str,
    planned: bool,
) -> Incident:
    """Opens an incident on somebody's word (`by` is their login); the same place and start again is the same one.

    `cause` is for customers to read. `planned` is maintenance: it needs an `eta`, its `kind` is always planned, and
    those whom it touches are told beforehand. Raises ValueError for an unknown kind of place or an end before the
    start. A detected one in the very same place is taken over instead of opening another beside it.
    """
    if scope_kind not in SCOPES or not scope.strip():
        raise ValueError("scope")
    if (planned and eta is None) or (eta is not None and eta <= starts_at):
        raise ValueError("eta")
    hold(session, INCIDENTS)
    found = _same(session, scope_kind, scope, starts_at, planned)
    if found is None:
        found = Incident(
            scope_kind=scope_kind, scope=scope, cause=cause, started_at=starts_at, planned=planned, opened_by=by
        )
        session.add(found)
    found.cause, found.eta, found.confirmed_by, found.dismissed = cause, eta, by, False
    found.kind = "planned" if planned else kind
    session.flush()
    touch_place(session, found)
    join_tickets(session, found.id)
    tell_soon(session, found.id)
    _check_notice(session, found)
    return found


def set_eta(session: Session, incident_id: int, eta: datetime | None, by: str) -> Incident | None:
    """Says when it is expected to be mended (None: nobody knows); None when there is no such open incident.
    Raises ValueError where planned maintenance would be left without its end."""
    found = _open_one(session, incident_id)
    if found is not None:
        if found.planned and eta is None:
            raise ValueError("eta")
        found.eta = eta
        found.evidence = {**found.evidence, "eta_by": by}
    return found


def confirm(session: Session, incident_id: int, by: str, kind: str | None = None) -> Incident | None:
    """Somebody says that it is right, and of which `kind`: detection no longer changes that. None as in `set_eta`.
    Maintenance keeps its kind. Raises ValueError for the kind planned of what is not."""
    found = _open_one(session, incident_id)
    if found is not None:
        if kind == "planned" and not found.planned:
            raise ValueError("kind")
        found.confirmed_by, found.dismissed = by, False
        found.kind = found.kind if found.planned else kind or found.kind
        tell_soon(session, found.id)
    return found


def dismiss(session: Session, incident_id: int, by: str) -> Incident | None:
    """Somebody says that it is none: from now on it touches nobody, and stays shut while the same fault lasts.

    A detected one keeps its row open until those lines are back; any other ends at once. None as in `set_eta`.
    """
    found = _open_one(session, incident_id)
    if found is not None:
        found.confirmed_by, found.dismissed = by, True
        if found.source != "detected":
            found.restored_at = found.ended_at = utc_now()
        session.execute(text("UPDATE ticket SET incident_id = NULL WHERE incident_id = :id"), {"id": found.id})
    return found


def end_by_person(session: Session, incident_id: int, by: str) -> Incident | None:
    """Somebody says that it is mended: it touches nobody any more, and who was told is told again once their own line
    is read as online. It ends when that is done. May be called again; None as in `set_eta`."""
    found = _open_one(session, incident_id)
    if found is not None and found.restored_at is None:
        found.restored_at = utc_now()
        found.evidence = {**found.evidence, "ended_by": by}
        tell_soon(session, found.id)
    return found


def tell_soon(session: Session, incident_id: int) -> None:
    """Has everybody told who is due, once this transaction is committed."""
    if not hasten(session, "tell_incident", incident_id):
        add_work(session, "tell_incident", incident_id)


def touch_place(session: Session, incident: Incident) -> None:
    """Adds every contract in the place of the incident that is not cancelled; those it has already stay as they are."""
    refs = session.scalars(
        select(Contract.ref).where(inside(incident.scope_kind, incident.scope), Contract.status != "cancelled")
    ).all()
    touch(session, incident.id, refs)


def touch(session: Session, incident_id: int, refs: Sequence[str]) -> None:
    """Adds contracts to an incident; those it has already stay as they are."""
    if refs:
        rows = [{"incident_id": incident_id, "contract_ref": ref} for ref in refs]
        session.execute(insert(IncidentContract).on_conflict_do_nothing(), rows)


def join_tickets(session: Session, incident_id: int) -> None:
    """The open tickets of touched contracts become the incident's: nobody is sent out for each of them."""
    session.execute(_JOIN_TICKETS, {"incident": incident_id})


def _check_notice(session: Session, row: Incident) -> None:
    """Maintenance that begins too soon for its legal notice is done all the same, and people know that it is late."""
    hours = read_limits(session).notice_hours or 0
    if row.planned and row.started_at < utc_now() + timedelta(hours=hours):
        row.evidence = {**row.evidence, "late_notice": True}
        words = f"A manutenção em {row.scope} começa antes do prazo de aviso de {hours:g} h."
        raise_alert(session, LATE_NOTICE, str(row.id), words, detail={"incident": row.id})


def _same(session: Session, scope_kind: str, scope: str, starts_at: datetime, planned: bool) -> Incident | None:
    rows = session.scalars(
        select(Incident).where(
            Incident.scope_kind == scope_kind,
            Incident.scope == scope,
            Incident.ended_at.is_(None),
            Incident.restored_at.is_(None),
            Incident.planned == planned,
        )
    )
    return next((row for row in rows if not planned or row.started_at == starts_at), None)


def _open_one(session: Session, incident_id: int) -> Incident | None:
    return session.scalars(
        select(Incident)
        .where(Incident.id == incident_id, Incident.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
