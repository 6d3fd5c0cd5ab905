"""Pages of the API: whatever is added meanwhile, what was there is seen once, and the feed loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.db import Database
from models.happening import Happening
from models.message import Message
from tests.integration.desk import a_conversation, a_provider
from tests.integration.other_systems import System, a_token, relay
from webhooks.api.cursor import read_cursor, write_cursor
from webhooks.api.problem import Problem


@pytest.fixture
def crm(db: Database) -> System:
    """A system that may do everything."""
    a_provider(db)
    return System(db, a_token(db), burst=10_000)


def write(session: Session, conversation_id: int, text: str = "oi") -> int:
    row = Message(conversation_id=conversation_id, channel="whatsapp", direction="in", text=text)
    session.add(row)
    session.flush()
    return row.id


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.integers(0, 9), st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=6))
def test_pages_show_each_row_once_while_rows_are_added(
    db: Database, crm: System, begins: int, steps: list[tuple[int, int]]
) -> None:
    number = a_conversation(db, said=None)
    with db.transaction() as session:
        there = [write(session, number) for _ in range(begins)]
    seen: list[int] = []
    cursor = ""
    for limit, added in [*steps, (200, 0), (200, 0)]:
        answer = crm.get(f"/conversations/{number}/messages?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        assert len(answer.get_json()["items"]) <= limit
        seen += [item["id"] for item in answer.get_json()["items"]]
        cursor = answer.get_json()["next_cursor"] or ""
        with db.transaction() as session:
            there += [write(session, number) for _ in range(added)]
    assert seen == there


@given(st.integers(0, 2**63 - 1), st.text("0123456789abcdef", min_size=12, max_size=12))
def test_cursor_is_read_as_it_was_written_and_for_its_own_list_alone(last: int, mark: str) -> None:
    assert read_cursor(write_cursor(last, mark), mark) == last
    with pytest.raises(Problem):
        read_cursor(write_cursor(last, mark), "another list")


@given(st.text(max_size=60))
def test_cursor_that_nobody_gave_out_is_refused(word: str) -> None:
    with pytest.raises(Problem):
        read_cursor(word, "0123456789ab")


def test_cursor_of_another_filter_is_refused(db: Database, crm: System) -> None:
    a_conversation(db)
    cursor = crm.get("/conversations?queue=N1").get_json()["next_cursor"]
    assert crm.get(f"/conversations?queue=N1&cursor={cursor}").status_code == 200
    assert crm.get(f"/conversations?queue=N2&cursor={cursor}").status_code == 400


def test_feed_tells_what_the_rows_say_in_order(db: Database, crm: System) -> None:
    number = a_conversation(db)
    crm.post(f"/conversations/{number}/take")
    sent = crm.post(f"/conversations/{number}/replies", {"text": "oi"}).get_json()["message_id"]
    with db.transaction() as session:
        session.get_one(Message, sent).status = "sending"
        session.flush()
        session.get_one(Message, sent).status = "delivered"
    crm.post(f"/conversations/{number}/notes", {"text": "ok"})
    crm.post(f"/conversations/{number}/close")
    relay(db)
    found = crm.get("/events").get_json()["items"]
    assert [item["type"] for item in found] == [
        "conversation.opened",
        "message.received",
        "conversation.taken",
        "message.queued",
        "message.sending",
        "message.delivered",
        "note.added",
        "message.queued",
        "conversation.closed",
    ]
    assert [item["id"] for item in found] == list(range(1, 10))
    assert {item["conversation_id"] for item in found} == {number}
    some = crm.get("/events?types=note.added,conversation.*").get_json()["items"]
    assert [item["id"] for item in some] == [1, 3, 7, 9]


def test_event_of_a_transaction_that_ends_late_comes_after_what_was_told(db: Database, crm: System) -> None:
    number = a_conversation(db, said=None)
    with db.transaction() as late:
        first = write(late, number, "slow")
        with db.transaction() as session:
            second = write(session, number, "quick")
        relay(db)
        page = crm.get("/events?types=message.received").get_json()
        assert [item["message_id"] for item in page["items"]] == [second]
    relay(db)
    rest = crm.get(f"/events?types=message.received&cursor={page['next_cursor']}").get_json()
    assert [item["message_id"] for item in rest["items"]] == [first]


def test_act_that_is_taken_back_is_no_event(db: Database, crm: System) -> None:
    number = a_conversation(db, said=None)
    with db.transaction() as session:
        write(session, number)
        session.rollback()
    relay(db)
    assert [item["type"] for item in crm.get("/events").get_json()["items"]] == ["conversation.opened"]


def test_places_go_on_after_old_events_were_deleted(db: Database, crm: System) -> None:
    number = a_conversation(db)
    relay(db)
    with db.transaction() as session:
        last = session.scalars(select(Happening.position).order_by(Happening.position.desc())).first()
        session.execute(delete(Happening).where(Happening.position < last))
        write(session, number)
    relay(db)
    assert [item["id"] for item in crm.get("/events").get_json()["items"]] == [2, 3]
