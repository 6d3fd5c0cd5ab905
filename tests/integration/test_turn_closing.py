"""Closing at the moment in which the customer writes once more: the message is answered or opens a new conversation."""

from __future__ import annotations

import contextlib
from functools import partial

import pytest
from sqlalchemy import update

from bot.apply import Applied, apply
from bot.effects import Close
from bot.snapshot import Snapshot, read_snapshot
from bot.texts import Texts
from core.db import Database
from core.errors import Conflict
from models.conversation import Conversation
from models.message import Message
from tests.integration.doors import at_once, bring, read_event, rows, store
from tests.integration.outgoing import a_chat
from tests.unit.webhooks.payloads import meta, text, value


def _read(db: Database, chat: int) -> Snapshot:
    with db.transaction() as session:
        return read_snapshot(session, chat)


def _close(db: Database, snapshot: Snapshot) -> bool:
    with db.transaction() as session:
        return apply(session, snapshot, [Close()], Applied("k" * 32, Texts.load()))


def test_turn_closes_what_it_has_read(db: Database) -> None:
    chat = a_chat(db)
    assert _close(db, _read(db, chat))
    assert rows(db, Conversation)[0].handler == "closed"


def test_turn_is_taken_again_when_the_customer_wrote_since_it_read(db: Database) -> None:
    chat = a_chat(db)
    before = _read(db, chat)
    bring(db, meta(value([text("espera, ainda não voltou")])))
    with pytest.raises(Conflict):
        _close(db, before)
    (conversation,) = rows(db, Conversation)
    assert (conversation.handler, conversation.version) == ("bot", before.version)
    assert _close(db, _read(db, chat))


def test_turn_that_lost_its_conversation_writes_nothing(db: Database) -> None:
    chat = a_chat(db)
    before = _read(db, chat)
    with db.transaction() as session:
        session.execute(update(Conversation).values(version=Conversation.version + 1))
    assert _close(db, before) is False
    assert rows(db, Conversation)[0].handler == "bot"


def test_no_message_is_left_in_a_closed_conversation_when_both_happen_at_once(db: Database) -> None:
    for place in range(15):
        wa_id = f"55129811{place:05d}"
        before = _read(db, a_chat(db, wa_id=wa_id))
        (event_id,) = store(db, meta(value([text("mais uma coisa", wa_id=wa_id)])))

        def close(read: Snapshot = before) -> None:
            with contextlib.suppress(Conflict):
                _close(db, read)

        at_once([close, partial(read_event, db, event_id)], threads=2)
    closed = {conversation.id for conversation in rows(db, Conversation) if conversation.handler == "closed"}
    lost = [m.id for m in rows(db, Message) if m.conversation_id in closed and m.handled_at is None]
    assert lost == []
    assert len(rows(db, Message)) == 30
