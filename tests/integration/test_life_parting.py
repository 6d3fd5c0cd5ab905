"""What two merged contacts are called while they are one, and once they are parted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.db import Database
from handoff.access import Attendant
from handoff.outcome import Done
from models import utc_now
from models.contact import Contact
from models.contact_merge import ContactMerge
from models.conversation import Conversation
from models.message import Message
from tests.integration.desk import a_conversation, conversation, the_cast
from tests.integration.test_life_merging import contact, join, part


def two_people(db: Database) -> tuple[int, int, dict[str, Attendant]]:
    """The contacts of Ana and Bruno, and everybody's accounts."""
    cast = the_cast(db)
    return contact(db, a_conversation(db, name="Ana")), contact(db, a_conversation(db, name="Bruno")), cast


def test_a_name_that_came_from_the_others_number_lasts_no_longer_than_the_merge(db: Database) -> None:
    ana, bruno, cast = two_people(db)
    done = join(db, ana, bruno, cast["karina"])
    with db.transaction() as session:
        session.get_one(Contact, ana).profile_name = "Bruno"
    part(db, done, cast["karina"])
    with db.transaction() as session:
        names = session.execute(select(Contact.id, Contact.profile_name).order_by(Contact.id))
        assert [tuple(row) for row in names] == [(ana, "Ana"), (bruno, "Bruno")]


@pytest.mark.parametrize("noted", [True, False])
def test_a_customer_who_is_parted_again_waits_since_they_began_to(db: Database, noted: bool) -> None:
    cast = the_cast(db)
    kept = a_conversation(db, handler="agent", owner=cast["helena"])
    gone = a_conversation(db, handler="queue", name="Bruno")
    began = utc_now() - timedelta(minutes=50)
    with db.transaction() as session:
        session.execute(update(Conversation).where(Conversation.id == gone).values(waiting_since=began))
        session.execute(update(Message).where(Message.conversation_id == gone).values(received_at=began))
    done = join(db, contact(db, kept), contact(db, gone), cast["karina"])
    assert isinstance(done, Done)
    if not noted:  # a merge whose log was written before it said so
        with db.transaction() as session:
            row = session.get_one(ContactMerge, done.message_id)
            ended = {name: value for name, value in row.moved["ended"].items() if name != "waiting_since"}
            row.moved = {**row.moved, "ended": ended}
    part(db, done, cast["karina"])
    again = conversation(db, gone)
    assert (again.handler, again.waiting_since) == ("queue", began)
