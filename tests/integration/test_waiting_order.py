"""Who is next among those who wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.db import Database
from handoff.routing.order import position, waiting_order
from models import utc_now
from models.conversation import Conversation
from models.provider import Provider
from tests.integration.desk import a_conversation, a_provider


def the_order(db: Database, minutes_from_now: int = 0) -> list[int]:
    now = utc_now() + timedelta(minutes=minutes_from_now)
    with db.transaction() as session:
        waiting = select(Conversation.id).where(Conversation.handler == "queue").order_by(*waiting_order(now))
        return list(session.scalars(waiting))


def place(db: Database, id_: int) -> int:
    with db.transaction() as session:
        return position(session, session.get_one(Conversation, id_))


def test_who_wait_alike_are_taken_in_the_order_in_which_they_came(db: Database) -> None:
    late, early = (a_conversation(db, hours_ago=hours) for hours in (0.1, 1))
    assert the_order(db) == [early, late]


def test_priority_goes_first_until_the_others_have_waited_for_it(db: Database) -> None:
    a_provider(db)
    urgent = a_conversation(db, hours_ago=0, priority=1)
    early = a_conversation(db, hours_ago=10 / 60)
    assert the_order(db) == [urgent, early]
    long = a_conversation(db, hours_ago=20 / 60)
    assert the_order(db) == [long, urgent, early]


def test_what_a_step_of_priority_is_worth_is_the_providers_to_say(db: Database) -> None:
    a_provider(db)
    with db.transaction() as session:
        session.execute(update(Provider).values(policies={"routing": {"age_minutes": 5}}))
    urgent = a_conversation(db, hours_ago=0, priority=1)
    early = a_conversation(db, hours_ago=10 / 60)
    assert the_order(db) == [early, urgent]


@pytest.mark.parametrize("nonsense", [{"routing": "x"}, {"routing": {"age_minutes": "x"}}, {}])
def test_nonsense_in_the_policies_leaves_the_list_in_its_usual_order(db: Database, nonsense: dict[str, object]) -> None:
    a_provider(db)
    with db.transaction() as session:
        session.execute(update(Provider).values(policies=nonsense))
    urgent = a_conversation(db, hours_ago=0, priority=1)
    early = a_conversation(db, hours_ago=10 / 60)
    assert the_order(db) == [urgent, early]


def test_who_asked_for_another_time_comes_last_until_it_is_there(db: Database) -> None:
    later = a_conversation(db, hours_ago=2, snoozed_until=utc_now() + timedelta(minutes=30))
    other = a_conversation(db)
    assert the_order(db) == [other, later]
    assert the_order(db, 31) == [later, other]


def test_place_counts_only_those_before_in_the_same_queue(db: Database) -> None:
    a_conversation(db, hours_ago=5, queue="N2")
    first, second = (a_conversation(db, hours_ago=hours) for hours in (2, 1))
    assert (place(db, first), place(db, second)) == (1, 2)
    bots = a_conversation(db, handler="bot", queue=None)
    assert place(db, bots) == 0
