"""When everything is compared: once a night, and when a person wishes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.provider_row import provider_row
from billing.reconciliation import Compared, reconcile
from core.dates import local_time
from core.locks import hold
from models import utc_now
from models.outbox import Outbox, add_work
from models.reconciliation import Reconciliation

TOPIC, ASKED = "reconcile", 1


def reconcile_nightly(wish: int, *, compared: Compared, hour: int = 4) -> None:
    """`reconcile`, once a night in the provider's hour `hour` or the first time after it; a chore for every hour.

    With the `wish` ASKED it is a person's, and compares at once.
    """
    if wish == ASKED:
        reconcile(compared)
        return
    with compared.db.reading() as session:
        zone = provider_row(session).timezone
        last = session.scalars(select(Reconciliation.ended_at).order_by(Reconciliation.id.desc()).limit(1)).first()
    if _due(local_time(utc_now(), zone), hour, last and local_time(last, zone)):
        reconcile(compared)


def ask_now(session: Session) -> bool:
    """Has everything compared as soon as a worker is free; False where somebody's wish is waiting for that already."""
    hold(session, TOPIC)
    waits = exists().where(Outbox.topic == TOPIC, Outbox.ref_id == ASKED, Outbox.done_at.is_(None))
    if session.scalar(select(waits)):
        return False
    add_work(session, TOPIC, ASKED)
    return True


def _due(now: datetime, hour: int, last: datetime | None) -> bool:
    """Whether the latest `hour` o'clock that has passed was not reconciled after."""
    begin = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if now < begin:
        begin -= timedelta(days=1)
    return last is None or last < begin
