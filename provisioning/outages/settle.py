"""Lets incidents follow what is detected: opened, widened, merged, and read as back line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from core.locks import hold
from models.incident import SCOPES, Incident, IncidentContract
from provisioning.outages.detect import detect
from provisioning.outages.incidents import INCIDENTS, join_tickets, tell_soon, touch
from provisioning.outages.limits import Limits
from provisioning.outages.line import Verdict
from provisioning.outages.read_lines import read_evidence

# Sentences for customers, who read them after "já sabemos do problema:".
CAUSES = {
    "fibre": "rompimento de fibra na sua região",
    "power": "falta de energia na sua região",
    "mixed": "falha na rede da sua região",
    "unknown": "falha na rede da sua região",
}

# What was read after the line was added to its incident, and reads online.
_BACK = text(
    "UPDATE incident_contract AS touched SET back_at = :now FROM contract, onu_status AS status, incident"
    " WHERE touched.back_at IS NULL AND contract.ref = touched.contract_ref AND status.olt = contract.olt"
    " AND status.serial = contract.onu AND status.state = 'online' AND incident.id = touched.incident_id"
    " AND incident.ended_at IS NULL AND incident.started_at <= :now"
    " AND (incident.source = 'detected' OR incident.restored_at IS NOT NULL)"
    " AND status.seen_at >= coalesce(incident.restored_at, touched.added_at)"
    " RETURNING touched.incident_id"
)


def settle(session: Session, now: datetime, limits: Limits) -> None:
    """Detects, and brings the incidents in line with it; may be called again. The same fault stays the same incident,
    however it spreads, so nobody is told of it twice."""
    hold(session, INCIDENTS)
    _read_back(session, now)
    evidence = read_evidence(session, now, limits)
    if not evidence.lines:
        return
    verdicts = detect(evidence.lines, evidence.reports, now, limits, alarms=evidence.alarms, silent=evidence.silent)
    for verdict in verdicts:
        _follow(session, verdict, now)


def _read_back(session: Session, now: datetime) -> None:
    """Notes every line that is read as online again, and has those concerned told once that has held."""
    for incident_id in set(session.scalars(_BACK, {"now": now})):
        tell_soon(session, incident_id)


def _follow(session: Session, verdict: Verdict, now: datetime) -> None:
    """The incident of this verdict: a known one that shares its lines, or a new one."""
    known = _known(session, verdict)
    shut = next((row for row in known if row.dismissed), None)
    if shut is not None:
        touch(session, shut.id, sorted(verdict.contracts))
        return
    found = known[0] if known else _open(session, verdict)
    for other in known[1:]:
        _merge(session, other, found, now)
    # Seen as down again, after it was read as back.
    again = IncidentContract.contract_ref.in_(verdict.contracts), IncidentContract.back_at.is_not(None)
    session.execute(
        update(IncidentContract).where(IncidentContract.incident_id == found.id, *again).values(back_at=None)
    )
    before = _refs(session, found.id)
    touch(session, found.id, sorted(verdict.contracts))
    found.evidence = {**found.evidence, **verdict.evidence}
    found.restored_at = None
    if found.source == "detected":
        _widen(session, found, verdict)
    join_tickets(session, found.id)
    if verdict.contracts - before:
        tell_soon(session, found.id)


def _known(session: Session, verdict: Verdict) -> list[Incident]:
    """Open incidents that this verdict is about: those of the same place, and those that hold most of the lines, or
    whose lines it mostly holds. What a person opened goes first, then the oldest. Maintenance ahead is none."""
    rows = session.scalars(
        select(Incident)
        .where(Incident.ended_at.is_(None), Incident.started_at <= max(verdict.started_at, _now(session)))
        .order_by(Incident.source == "detected", Incident.id)
    ).all()
    found = []
    for row in rows:
        if row.source != "detected" and row.restored_at is not None:
            continue
        refs = _refs(session, row.id)
        shared = len(refs & verdict.contracts)
        same = (row.scope_kind, row.scope) == (verdict.scope_kind, verdict.scope)
        if same or 2 * shared > len(verdict.contracts) or (row.source == "detected" and 2 * shared > len(refs)):
            found.append(row)
    return found


def _now(session: Session) -> Any:
    return session.scalar(text("SELECT now()"))


def _open(session: Session, verdict: Verdict) -> Incident:
    row = Incident(
        scope_kind=verdict.scope_kind,
        scope=verdict.scope,
        kind=verdict.kind,
        cause=CAUSES[verdict.kind],
        source="detected",
        started_at=verdict.started_at,
        evidence=verdict.evidence,
        reports=int(verdict.evidence.get("reports", 0)),
    )
    session.add(row)
    session.flush()
    return row


def _widen(session: Session, row: Incident, verdict: Verdict) -> None:
    """The place only ever grows: while lines come back one by one, it is still the same fault. What a person said of
    the kind stands."""
    if SCOPES.index(verdict.scope_kind) > SCOPES.index(row.scope_kind):
        row.scope_kind, row.scope = verdict.scope_kind, verdict.scope
    row.started_at = min(row.started_at, verdict.started_at)
    if row.confirmed_by is None and (verdict.kind != "unknown" or row.kind == "unknown"):
        if row.cause == CAUSES.get(row.kind):
            row.cause = CAUSES[verdict.kind]
        row.kind = verdict.kind
    session.flush()


def _merge(session: Session, other: Incident, into: Incident, now: datetime) -> None:
    """Two faults turned out to be one: who was told of the other was told of this one."""
    for row in session.scalars(select(IncidentContract).where(IncidentContract.incident_id == other.id)).all():
        kept = session.get(IncidentContract, (into.id, row.contract_ref))
        if kept is None:
            kept = IncidentContract(incident_id=into.id, contract_ref=row.contract_ref, added_at=row.added_at)
            kept.back_at = row.back_at
            session.add(kept)
        kept.told_at = kept.told_at or row.told_at
        if kept.back_at is not None:  # who is down in this one hears of its end
            kept.told_back_at = kept.told_back_at or row.told_back_at
        kept.conversation_id = kept.conversation_id or row.conversation_id
    session.execute(delete(IncidentContract).where(IncidentContract.incident_id == other.id))
    session.execute(
        text("UPDATE ticket SET incident_id = :into WHERE incident_id = :other"), {"into": into.id, "other": other.id}
    )
    other.restored_at = other.ended_at = now
    other.evidence = {**other.evidence, "merged_into": into.id}
    into.reports += other.reports
    session.flush()


def _refs(session: Session, incident_id: int) -> frozenset[str]:
    rows: Sequence[str] = session.scalars(
        select(IncidentContract.contract_ref).where(IncidentContract.incident_id == incident_id)
    ).all()
    return frozenset(rows)
