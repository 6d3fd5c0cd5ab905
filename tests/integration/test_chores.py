"""Chores: planned when due, once however many clocks there are; raw webhooks that were read long ago are deleted."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from core.db import Database
from models import utc_now
from models.outbox import Outbox, finish, plan_chore
from models.webhook_event import WebhookEvent, WebhookItem
from tests.integration.doors import bring, rows
from tests.unit.webhooks.payloads import meta, text, value
from webhooks.prune import prune_webhooks

MONTH = timedelta(days=30)


def planned(db: Database) -> list[Outbox]:
    with db.transaction() as session:
        plan_chore(session, "prune_webhooks", 3600)
    return [row for row in rows(db, Outbox) if row.topic == "prune_webhooks"]


def test_chore_is_planned_once_while_it_waits(db: Database) -> None:
    planned(db)
    assert len(planned(db)) == 1


def test_chore_done_lately_is_not_planned_again_until_its_time_has_come(db: Database) -> None:
    (row,) = planned(db)
    with db.transaction() as session:
        finish(session, row.id)
    assert len(planned(db)) == 1
    with db.transaction() as session:
        session.execute(update(Outbox).values(done_at=utc_now() - timedelta(seconds=3601)))
    assert len(planned(db)) == 2


def test_webhooks_read_long_ago_are_deleted_with_their_items(db: Database) -> None:
    bring(db, meta(value([text()])))
    bring(db, b'{"odd": true}')
    with db.transaction() as session:
        session.execute(update(WebhookEvent).values(received_at=utc_now() - MONTH - timedelta(minutes=1)))
    bring(db, meta(value([text()])))
    prune_webhooks(0, db=db, keep=MONTH)
    assert len(rows(db, WebhookEvent)) == 1
    assert rows(db, WebhookItem) == []


def test_old_webhook_that_nobody_read_yet_stays(db: Database) -> None:
    bring(db, meta(value([text()])))
    with db.transaction() as session:
        session.execute(update(WebhookEvent).values(received_at=utc_now() - 2 * MONTH, state="new"))
    prune_webhooks(0, db=db, keep=MONTH)
    with db.transaction() as session:
        assert session.scalars(select(WebhookEvent.state)).all() == ["new"]
