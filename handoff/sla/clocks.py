"""The clocks of a conversation: the one place where acts of the desk start, stop and hold them.

Nobody has to stop them at the end: when a conversation is closed, or goes back to the bot, the database itself stops
its clocks, its pause and their alerts in that transaction (migration 0023). Only a visit goes on.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from handoff.events import unanswered_since
from handoff.queues import DEFAULT_QUEUE
from handoff.sla.terms import ARRIVAL, FIRST, LEVEL, NEXT, RESOLUTION, chain_row
from handoff.sla.ticking import holding_terms, reckon_again, running, start, stop
from models.conversation import Conversation
from models.message import Message
from models.sla import SlaPause

ANSWERS = (FIRST, NEXT)
CUSTOMER, THIRD_PARTY, SCHEDULED = "customer", "third_party", "scheduled"
REASONS = (CUSTOMER, THIRD_PARTY, SCHEDULED)
"""Why time may be held: we wait for the customer, for somebody else, or for what was agreed."""

# Written out: it runs for every message that people get, and mostly finds that an answer is owed already.
_STANDS = text(
    "SELECT EXISTS (SELECT FROM sla_pause WHERE conversation_id = :id AND ended_at IS NULL AND reason = :held_for)"
    " AS held, EXISTS (SELECT FROM sla_clock WHERE conversation_id = :id AND stopped_at IS NULL"
    " AND kind IN (:first, :next)) AS owed"
).bindparams(held_for=CUSTOMER, first=FIRST, next=NEXT)


def waits(session: Session, conversation: Conversation, now: datetime) -> None:
    """It begins to wait for people: its resolution and its queue's level run, and the first answer (or the next one,
    where a person answered before). What runs already goes on."""
    _begin(session, conversation, now, asks=True)


def taken(session: Session, conversation: Conversation, now: datetime) -> None:
    """A person has it: what never waited, because it was the bot's, is measured from here."""
    _begin(session, conversation, now, asks=unanswered_since(session, conversation.id) is not None)


def asked(session: Session, conversation_id: int, now: datetime) -> None:
    """The customer wrote while it is people's: an answer is owed from the first such message on, and time that was held
    for them runs again. Its row is locked by the caller."""
    stands = session.execute(_STANDS, {"id": conversation_id}).one()
    if stands.held:
        _resume(session, conversation_id, now, (CUSTOMER,))
    if not stands.owed:
        conversation = session.get_one(Conversation, conversation_id, populate_existing=True)
        _begin(session, conversation, now, asks=True)


def answered(session: Session, conversation: Conversation, agent_id: int | None, now: datetime) -> None:
    """A person answered the customer: the first and the next answer are given, by them (None: from the phone's app)."""
    stop(session, conversation.id, ANSWERS, now, agent_id)


def moved(session: Session, conversation: Conversation, now: datetime) -> None:
    """It is in another queue: the old level ends, the new one's begins, and the rest runs by the new queue's terms."""
    stop(session, conversation.id, (LEVEL,), now)
    terms_changed(session, conversation, now)
    _begin(session, conversation, now, asks=unanswered_since(session, conversation.id) is not None)


def terms_changed(session: Session, conversation: Conversation, now: datetime) -> None:
    """Measures what runs by the terms that hold now, from its own start: what is no longer promised is forgotten, and
    what is broken already stays as it was promised."""
    terms = holding_terms(session, conversation)
    for clock in running(session, conversation.id, (FIRST, NEXT, LEVEL, RESOLUTION)):
        if clock.due_at is not None and clock.due_at < now:
            continue
        if terms is None or clock.kind not in terms.minutes:
            session.delete(clock)
            continue
        clock.queue, clock.calendar = conversation.queue or DEFAULT_QUEUE, terms.calendar
        clock.target_minutes = terms.minutes[clock.kind]
        clock.warn_percent, clock.chain = terms.warn_percent, chain_row(terms.chain)
    reckon_again(session, running(session, conversation.id), now)


def arrival(session: Session, conversation: Conversation, agreed_at: datetime, now: datetime) -> None:
    """A visit is agreed for `agreed_at`: the technician's arrival is measured from then on. Another time replaces it,
    as long as nobody has arrived; where the one before was broken by then, that stays."""
    for clock in running(session, conversation.id, (ARRIVAL,)):
        if clock.started_at == agreed_at:
            return
        if clock.due_at is not None and clock.due_at < now:
            clock.stopped_at = now
        else:
            session.delete(clock)
    session.flush()
    start(session, conversation, (ARRIVAL,), agreed_at, now)


def arrived(session: Session, conversation: Conversation, now: datetime) -> None:
    """The technician is there, or the visit is off."""
    stop(session, conversation.id, (ARRIVAL,), now)


def pause(session: Session, conversation_id: int, reason: str, by: str, now: datetime, note: str = "") -> bool:
    """Holds the conversation's time, but a visit's; False when it is held already. `by` is a login or clock.

    Raises ValueError for a reason that is none of REASONS.
    """
    if reason not in REASONS:
        raise ValueError(f"time is not held for {reason!r}")
    row = {"conversation_id": conversation_id, "reason": reason, "by": by, "note": note, "started_at": now}
    if session.scalar(insert(SlaPause).values(row).on_conflict_do_nothing().returning(SlaPause.id)) is None:
        return False
    reckon_again(session, running(session, conversation_id), now)
    return True


def resume(session: Session, conversation_id: int, now: datetime, reasons: tuple[str, ...] = REASONS) -> bool:
    """Lets time run again that was held for one of `reasons`; False when it was not."""
    return _resume(session, conversation_id, now, reasons)


def _resume(session: Session, conversation_id: int, now: datetime, reasons: tuple[str, ...]) -> bool:
    held = (
        update(SlaPause)
        .where(SlaPause.conversation_id == conversation_id, SlaPause.ended_at.is_(None), SlaPause.reason.in_(reasons))
        # A message may have come before the pause that it ends, and be read after that began.
        .values(ended_at=func.greatest(SlaPause.started_at, now))
        .returning(SlaPause.id)
    )
    if session.execute(held).one_or_none() is None:
        return False
    reckon_again(session, running(session, conversation_id), now)
    return True


def _begin(session: Session, conversation: Conversation, now: datetime, *, asks: bool) -> None:
    answers = [NEXT if _was_answered(session, conversation.id) else FIRST] if asks else []
    start(session, conversation, [LEVEL, RESOLUTION, *answers], now)


def _was_answered(session: Session, conversation_id: int) -> bool:
    by_person = exists().where(
        Message.conversation_id == conversation_id,
        Message.direction == "out",
        Message.author.startswith("agent:") | (Message.author == "phone_app"),
    )
    return bool(session.scalar(select(by_person)))
