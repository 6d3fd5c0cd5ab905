"""Somebody waits to hear that the line is back: it is looked at, less and less often, and told once when it is so."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.texts import Texts
from bot.watch_told import conversation_of, note, tell_back
from core.db import Database
from core.later import Later
from core.onu_serial import onu_serial
from models import utc_now
from models.conversation import Conversation
from models.line_report import LineWatch
from models.network_job import OPEN_STATES, NetworkJob
from models.onu_status import OnuStatus
from models.outbox import add_work, hasten
from provisioning.action import DIAGNOSE
from provisioning.diagnosis import Diagnosis
from provisioning.outages.incidents import incident_of
from provisioning.request import ask, target_of
from provisioning.verdict import judge

TOPIC = "watch_line"
ENDS_AFTER = timedelta(hours=24)
# Looks come after a quarter of the time waited so far, within these seconds.
SOONEST, LATEST, PART = 60.0, 1800.0, 0.25
# A sweep as young as this that saw the line down spares its OLT a measurement.
SWEPT_WITHIN = timedelta(minutes=5)
BACK = frozenset({"all_good", "cpe_problem", "weak_signal", "dropped_signal"})


def watch_line(session: Session, contract_ref: str, conversation_id: int, first_seconds: float = SOONEST) -> None:
    """Begins to watch, in the caller's transaction; a line that is watched already is from now on watched for this
    conversation. May be called twice."""
    new_id = session.execute(
        insert(LineWatch)
        .values(contract_ref=contract_ref, conversation_id=conversation_id, ends_at=utc_now() + ENDS_AFTER)
        .on_conflict_do_nothing(index_elements=[LineWatch.contract_ref], index_where=text("ended_at is null"))
        .returning(LineWatch.id)
    ).scalar()
    if new_id is not None:
        add_work(session, TOPIC, new_id, after_seconds=first_seconds)
    for watch in _open(session, contract_ref):
        watch.conversation_id = conversation_id


def stop_watching(session: Session, contract_ref: str) -> None:
    """The customer knows that it is back: nobody is told any more."""
    for watch in _open(session, contract_ref):
        watch.ended_at, watch.outcome = utc_now(), "closed"


def measured(session: Session, job: NetworkJob) -> None:
    """A line was measured, not for a conversation: its watch looks at once. Called in the transaction that ends the
    job."""
    if job.action == DIAGNOSE and job.conversation_id is None:
        for watch in _open(session, job.contract_ref):
            hasten(session, TOPIC, watch.id)


def look(watch_id: int, *, db: Database, texts: Texts) -> None:
    """Looks once: tells that the line is back, gives up, or raises Later.

    May be called twice, in parallel, and be killed at any line: what is told and the end of the watch are one
    transaction.
    """
    with db.transaction() as session:
        seen = session.get(LineWatch, watch_id)
        if seen is None or seen.ended_at is not None:
            return
        # The conversation before the watch, as a turn does: neither waits for the other in a circle.
        conversation = conversation_of(session, seen)
        watch = session.get_one(LineWatch, watch_id, with_for_update=True, populate_existing=True)
        if watch.ended_at is not None:
            return
        now = utc_now()
        wait = _pause(watch, now)
        watch.outcome = _outcome(session, watch, conversation, texts, now)
        if watch.outcome:
            watch.ended_at = now
            return
        swept = _swept(session, watch, now)
        if swept is not None:
            # The sweeps tell when it is worth a measurement: to look at them costs nothing.
            wait = SOONEST
        _measure_if_due(session, watch, swept, now)
    raise Later(wait, "the line is not back")


def _pause(watch: LineWatch, now: datetime) -> float:
    return min(max((now - watch.since).total_seconds() * PART, SOONEST), LATEST)


def _outcome(session: Session, watch: LineWatch, conversation: Conversation | None, texts: Texts, now: datetime) -> str:
    """How the watch ends; nothing while it goes on."""
    if incident_of(session, watch.contract_ref, now) is not None:
        return "replaced"
    newest = _newest_measurement(session, watch)
    # What a conversation asked for is told by its own turn, in the light of what was asked.
    if newest is not None and newest.state not in OPEN_STATES and newest.conversation_id is None:
        diagnosis = Diagnosis.from_facts(newest.facts)
        read_at = diagnosis.line.read_at if diagnosis.line else None
        if read_at and read_at > watch.since and judge(diagnosis).cause in BACK:
            if conversation is not None:
                tell_back(session, conversation, watch, texts, read_at)
            return "back"
    if now < watch.ends_at:
        return ""
    if conversation is not None:
        hours = round((now - watch.since).total_seconds() / 3600)
        note(session, conversation, texts("watch.note_given_up", hours=hours))
    return "given_up"


def _newest_measurement(session: Session, watch: LineWatch) -> NetworkJob | None:
    """The newest measurement of the line that was asked for since the watch began, by whoever."""
    return session.scalars(
        select(NetworkJob)
        .where(
            NetworkJob.contract_ref == watch.contract_ref,
            NetworkJob.action == DIAGNOSE,
            NetworkJob.asked_at > watch.since,
            ~NetworkJob.facts.has_key("copy_of"),
        )
        .order_by(NetworkJob.id.desc())
        .limit(1)
    ).first()


def _swept(session: Session, watch: LineWatch, now: datetime) -> OnuStatus | None:
    """What a sweep of a short while ago saw; None where there is none."""
    target = target_of(session, watch.contract_ref)
    row = session.get(OnuStatus, (target.olt, onu_serial(target.onu) or target.onu))
    return row if row is not None and row.state != "unknown" and row.seen_at > now - SWEPT_WITHIN else None


def _measure_if_due(session: Session, watch: LineWatch, swept: OnuStatus | None, now: datetime) -> None:
    """Asks for a measurement of this one line: once a sweep saw it online, or, without sweeps, now and then."""
    newest = _newest_measurement(session, watch)
    if newest is not None and newest.state in OPEN_STATES:
        return
    if swept is not None and swept.state != "online":
        return
    rest = SOONEST if swept is not None else _pause(watch, now)
    if newest is not None and (now - newest.asked_at).total_seconds() < rest * 0.9:
        return
    cause = f"watch:{watch.id}:"
    mine = NetworkJob.idempotency_key.startswith(f"{DIAGNOSE}:{watch.contract_ref}:{cause}", autoescape=True)
    number = session.scalar(select(func.count()).where(mine)) or 0
    target = target_of(session, watch.contract_ref)
    ask(session, DIAGNOSE, target=target, reason="line_watch", asked_by="clock", cause=f"{cause}{number + 1}")


def _open(session: Session, contract_ref: str) -> list[LineWatch]:
    wanted = select(LineWatch).where(LineWatch.contract_ref == contract_ref, LineWatch.ended_at.is_(None))
    return list(session.scalars(wanted.with_for_update()))
