"""The ledger of wishes that wait for the ERP: kept once, ended once; a person gets what could not be served."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.provider_row import provider_row
from billing.wish_terms import wish_terms_of
from bot.texts import Texts
from bot.watch_told import note
from core.dates import format_when
from handoff.events import locked
from handoff.hand_over import hand_over
from models import utc_now
from models.conversation import Conversation, open_of
from models.wish import Wish

QUEUE = "Financeiro"


def keep_wish(session: Session, conversation_id: int, intent: str) -> None:
    """Writes the wish down, in the caller's transaction; one that waits already stays as it is. Raises Misconfigured
    `provider`."""
    provider, now = provider_row(session), utc_now()
    session.execute(
        insert(Wish)
        .values(
            conversation_id=conversation_id,
            intent=intent,
            state="waiting",
            created_at=now,
            expires_at=wish_terms_of(provider).expiry(now, provider.timezone),
        )
        .on_conflict_do_nothing(
            index_elements=[Wish.conversation_id, Wish.intent], index_where=text("state = 'waiting'")
        )
    )


def wish_served(session: Session, conversation_id: int, intent: str) -> None:
    """What waited was answered in a turn where the customer asked for it again: nothing is left to be served."""
    session.execute(
        update(Wish)
        .where(Wish.conversation_id == conversation_id, Wish.intent == intent, Wish.state == "waiting")
        .values(state="dropped", ended_at=utc_now())
    )


def waiting_wish(session: Session, wish_id: int) -> Wish | None:
    """The wish, locked, while it waits; its conversation first, as a turn does. None once it ended."""
    seen = session.get(Wish, wish_id)
    if seen is None or seen.state != "waiting":
        return None
    locked(session, seen.conversation_id)
    row = session.get_one(Wish, wish_id, with_for_update=True, populate_existing=True)
    return row if row.state == "waiting" else None


def end(session: Session, wish: Wish, state: str) -> None:
    """Ends a wish that `waiting_wish` gave."""
    wish.state, wish.ended_at = state, utc_now()


def settle(session: Session, wish: Wish, now: datetime, texts: Texts) -> bool:
    """Ends a wish that the bot cannot serve any more. True while it goes on waiting.

    Where a person has the conversation they read of it; where the time or the 24-hour window is over, and where the
    conversation was closed meanwhile, a person gets it with what was wanted.
    """
    conversation = session.get_one(Conversation, wish.conversation_id)
    when = format_when(wish.created_at, now, provider_row(session).timezone, texts.language)
    words = {"wishes": texts(f"intent.{wish.intent}"), "when": when}
    if conversation.handler in ("queue", "agent"):
        note(session, conversation, texts("away.with_person", **words))
        end(session, wish, "dropped")
        return False
    if conversation.handler == "bot" and now < wish.expires_at and conversation.window_open(now):
        return True
    heir = _open_again(session, conversation)
    _to_person(session, heir, texts("away.lapsed", **words), texts)
    end(session, wish, "lapsed")
    return False


def _open_again(session: Session, conversation: Conversation) -> Conversation:
    """Where a person finds the customer: the same conversation, opened again if it was closed and no other is open."""
    if conversation.handler != "closed":
        return conversation
    other = select(Conversation.id).where(open_of(conversation.contact_id))
    open_one = session.scalars(other).one_or_none()
    if open_one is not None:
        return locked(session, open_one) or conversation
    conversation.handler, conversation.closed_at = "bot", None
    conversation.version += 1
    session.flush()
    return conversation


def _to_person(session: Session, conversation: Conversation, words: str, texts: Texts) -> None:
    summary = "\n".join(filter(None, (words, conversation.summary)))
    handed = hand_over(session, conversation.id, queue=QUEUE, reason=texts("away.reason"), summary=summary)
    if not handed:
        note(session, conversation, words)
