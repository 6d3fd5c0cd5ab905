"""Watches the clocks: warns the owner, and walks the chain of the policy, each step once however late it comes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.dates import format_when
from core.db import Database
from core.errors import Misconfigured
from handoff.events import add_event, locked
from handoff.queues import organogram
from handoff.release import send_to_queue
from handoff.sla.promises import promises
from handoff.sla.reckoning import Promise, reached
from handoff.sla.standing import KIND_NAMES
from handoff.sla.terms import OWNER, SUPERVISOR, Step, steps_of
from handoff.sla.ticking import reckon_again
from models import utc_now
from models.alert import end_alert, raise_alert
from models.conversation import Conversation
from models.provider import provider_zone
from models.sla import SlaClock

log = logging.getLogger(__name__)

WARNING, LATE = "sla.warning", "sla.late"
"""The kinds of alert. The database ends them with their clock, whose `subject` they name (migration 0022)."""

AT_ONCE = 100
"""Running clocks that are reckoned anew in one transaction."""


def watch_sla(_ref_id: int, *, db: Database) -> None:
    """Tells what has become due since it last looked, each clock in a transaction of its own. May be run again."""
    now = utc_now()
    with db.transaction() as session:
        found = to_tell(session, now)
    for clock_id, conversation_id in found:
        with db.transaction() as session:
            tell(session, clock_id, conversation_id, now)


def refresh_sla(_ref_id: int, *, db: Database) -> None:
    """Reckons all running clocks anew, in portions: calendars and holidays may have been changed. May be run again.

    One that an act has in its hands is left to the next time: this must neither wait for acts nor stand in their way.
    """
    last = 0
    while True:
        with db.transaction() as session:
            wanted = select(SlaClock).where(SlaClock.stopped_at.is_(None), SlaClock.id > last)
            portion = wanted.order_by(SlaClock.id).limit(AT_ONCE).with_for_update(skip_locked=True)
            clocks = session.scalars(portion).all()
            reckon_again(session, clocks, utc_now())
        if not clocks:
            return
        last = clocks[-1].id


def to_tell(session: Session, now: datetime) -> list[tuple[int, int]]:
    """(clock, conversation) of the running clocks whose owner was not warned in time, or whose chain is not done."""
    left = SlaClock.told <= func.jsonb_array_length(SlaClock.chain)
    rows = session.scalars(
        select(SlaClock).where(SlaClock.stopped_at.is_(None), SlaClock.warn_at <= now, left).order_by(SlaClock.due_at)
    ).all()
    reckoned = promises(session, rows)
    return [(row.id, row.conversation_id) for row in rows if _reached(row, reckoned[row.id], now) > row.told]


def tell(session: Session, clock_id: int, conversation_id: int, now: datetime) -> bool:
    """Takes the steps that a clock has reached and that nobody took, the last of each sort for all of them; whether
    there were any. Locks the conversation first, as every act on it does."""
    conversation = locked(session, conversation_id)
    clock = session.get(SlaClock, clock_id, with_for_update=True, populate_existing=True)
    if conversation is None or clock is None or clock.stopped_at is not None:
        return False
    promise = promises(session, [clock])[clock.id]
    before, clock.told = clock.told, max(clock.told, _reached(clock, promise, now))
    new = _steps(clock)[before : clock.told]
    if not new:
        return False
    tells = [step for step in new if step.tell]
    if tells:
        _raise(session, conversation, clock, tells[-1], promise, now)
    queues = [step.queue for step in new if step.queue]
    if queues:
        _move(session, conversation, clock, queues[-1], now)
    return True


def _steps(clock: SlaClock) -> Sequence[Step]:
    """The warning, and the chain after it."""
    try:
        return Step(clock.warn_percent, tell=OWNER), *steps_of(clock.chain)
    except Misconfigured as problem:
        log.error("clock %s only warns its owner: %s", clock.id, problem.detail)
        return (Step(clock.warn_percent, tell=OWNER),)


def _reached(clock: SlaClock, promise: Promise, now: datetime) -> int:
    """How many steps are reached, from the first on without a gap."""
    count = 0
    for step in _steps(clock):
        at = reached(promise, step.percent)
        if at is None or at > now:
            break
        count += 1
    return count


def _raise(
    session: Session, conversation: Conversation, clock: SlaClock, step: Step, promise: Promise, now: datetime
) -> None:
    due = reached(promise, 100)
    late = due is not None and now > due
    name = KIND_NAMES[clock.kind]
    when = format_when(due, now, provider_zone(session)) if due else ""
    text = f"{name} {'venceu' if late else 'vence'} {when}".strip()
    subject = f"sla_clock:{clock.id}"
    if late:
        end_alert(session, WARNING, subject)
    raise_alert(
        session,
        LATE if late else WARNING,
        subject,
        f"Protocolo {conversation.protocol}, fila {clock.queue}: {text}",
        severity="critical" if step.tell == SUPERVISOR else "warning",
        detail={"conversation_id": conversation.id, "agent_id": conversation.agent_id, "tell": step.tell},
    )
    whom = "supervisão avisada" if step.tell == SUPERVISOR else "quem atende foi avisado"
    event = "sla_late" if late else "sla_warning"
    add_event(session, conversation.id, conversation.channel, event, f"Prazo: {text} ({whom})", author="clock")


def _move(session: Session, conversation: Conversation, clock: SlaClock, queue: str, now: datetime) -> None:
    if conversation.handler not in ("queue", "agent") or conversation.queue == queue:
        return
    if queue not in organogram(session).names:
        log.error("clock %s wants to move its conversation to %s, which takes nothing", clock.id, queue)
        return
    text = f"Passada para a fila {queue}: {KIND_NAMES[clock.kind]} fora do prazo"
    before = conversation.queue
    send_to_queue(session, conversation, queue, now)
    add_event(
        session,
        conversation.id,
        conversation.channel,
        "transferred",
        text,
        author="clock",
        from_queue=before,
        to_queue=queue,
    )
