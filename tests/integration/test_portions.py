"""A long webhook is taken in by portions: nothing twice, nothing lost, and others' messages get through in between."""

from __future__ import annotations

import pytest

from core.db import Database
from models.message import Message
from models.outbox import claim, finish
from models.webhook_event import WebhookEvent, WebhookItem
from tests.integration.doors import TERMS, count, rows, store
from tests.unit.webhooks.payloads import ANA, meta, status, text, value
from webhooks import intake
from webhooks.intake import take_in

PEOPLE = [f"55129811{number:05d}" for number in range(7)]


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PORTION", 3)


def work_off(db: Database) -> list[tuple[str, int]]:
    """Takes in whatever is due, as a worker does; the bodies in the order in which it got to them."""
    done: list[tuple[str, int]] = []
    while True:
        with db.transaction() as session:
            row = claim(session, "turns")
        if row is None:
            return done
        if row.topic == "intake":
            take_in(row.ref_id, db=db, terms=TERMS)
            done.append((row.topic, row.ref_id))
        with db.transaction() as session:
            finish(session, row.id)


def test_long_webhook_is_taken_in_whole(db: Database) -> None:
    (id_,) = store(db, meta(value([text(wa_id=wa_id) for wa_id in PEOPLE])))
    assert work_off(db) == [("intake", id_)] * 3
    assert count(db, Message) == len(PEOPLE)
    (event,) = rows(db, WebhookEvent)
    assert (event.state, event.taken) == ("done", len(PEOPLE))


def test_short_webhook_behind_a_long_one_does_not_wait_for_its_end(db: Database) -> None:
    long, short = store(db, meta(value([text(wa_id=wa_id) for wa_id in PEOPLE])), meta(value([text(wa_id=ANA)])))
    assert [ref_id for _, ref_id in work_off(db)].index(short) < 2
    assert count(db, Message) == len(PEOPLE) + 1
    assert long != short


def test_portion_that_is_done_again_after_a_kill_changes_nothing(db: Database) -> None:
    odd = status("wamid.1", "teleported")
    (id_,) = store(db, meta(value([text(wa_id=wa_id) for wa_id in PEOPLE], [odd])))
    for _ in range(2):
        take_in(id_, db=db, terms=TERMS)
    # The worker died before its row was closed: the row comes again, and so does the one of the next portion.
    work_off(db)
    take_in(id_, db=db, terms=TERMS)
    assert (count(db, Message), count(db, WebhookItem)) == (len(PEOPLE), 1)
