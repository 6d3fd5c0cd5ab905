"""Somebody waits to hear that the line is back: it is looked at, less and less often, and told once when it is so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.ports import Erp
from bot.dialogue import Dialogue
from bot.notice import note, tell
from bot.texts import Texts
from core.dates import format_hour
from core.db import Database
from core.later import Later
from models import utc_now
from models.contract import Contract
from models.conversation import Conversation
from models.line_report import LineWatch
from models.network_job import OPEN_STATES, NetworkJob
from models.onu_status import OnuStatus
from models.outbox import add_work
from models.provider import provider_zone
from provisioning.action import DIAGNOSE
from provisioning.diagnosis import Diagnosis
from provisioning.outages.incidents import incident_of
from provisioning.request import ask, target_of
from provisioning.verdict import judge

TOPIC = "watch_line"
REASON = "line_watch"
ENDS_AFTER = timedelta(hours=24)
# Looks come after a quarter of the time waited so far, within these seconds.
SOONEST, LATEST, PART = 60.0, 1800.0, 0.25
# How much younger than this a sweep has to be to spare the line a measurement of its own.
SWEPT_WITHIN = timedelta(minutes=5)
BACK = frozenset({"all_good", "cpe_problem", "weak_signal", "dropped_signal"})


@dataclass(frozen=True)
class Watcher:
    """What a watch is kept with. `by_template`: whether a closed window is no hindrance (the provider pays for it)."""

    db: Database
    erp: Erp
    texts: Texts
    by_template: Callable[[Session], bool]


def watch_line(session: Session, contract_ref: str, conversation_id: int, first_seconds: float = SOONEST) -> None:
    """Begins to watch, in the caller's transaction; a line that is watched already goes on being watched for this
    conversation. May be called twice."""
    new_id = session.execute(
        insert(LineWatch)
        .values(contract_ref=contract_ref, conversation_id=conversation_id, ends_at=utc_now() + ENDS_AFTER)
        .on_conflict_do_nothing(index_elements=[LineWatch.contract_ref], index_where=text("ended_at is null"))
        .returning(LineWatch.id)
    ).scalar()
    if new_id is not None:
        add_work(session, TOPIC, new_id, after_seconds=first_seconds)
        return
    for watch in _open(session, contract_ref):
        watch.conversation_id = conversation_id


def stop_watching(session: Session, contract_ref: str) -> None:
    """The customer knows already: nobody is told."""
    for watch in _open(session, contract_ref):
        _end(watch, "closed", utc_now())


def look(watch_id: int, *, watcher: Watcher) -> None:
    """Looks once: tells that the line is back, gives up, or raises Later. May be called twice, in parallel, and be
    killed at any line: what is told and the end of the watch are one transaction."""
    with watcher.db.transaction() as session:
        watch = session.get(LineWatch, watch_id, with_for_update=True)
        if watch is None or watch.ended_at is not None:
            return
        wait = _looked(session, watch, watcher, utc_now())
    if wait is not None:
        raise Later(wait, "line is not back")


def _looked(session: Session, watch: LineWatch, watcher: Watcher, now: datetime) -> float | None:
    """Seconds until the next look; None when the watch has ended."""
    if incident_of(session, watch.contract_ref, now) is not None:
        _end(watch, "replaced", now)
        return None
    measured = _measured(session, watch)
    if measured and measured.state not in OPEN_STATES:
        diagnosis = Diagnosis.from_facts(measured.facts)
        read_at = diagnosis.line.read_at if diagnosis.line else None
        if read_at and read_at > watch.since and judge(diagnosis).cause in BACK:
            _tell_back(session, watch, watcher, read_at)
            _end(watch, "back", now)
            return None
    if now >= watch.ends_at:
        _give_up(session, watch, watcher, now)
        return None
    waited = (now - watch.since).total_seconds()
    wait = min(max(waited * PART, SOONEST), LATEST)
    if measured is None or measured.state not in OPEN_STATES:
        _measure(session, watch, now)
    return wait


def _measured(session: Session, watch: LineWatch) -> NetworkJob | None:
    """The newest measurement of the line since the watch began, whoever asked for it."""
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


def _measure(session: Session, watch: LineWatch, now: datetime) -> None:
    """Asks for one measurement, unless a sweep saw just now that the line is still down: that costs its OLT nothing."""
    target = target_of(session, watch.contract_ref)
    swept = session.get(OnuStatus, (target.olt, target.onu))
    if swept and swept.seen_at > now - SWEPT_WITHIN and swept.state != "online":
        return
    asked = select(func.count()).where(NetworkJob.idempotency_key.startswith(f"{DIAGNOSE}:{watch.contract_ref}:{_of(watch)}"))
    number = int(session.scalar(asked) or 0) + 1
    ask(session, DIAGNOSE, target=target, reason=REASON, asked_by="clock", cause=f"{_of(watch)}{number}")


def _of(watch: LineWatch) -> str:
    return f"watch:{watch.id}:"


def _tell_back(session: Session, watch: LineWatch, watcher: Watcher, read_at: datetime) -> None:
    """Once, in words where a chat is open; to the person who has it as a note."""
    conversation = _conversation(session, watch)
    if conversation is None:
        return
    hour = format_hour(read_at, provider_zone(session))
    name = _first_name(session, watcher, watch.contract_ref)
    by_template = watcher.by_template(session)
    text = watcher.texts("watch.back", name=name, hour=hour)
    why = tell(session, conversation, text, key=f"watch:{watch.id}", name=name, by_template=by_template, texts=watcher.texts)
    if why:
        note(session, conversation, watcher.texts("watch.note_back", hour=hour, why=watcher.texts(why)))
    dialogue = Dialogue.load(conversation.dialogue)
    if dialogue.guide.get("contract") == watch.contract_ref:
        # Nothing is left to be tried; a report that it is not so is listened to.
        asked = dialogue.expect in {"tried", "confirm_reboot"}
        expect, data = ("back", {}) if asked else (dialogue.expect, dict(dialogue.data))
        conversation.dialogue = {**dialogue.dump(), "expect": expect, "guide": {}, "data": data}
        conversation.version += 1


def _give_up(session: Session, watch: LineWatch, watcher: Watcher, now: datetime) -> None:
    if conversation := _conversation(session, watch):
        hours = round((now - watch.since).total_seconds() / 3600)
        note(session, conversation, watcher.texts("watch.note_given_up", hours=hours))
    _end(watch, "given_up", now)


def _conversation(session: Session, watch: LineWatch) -> Conversation | None:
    """The contact's open conversation, else the one in which they asked; locked, so that no turn writes over it."""
    if watch.conversation_id is None:
        return None
    asked_in = session.get_one(Conversation, watch.conversation_id)
    newest = (
        select(Conversation)
        .where(Conversation.contact_id == asked_in.contact_id)
        .order_by((Conversation.handler == "closed"), Conversation.id.desc())
        .limit(1)
        .with_for_update()
    )
    return session.scalars(newest.execution_options(populate_existing=True)).first()


def _first_name(session: Session, watcher: Watcher, contract_ref: str) -> str:
    row = session.scalars(select(Contract).where(Contract.ref == contract_ref)).first()
    return _name_of(session, row) if row else ""


def _end(watch: LineWatch, outcome: str, now: datetime) -> None:
    watch.ended_at, watch.outcome = now, outcome


def _open(session: Session, contract_ref: str) -> list[LineWatch]:
    wanted = select(LineWatch).where(LineWatch.contract_ref == contract_ref, LineWatch.ended_at.is_(None))
    return list(session.scalars(wanted.with_for_update()))
