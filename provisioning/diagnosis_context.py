"""What a diagnosis needs from the database: limits, neighbours, the line's past, incident and tickets."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.onu_serial import onu_serial
from models import utc_now
from models.contract import Contract
from models.device import Device
from models.network_job import NetworkJob
from models.onu_status import OnuStatus, OpticalReading
from models.outbox import add_work
from models.provider import provider_policies
from models.ticket import Ticket
from provisioning.action import DIAGNOSE
from provisioning.diagnosis import Around, Diagnosis, Fault, Limits, Neighbours, OpenTicket, Past
from provisioning.optical_limits import limits_of
from provisioning.outages.incidents import incident_of
from provisioning.ports import Target

DONE = ("verified", "already")
PAST_DAYS = 90
# Fewer readings than this are no past to compare with.
FEWEST_READINGS = 3
# A state that was swept longer ago says nothing about now; who is down for longer than a week is not part of a fault.
FRESH = timedelta(minutes=15)
CHRONIC = timedelta(days=7)
MOST_TICKETS = 5
_DOWN = ("los", "dying_gasp", "offline")


def complete(session: Session, job: NetworkJob) -> None:
    """Adds to a finished diagnosis what the database knows, and keeps its optical power as part of the line's past.

    Called in the transaction that ends the job; may be called again for the same job, and leaves any other alone.
    """
    if job.action != DIAGNOSE or job.state not in DONE or "limits" in job.facts:
        return
    now, target = utc_now(), Target.from_json(job.target)
    read = Diagnosis.from_facts(job.facts)
    context = Diagnosis(
        neighbours=_neighbours(session, target, now),
        past=_past(session, target, now),
        incident=_fault(session, target.contract_ref, now),
        limits=_limits(session, target),
        tickets=_tickets(session, target.contract_ref),
    )
    job.facts = {**job.facts, **context.as_facts()}
    if read.line and read.line.rx_dbm is not None:
        power = OpticalReading(
            contract_ref=target.contract_ref,
            serial=target.onu,
            rx_dbm=read.line.rx_dbm,
            olt_rx_dbm=read.line.olt_rx_dbm,
            read_at=read.line.read_at or now,
        )
        session.add(power)


def recent_diagnosis(session: Session, contract_ref: str, within_seconds: float) -> NetworkJob | None:
    """The newest diagnosis of the line that read something within the last `within_seconds`, if nothing was changed on
    the line since. None where there is none."""
    mine = select(NetworkJob).where(NetworkJob.contract_ref == contract_ref, NetworkJob.state.in_(DONE))
    since = utc_now() - timedelta(seconds=within_seconds)
    newest = session.scalars(
        mine.where(NetworkJob.finished_at > since, ~NetworkJob.facts.has_key("copy_of"))
        .order_by(NetworkJob.finished_at.desc())
        .limit(1)
    ).first()
    return newest if newest and newest.action == DIAGNOSE else None


def tell_again(session: Session, known: NetworkJob, conversation_id: int, reason: str, cause: str) -> None:
    """The finished diagnosis once more, as a job of this conversation that has ended already: nothing is read again.

    The same `cause` is one row, however often it is asked for.
    """
    now = utc_now()
    minutes = int((now - (known.finished_at or now)).total_seconds() // 60)
    line = {"at": now.isoformat(timespec="milliseconds"), "text": f"Do diagnóstico {known.id}, de {minutes} min atrás"}
    added = session.execute(
        insert(NetworkJob)
        .values(
            action=DIAGNOSE,
            contract_ref=known.contract_ref,
            conversation_id=conversation_id,
            idempotency_key=f"{DIAGNOSE}:{known.contract_ref}:{cause}",
            reason=reason,
            asked_by="bot",
            target=known.target,
            state=known.state,
            outcome=known.outcome,
            facts={**known.facts, "copy_of": known.id},
            log=[line],
            started_at=now,
            finished_at=now,
        )
        .on_conflict_do_nothing(index_elements=[NetworkJob.idempotency_key])
        .returning(NetworkJob.id)
    ).scalar()
    if added is not None:
        add_work(session, "turn", conversation_id)


def _limits(session: Session, target: Target) -> Limits:
    policies = provider_policies(session)
    device = session.scalars(select(Device).where(Device.name == target.olt, Device.role == "olt")).first()
    made_by = f"{device.fields.get('vendor', '')} {device.kind}" if device else ""
    return limits_of(made_by, policies.get("optical") or {})


def _neighbours(session: Session, target: Target, now: datetime) -> Neighbours | None:
    """The other active lines of the CTO and of the PON, as the last sweeps saw them; None where none is known."""
    if not target.olt:
        return None
    others = session.execute(
        select(Contract.onu, Contract.pon, Contract.cto).where(
            Contract.olt == target.olt,
            Contract.status != "cancelled",
            Contract.ref != target.contract_ref,
            Contract.onu != "",
            (Contract.pon == target.pon) | ((Contract.cto == target.cto) & (Contract.cto != "")),
        )
    ).all()
    serials = {onu_serial(other.onu) or other.onu for other in others}
    if not serials:
        return None
    seen = {
        row.serial: row
        for row in session.scalars(
            select(OnuStatus).where(
                OnuStatus.olt == target.olt, OnuStatus.serial.in_(serials), OnuStatus.seen_at > now - FRESH
            )
        )
    }
    if not seen:
        return None
    of_cto = _around(target.cto, [other for other in others if target.cto and other.cto == target.cto], seen, now)
    of_pon = _around(target.pon, [other for other in others if other.pon == target.pon], seen, now)
    return Neighbours(min(row.seen_at for row in seen.values()), of_cto, of_pon)


def _around(
    name: str, others: Sequence[Row[str, str, str]], seen: dict[str, OnuStatus], now: datetime
) -> Around | None:
    """Counted are those that were swept lately and are not down for good."""
    found = [seen[serial] for other in others if (serial := onu_serial(other.onu) or other.onu) in seen]
    there = [row for row in found if row.state not in _DOWN or row.changed_at > now - CHRONIC]
    down = [row for row in there if row.state in _DOWN]
    return Around(name, len(there), len(down), min((row.changed_at for row in down), default=None)) if there else None


def _past(session: Session, target: Target, now: datetime) -> Past | None:
    rows = session.execute(
        select(OpticalReading.rx_dbm, OpticalReading.read_at)
        .where(
            OpticalReading.contract_ref == target.contract_ref,
            OpticalReading.serial == target.onu,
            OpticalReading.read_at > now - timedelta(days=PAST_DAYS),
        )
        .order_by(OpticalReading.read_at)
    ).all()
    if len(rows) < FEWEST_READINGS:
        return None
    return Past(rows[-1].read_at, round(statistics.median(row.rx_dbm for row in rows), 2), len(rows), PAST_DAYS)


def _fault(session: Session, contract_ref: str, now: datetime) -> Fault | None:
    incident = incident_of(session, contract_ref, now)
    if incident is None:
        return None
    return Fault(
        read_at=now,
        id=incident.id,
        kind=incident.kind,
        cause=incident.cause,
        planned=incident.planned,
        started_at=incident.started_at,
        eta=incident.eta,
    )


def _tickets(session: Session, contract_ref: str) -> tuple[OpenTicket, ...]:
    rows = session.scalars(
        select(Ticket)
        .where(Ticket.contract_ref == contract_ref, Ticket.state != "closed")
        .order_by(Ticket.opened_at.desc())
        .limit(MOST_TICKETS)
    )
    return tuple(OpenTicket(row.protocol, row.subject, row.opened_at) for row in rows)
