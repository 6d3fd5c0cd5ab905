"""The comment that was asked for after a low vote: the next text, unless it surely wants something else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.events import locked
from handoff.life.reopening import still_theirs
from handoff.reply import queue_text
from handoff.satisfaction.voting import LOW, show_in_list
from handoff.satisfaction.words import words_in
from handoff.sla import clocks
from handoff.templates import conversation_of
from models import utc_now
from models.alert import Alert
from models.contact import Contact
from models.conversation import Conversation, open_of
from models.message import Message
from models.outbox import add_work
from models.survey import Survey


def awaited_from(session: Session, contact_id: int, now: datetime) -> Survey | None:
    """The survey that waits for this contact's comment; it is one only where no conversation of theirs is open."""
    mine = select(Conversation.id).where(Conversation.contact_id == contact_id)
    wanted = select(Survey).where(Survey.conversation_id.in_(mine), Survey.comment == "", Survey.comment_until > now)
    return session.scalars(wanted.order_by(Survey.id.desc()).limit(1)).one_or_none()


def waiting_text(session: Session, survey: Survey) -> list[Message]:
    """What came since the vote and was not settled yet, oldest first."""
    rows = select(Message).where(
        Message.conversation_id == survey.conversation_id,
        Message.direction == "in",
        Message.handled_at.is_(None),
        Message.received_at >= survey.answered_at,
    )
    return list(session.scalars(rows.order_by(Message.id)))


def keep_comment(
    session: Session, survey: Survey, conversation: Conversation, messages: list[Message], language: str, now: datetime
) -> None:
    """The messages are the comment of the locked conversation's survey: one word of thanks goes out, while the window
    is open, and the supervision's alert and list point to them."""
    survey.comment = "\n".join(message.text for message in messages)
    for message in messages:
        message.handled_at, message.outcome = now, "comment"
    if conversation.window_open(now):
        words = words_in(session, language).thanks
        queue_text(session, conversation, words, author="system", key=f"survey-thanks-{survey.id}")
    show_in_list(conversation, survey)
    alert = session.scalars(
        select(Alert).where(Alert.kind == LOW, Alert.subject == str(survey.id), Alert.ended_at.is_(None))
    ).one_or_none()
    if alert is not None and not alert.detail.get("commented"):
        alert.text, alert.last_at = f"{alert.text} Deixou um comentário.", now
        alert.detail = {**alert.detail, "commented": True}


def let_through(session: Session, survey: Survey, messages: list[Message]) -> None:
    """They were no comment: they are answered as if nothing had been asked, in the contact's open conversation, in the
    one that people closed a while ago, or in a new one of the bot."""
    ended = locked(session, survey.conversation_id)
    if ended is None:
        return
    survey.comment_until = None
    now, contact = utc_now(), session.get_one(Contact, ended.contact_id)
    theirs = None if _talks(session, contact.id) else still_theirs(session, contact.id, now)
    conversation = theirs or conversation_of(session, contact)
    for message in messages:
        message.conversation_id = conversation.id
    newest = max(message.provider_at or message.received_at for message in messages)
    conversation.last_inbound_at = max(newest, conversation.last_inbound_at or newest)
    session.flush()
    if conversation.handler == "bot":
        add_work(session, "turn", conversation.id)
    elif conversation.handler == "closed":
        add_work(session, "after_close", conversation.id)
    else:
        clocks.asked(session, conversation.id, now)


def _talks(session: Session, contact_id: int) -> bool:
    mine = select(Conversation.id).where(open_of(contact_id))
    return session.scalar(mine.limit(1)) is not None
