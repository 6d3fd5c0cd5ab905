"""Tells who waits for a person what awaits them: with the words of the hand-over, on a change, and at a tap."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.bubble import BODY_LIMIT
from bot.effects import Effect, HandOff, Say
from bot.say import say
from bot.snapshot import Snapshot
from bot.texts import Texts
from bot.waiting_words import When, later_in_words, told
from core.dates import format_when
from core.db import Database
from handoff.events import locked, unanswered_since
from handoff.routing.callback import LATER, call_later
from handoff.routing.news import News, news, told_now
from handoff.routing.outlook import Outlook, Outlooks
from handoff.routing.terms import Routing, routing_terms
from models import utc_now
from models.conversation import Conversation
from models.message import Message
from models.provider import provider_zone

log = logging.getLogger(__name__)

REASON = "waiting"


@dataclass(frozen=True)
class _Here:
    """Where something is said."""

    conversation_id: int
    channel: str


def with_outlook(session: Session, snapshot: Snapshot, effects: Sequence[Effect], texts: Texts) -> list[Effect]:
    """The effects of a turn whose hand-over is written already: what is said names the queue it came to, and goes on
    with what awaits the customer, in the same bubble. Without a hand-over, and where nothing is said: as they are."""
    rest = list(effects)
    handed = next((effect for effect in effects if isinstance(effect, HandOff)), None)
    said = [(place, effect) for place, effect in enumerate(effects) if isinstance(effect, Say) and effect.text]
    conversation = session.get_one(Conversation, snapshot.conversation_id)
    if handed is None or not said or conversation.handler != "queue":
        return rest
    place, last = said[-1]
    # The bot's words name the queue that it wished for.
    last = replace(last, text=last.text.replace(handed.queue, str(conversation.queue)))
    more = _at_hand_over(session, conversation, texts)
    rest[place : place + 1] = _joined(last, more) if more else [last]
    return rest


def _joined(last: Say, more: str) -> list[Effect]:
    whole = f"{last.text}\n\n{more}"
    if last.document is not None or len(whole) > BODY_LIMIT:
        return [last, Say(more)]
    return [replace(last, text=whole)]


def _at_hand_over(session: Session, conversation: Conversation, texts: Texts) -> str:
    """What awaits the customer from now on, in words; nothing where they know it."""
    now = utc_now()
    outlook = Outlooks(session, now).of(conversation)
    found = news(conversation.told, outlook, since=now, now=now, terms=routing_terms(session))
    if found is None:
        return ""
    conversation.told = told_now(conversation.told, outlook, found, now)
    return told(texts, found, outlook, _when(session, texts, now)).text


def tell_waiting(_ref_id: int, *, db: Database, texts: Texts, clock: Callable[[], datetime] = utc_now) -> None:
    """Tells everybody who waits what changed since they were told: seldom, only what is worth it, and only inside the
    24-hour window. May run at any time and twice: what was told is written with the message."""
    now = clock()
    with db.reading() as session:
        terms, outlooks = routing_terms(session), Outlooks(session, now)
        waiting = session.scalars(
            select(Conversation).where(Conversation.handler == "queue").order_by(Conversation.id)
        ).all()
        found = [(row.id, outlooks.of(row)) for row in waiting if _news_of(session, row, outlooks.of(row), now, terms)]
    for conversation_id, outlook in found:
        with db.transaction() as session:
            _tell(session, conversation_id, outlook, texts, now)


def hear_taps(session: Session, snapshot: Snapshot, texts: Texts) -> None:
    """Somebody who waits tapped that they want to be called another time: noted once, and said so."""
    taps = [message.id for message in snapshot.inbound if message.reply_id == LATER]
    conversation = locked(session, snapshot.conversation_id) if taps else None
    if conversation is None or conversation.handler != "queue":
        return
    now = utc_now()
    hours = Outlooks(session, now).hours(str(conversation.queue))
    if call_later(session, conversation, hours, now) and conversation.window_open(now):
        words = later_in_words(texts, hours, _when(session, texts, now))
        say(session, _Here(conversation.id, conversation.channel), Say(words), REASON)
    heard = update(Message).where(Message.id.in_(taps), Message.handled_at.is_(None))
    session.execute(heard.values(handled_at=now, outcome="answered"))


def _news_of(
    session: Session, conversation: Conversation, outlook: Outlook, now: datetime, terms: Routing
) -> News | None:
    """The news for a conversation, if it may be told now."""
    quiet = conversation.quiet_until is not None and conversation.quiet_until > now
    asleep = conversation.snoozed_until is not None and conversation.snoozed_until > now
    if conversation.handler != "queue" or quiet or asleep or not conversation.window_open(now):
        return None
    since = conversation.waiting_since or now
    found = news(conversation.told, outlook, since=since, now=now, terms=terms)
    if found and "queue" not in conversation.told and unanswered_since(session, conversation.id) is None:
        # They were not told that they wait, and ask for nothing: it is for people to come back to them.
        return found if "closed" in conversation.told else None
    return found


def _tell(session: Session, conversation_id: int, outlook: Outlook, texts: Texts, now: datetime) -> None:
    conversation = locked(session, conversation_id)
    if conversation is None or conversation.queue != outlook.queue:
        return
    found = _news_of(session, conversation, outlook, now, routing_terms(session))
    if found is None:
        return
    said = told(texts, found, outlook, _when(session, texts, now))
    say(session, _Here(conversation.id, conversation.channel), said, REASON)
    conversation.told = told_now(conversation.told, outlook, found, now)


def _when(session: Session, texts: Texts, now: datetime) -> When:
    zone = provider_zone(session)
    return lambda at: format_when(at, now, zone, texts.language)
