"""What is written after a person closed the conversation: thanks stay thanks, all else goes back to that person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.turns import Bot
from core.errors import Conflict
from handoff.events import locked
from handoff.life.reopening import reopen
from models import utc_now
from models.message import Message
from nlu.understand import understand
from nlu.understanding import Understanding

FAREWELLS = frozenset({"thanks", "goodbye", "affirm", "deny"})
MOST_WORDS = 6
"""Who only says thanks is brief; in a longer message there may be a wish behind it."""


@dataclass(frozen=True)
class _Heard:
    """What waits in a closed conversation."""

    ids: tuple[int, ...]
    kinds: frozenset[str]
    texts: tuple[str, ...]
    taps: tuple[str, ...]


def hear_after_close(conversation_id: int, *, bot: Bot) -> None:
    """Settles what came after the end: a word of thanks is not answered, and the conversation is reopened for anything
    else. May be called at any time, twice, or in parallel.

    Raises Conflict when more came meanwhile: then it is to be called again.
    """
    with bot.db.reading() as session:
        heard = _read(session, conversation_id)
    if not heard.ids:
        return
    outcome = _outcome(heard, bot)
    with bot.db.transaction() as session:
        conversation = locked(session, conversation_id)
        if conversation is None or conversation.handler != "closed":
            return
        if _read(session, conversation_id).ids != heard.ids:
            raise Conflict("conversation_changed", str(conversation_id))
        if outcome == "back":
            reopen(session, conversation, utc_now())
            return
        settled = update(Message).where(Message.id.in_(heard.ids))
        session.execute(settled.values(handled_at=utc_now(), outcome=outcome))


def reopen_unheard(conversation_id: int, *, bot: Bot) -> None:
    """It could not be told what was meant, however often it was tried: a person reads it."""
    with bot.db.transaction() as session:
        conversation = locked(session, conversation_id)
        if conversation is not None and _read(session, conversation_id).ids:
            reopen(session, conversation, utc_now())


def _read(session: Session, conversation_id: int) -> _Heard:
    rows = session.execute(
        select(Message.id, Message.kind, Message.text, Message.payload["reply_id"].astext.label("tap"))
        .where(Message.conversation_id == conversation_id, Message.direction == "in", Message.handled_at.is_(None))
        .order_by(Message.id)
    ).all()
    return _Heard(
        tuple(row.id for row in rows),
        frozenset(row.kind for row in rows),
        tuple(row.text for row in rows if row.text.strip()),
        tuple(row.tap for row in rows if row.tap),
    )


def _outcome(heard: _Heard, bot: Bot) -> str:
    if heard.taps:
        return "back"
    if heard.kinds == {"sticker"}:
        return "courtesy"
    if heard.kinds != {"text"} or sum(len(text.split()) for text in heard.texts) > MOST_WORDS:
        return "back"
    return "courtesy" if _only_farewells(heard.texts, bot) else "back"


def _only_farewells(texts: Sequence[str], bot: Bot) -> bool:
    """As a whole, or each of them: thanks and then a wish are no thanks."""
    parser, language = bot.sources.parser, bot.sources.language
    whole = understand("\n".join(texts), parser, language)
    return _is_farewell(whole) or all(_is_farewell(understand(text, parser, language)) for text in texts)


def _is_farewell(read: Understanding) -> bool:
    return read.intent in FAREWELLS and read.band == "act"
