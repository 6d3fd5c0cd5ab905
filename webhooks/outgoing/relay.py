"""Gives what happened its place in the feed, and lays a copy ready for each endpoint that wants to hear of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.db import Database
from core.later import Later
from core.locks import hold
from handoff.integrations.endpoints import KEPT_FOR
from models import utc_now
from models.api_token import ApiKeyUse
from models.happening import Happening
from models.outbox import add_work, hasten
from models.webhook_endpoint import WebhookDelivery, WebhookEndpoint
from webhooks.outgoing.told import as_event, wanted

AT_ONCE = 500
AGAIN_SECONDS = 1.0
KEY_KEPT = timedelta(days=1)
WORK = "webhook_out"

# Rows of transactions that are still open are not seen, and get their place once they are: nothing is passed by.
_PLACE = text(
    "UPDATE happening SET position = placed.position FROM ("
    " SELECT id, (SELECT coalesce(max(position), 0) FROM happening) + row_number() OVER (ORDER BY id) AS position"
    " FROM (SELECT id FROM happening WHERE position IS NULL ORDER BY id LIMIT :most) AS new"
    ") AS placed WHERE happening.id = placed.id RETURNING happening.id"
)


def relay_events(_ref_id: int, *, db: Database) -> None:
    """Places everything that is new. While there are endpoints it is done again a second later."""
    while True:
        with db.transaction() as session:
            # Places are given out by one at a time, so that they are safe in their order.
            hold(session, "relay_events")
            endpoints = session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.active)).all()
            found = session.scalars(_PLACE, {"most": AT_ONCE}).all()
            if found and endpoints:
                rows = session.scalars(select(Happening).where(Happening.id.in_(found)).order_by(Happening.position))
                _lay_ready(session, rows.all(), endpoints)
            _send_off(session, utc_now())
        if len(found) < AT_ONCE:
            break
    if endpoints:
        raise Later(AGAIN_SECONDS)


def forget_events(_ref_id: int, *, db: Database, keep: timedelta) -> None:
    """Deletes events and deliveries older than `keep`, and used keys older than a day. The last event stays, from
    which the next place is counted."""
    before = utc_now() - keep
    with db.transaction() as session:
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.created_at < before))
        last = select(func.max(Happening.position)).scalar_subquery()
        session.execute(delete(Happening).where(Happening.at < before, Happening.position < last))
        session.execute(delete(ApiKeyUse).where(ApiKeyUse.at < utc_now() - KEY_KEPT))


def _lay_ready(session: Session, rows: Sequence[Happening], endpoints: Sequence[WebhookEndpoint]) -> None:
    now = utc_now()
    values: list[dict[str, Any]] = [
        {
            "endpoint_id": endpoint.id,
            "position": row.position,
            "kind": row.kind,
            "body": json.dumps(as_event(row)),
            "next_at": now,
            "expires_at": now + KEPT_FOR,
            "created_at": now,
        }
        for row in rows
        for endpoint in endpoints
        if row.at >= endpoint.created_at and wanted(row.kind, endpoint.events)
    ]
    if values:
        usual = {"state": "waiting", "tries": 0, "error": ""}
        session.execute(insert(WebhookDelivery).on_conflict_do_nothing(), [value | usual for value in values])


def _send_off(session: Session, now: datetime) -> None:
    """One piece of work for each endpoint that has something to be sent: found anew each time, so that none is
    forgotten between work that ends and an event that comes."""
    due = (
        select(WebhookDelivery.id)
        .where(
            WebhookDelivery.endpoint_id == WebhookEndpoint.id,
            WebhookDelivery.state == "waiting",
            WebhookDelivery.next_at <= now,
        )
        .exists()
    )
    ready = select(WebhookEndpoint.id).where(
        WebhookEndpoint.active,
        WebhookEndpoint.paused_at.is_(None),
        func.coalesce(WebhookEndpoint.rests_until, now) <= now,
        due,
    )
    for endpoint_id in session.scalars(ready).all():
        if not hasten(session, WORK, endpoint_id):
            add_work(session, WORK, endpoint_id)
