"""Notes and events never go out: the database itself refuses every way."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from core.db import Database
from models.message import Message
from models.outbox import add_work
from tests.integration.desk import a_conversation


def a_message(db: Database, direction: str, **more: Any) -> int:
    id_ = a_conversation(db)
    with db.transaction() as session:
        row = Message(conversation_id=id_, channel="whatsapp", direction=direction, text="só entre nós", **more)
        session.add(row)
        session.flush()
        return row.id


@pytest.mark.parametrize("direction", ["note", "event"])
@pytest.mark.parametrize("status", ["queued", "sending", "accepted"])
def test_note_is_refused_by_the_database_with_a_state_of_sending(db: Database, direction: str, status: str) -> None:
    with pytest.raises(IntegrityError, match="inside_stays_inside"):
        a_message(db, direction, status=status)


@pytest.mark.parametrize("direction", ["note", "event"])
def test_note_is_refused_by_the_database_when_it_is_to_become_outbound(db: Database, direction: str) -> None:
    message = a_message(db, direction)
    with pytest.raises(IntegrityError, match="never becomes out"), db.transaction() as session:
        session.get_one(Message, message).direction = "out"
    with pytest.raises(IntegrityError, match="inside_stays_inside"), db.transaction() as session:
        session.get_one(Message, message).status = "queued"


@pytest.mark.parametrize("direction", ["note", "event"])
def test_work_of_delivering_a_note_is_refused_by_the_database(db: Database, direction: str) -> None:
    message = a_message(db, direction)
    with pytest.raises(IntegrityError, match="never delivered"), db.transaction() as session:
        add_work(session, "deliver", message)


def test_work_of_delivering_a_reply_is_taken(db: Database) -> None:
    message = a_message(db, "out", status="queued")
    with db.transaction() as session:
        add_work(session, "deliver", message)
