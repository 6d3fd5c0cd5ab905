"""The queues as rows, who had a conversation when, and what changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core.db import Database
from handoff.queues import TEMPLATE, ensure_organogram, known_queue, organogram
from models import utc_now
from models.change import Change
from models.conversation import Conversation
from models.conversation_span import ConversationSpan
from models.message import Message
from models.queue import QueueRow
from tests.integration.desk import a_conversation, the_cast


def test_organogram_is_the_template_before_and_after_the_first_start(db: Database) -> None:
    with db.transaction() as session:
        assert organogram(session).queues == TEMPLATE
        assert ensure_organogram(session)
        assert not ensure_organogram(session)
        assert organogram(session).queues == TEMPLATE


@pytest.mark.parametrize("name", ["", "n1", "N4", "Cobranca"])
def test_known_queue_refuses_what_is_no_queue(db: Database, name: str) -> None:
    with db.transaction() as session, pytest.raises(ValueError, match="no queue"):
        known_queue(session, name)


def test_a_closed_queue_takes_nothing_new_but_is_still_known(db: Database) -> None:
    with db.transaction() as session:
        ensure_organogram(session)
        session.execute(update(QueueRow).where(QueueRow.name == "Comercial").values(active=False))
        assert "Comercial" not in organogram(session).names
        assert organogram(session).queue("Comercial").about
        with pytest.raises(ValueError, match="Comercial"):
            known_queue(session, "Comercial")


def test_every_change_of_owner_leaves_a_span_however_it_was_made(db: Database) -> None:
    helena = the_cast(db, "helena")["helena"]
    conversation_id = a_conversation(db)
    with db.transaction() as session:
        session.get_one(Conversation, conversation_id).tags = ["vip"]
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="agent", agent_id=helena.id))
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="closed"))
    with db.transaction() as session:
        rows = session.scalars(select(ConversationSpan).order_by(ConversationSpan.id)).all()
    assert [(row.handler, row.queue, row.agent_id) for row in rows] == [
        ("queue", "N1", None),
        ("agent", "N1", helena.id),
    ]
    assert rows[0].ended_at is not None
    assert rows[0].ended_at <= rows[1].started_at
    assert rows[1].ended_at is not None


def test_changes_name_the_conversation_of_what_was_added_or_changed(db: Database) -> None:
    conversation_id = a_conversation(db)
    with db.transaction() as session:
        session.query(Change).delete()
    with db.transaction() as session:
        session.execute(update(Message).values(status="read"))
    with db.transaction() as session:
        found = session.execute(select(Change.conversation_id, Change.what)).all()
    assert [tuple(row) for row in found] == [(conversation_id, "message")]


@pytest.mark.parametrize(
    ("more", "told"),
    [({}, []), ({"needs_person": "x"}, ["conversation"]), ({"queue": "N2", "version": 7}, ["conversation"])],
)
def test_customers_message_moves_a_conversation_only_with_what_changes_in_it_besides(
    db: Database, more: dict[str, Any], told: list[str]
) -> None:
    a_conversation(db)
    with db.transaction() as session:
        session.query(Change).delete()
    with db.transaction() as session:
        session.execute(update(Conversation).values(last_inbound_at=utc_now() + timedelta(minutes=1), **more))
    with db.transaction() as session:
        assert list(session.scalars(select(Change.what))) == told
