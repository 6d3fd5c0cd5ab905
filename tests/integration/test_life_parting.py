"""What two merged contacts are called while they are one, and once they are parted."""

from __future__ import annotations

from sqlalchemy import select

from core.db import Database
from handoff.access import Attendant
from models.contact import Contact
from tests.integration.desk import a_conversation, the_cast
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
