"""A tap below a survey: the first one counts, a low one is told to the supervision and asks for a comment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from handoff.reply import queue_text
from handoff.satisfaction.asking import CSAT, NPS
from handoff.satisfaction.terms import satisfaction_terms
from handoff.satisfaction.words import words_in
from models.agent import Agent
from models.alert import raise_alert
from models.conversation import Conversation
from models.message import Message
from models.survey import Survey

LOW = "satisfaction.low"
"""The kind of the alert for the supervision."""

BY_TEMPLATE = {
    "survey:good": (CSAT, 5),
    "survey:fair": (CSAT, 3),
    "survey:poor": (CSAT, 1),
    "nps:promoter": (NPS, 9),
    "nps:passive": (NPS, 7),
    "nps:detractor": (NPS, 0),
}
"""A template's buttons have the same ids for everybody: whose survey it is, is told by the message they hang on."""

BEST = 5
QUOTED = 160
"""How much of a comment stands in the list."""


@dataclass(frozen=True)
class Vote:
    """A tap on a survey of the contact's: where it belongs, and what it says."""

    survey_id: int
    conversation_id: int
    score: int


def vote_in(session: Session, contact_id: int, channel: str, reply_id: str, quoted_id: str) -> Vote | None:
    """What a tapped id says as a vote; None for every other id, and for surveys that this contact was not asked."""
    if reply_id in BY_TEMPLATE:
        kind, score = BY_TEMPLATE[reply_id]
        asked = _asked_in(session, contact_id, channel, kind, quoted_id)
    else:
        asked, score = _named(session, contact_id, reply_id)
    return Vote(asked.id, asked.conversation_id, score) if asked is not None else None


def count_vote(session: Session, vote: Vote, language: str, now: datetime) -> bool:
    """Writes the vote down and does what follows from it; False for a second tap, and one that came too late."""
    won = session.execute(
        update(Survey)
        .where(Survey.id == vote.survey_id, Survey.score.is_(None), Survey.expires_at > now)
        .values(score=vote.score, answered_at=now)
        .returning(Survey.id)
    ).one_or_none()
    if won is None:
        return False
    row = session.get_one(Survey, vote.survey_id, populate_existing=True)
    if row.kind == CSAT and vote.score <= satisfaction_terms(session).low:
        _served_badly(session, row, language, now)
    return True


def _served_badly(session: Session, row: Survey, language: str, now: datetime) -> None:
    conversation = session.get_one(Conversation, row.conversation_id, populate_existing=True)
    minutes = satisfaction_terms(session).comment_minutes
    row.comment_until = now + timedelta(minutes=minutes)
    words = words_in(session, language).comment
    queue_text(session, conversation, words, author="system", key=f"survey-comment-{row.id}")
    who = session.scalar(select(Agent.name).where(Agent.id == row.agent_id)) or "atendimento automático"
    place = f", fila {row.queue}" if row.queue else ""
    text = f"Nota {row.score} de {BEST} no atendimento {conversation.protocol} ({who}{place})."
    detail = {"conversation_id": row.conversation_id, "survey_id": row.id}
    raise_alert(session, LOW, str(row.id), text, detail=detail)
    show_in_list(conversation, row)


def show_in_list(conversation: Conversation, row: Survey) -> None:
    """Lets the ended conversation stand among those with an alert, with what was voted and said, until somebody notes
    something. One that goes on already has people who look."""
    if conversation.handler == "closed":
        said = " ".join(row.comment.split())
        words = f": “{said[:QUOTED]}{'…' if len(said) > QUOTED else ''}”" if said else ""
        conversation.needs_person = f"nota {row.score} de {BEST}{words}"


def _named(session: Session, contact_id: int, reply_id: str) -> tuple[Survey | None, int]:
    kind, _, rest = reply_id.partition(":")
    number, _, score = rest.partition(":")
    sound = kind == CSAT and number.isascii() and number.isdigit() and len(number) < 10
    if not sound or score not in {str(each) for each in range(1, BEST + 1)}:
        return None, 0
    wanted = _of_contact(contact_id).where(Survey.id == int(number), Survey.kind == CSAT)
    return session.scalars(wanted).one_or_none(), int(score)


def _asked_in(session: Session, contact_id: int, channel: str, kind: str, quoted_id: str) -> Survey | None:
    """The survey that the tapped template asked; where the channel does not say which one, the newest."""
    wanted = _of_contact(contact_id).where(Survey.kind == kind)
    if quoted_id:
        hung = wanted.join(Message, Message.key == Survey.key).where(
            Message.channel == channel, Message.provider_id == quoted_id
        )
        return session.scalars(hung).one_or_none()
    return session.scalars(wanted.order_by(Survey.id.desc()).limit(1)).one_or_none()


def _of_contact(contact_id: int) -> Select[Survey]:
    return (
        select(Survey)
        .join(Conversation, Conversation.id == Survey.conversation_id)
        .where(Conversation.contact_id == contact_id)
    )
