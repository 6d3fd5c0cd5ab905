"""The product's own work under a clock of ours: wired as deployed, done row by row, killed and repeated at random."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from billing.erp_unlock import UnlockDesk, erp_unlock
from billing.reconciliation_due import reconcile_nightly
from core.db import Database
from core.errors import Conflict, Failure
from core.later import Later
from core.route import Route
from core.settings import load
from models import utc_now
from models.outbox import Outbox
from provisioning.run import run
from tests.integration.media_rows import folder
from tests.integration.month_office import Office
from tests.integration.month_world import Network
from tests.unit.provisioning.fakes import FakePlant
from wiring_money import compared_of, money_routes
from wiring_network import job_finished, network_routes
from worker import BACKOFF_SECONDS

SETTINGS = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "SECRET_KEY": "k" * 32,
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
# What goes out to the channel, and the bot's own turns, are not this story's.
ELSEWHERE = ("deliver", "typing", "turn", "remind_unlock")


class Killed(BaseException):
    """The worker's process ends at this line."""


class Works:
    """Chores and outbox rows, done at the moment at which they are due. Nothing is done by hand."""

    def __init__(
        self, db: Database, network: Network, office: Office, clock: FrozenDateTimeFactory, media: Path, chance: Random
    ) -> None:
        self.db, self.erp, self._clock, self._chance = db, office.erp, clock, chance
        settings, erp = load(SETTINGS | office.settings), office.erp
        compared = replace(compared_of(settings, db, erp), held=network.access.held_back)
        plant = FakePlant(network.access)
        self.routes: dict[str, Route] = {
            **network_routes(settings, db, erp),
            **money_routes(settings, db, erp, folder(media)),
            "network": Route(partial(run, db=db, plant=plant, finished=job_finished, sleep=lambda seconds: None)),
            "erp_unlock": Route(partial(erp_unlock, desk=UnlockDesk(db, erp, lambda: True, job_finished))),
            "reconcile": Route(partial(reconcile_nightly, compared=compared)),
        }
        self.killed = self.repeated = 0
        self.careful = False

    def move(self, moment: datetime) -> None:
        """It is `moment` now."""
        self._clock.move_to(moment)

    def chores(self, *topics: str) -> None:
        """Each once, as its clock would; what fails waits for the next time."""
        for topic in topics:
            try:
                self.routes[topic].handle(0)
            except Failure:
                continue

    def work_until(self, limit: datetime) -> None:
        """Does every row that is due by `limit`, at its own moment."""
        while rows := self._due(limit):
            done = []
            for row in rows:
                if row.run_after > utc_now():
                    self.move(row.run_after)
                if self._do(row):
                    done.append(row.id)
            self._set(Outbox.id.in_(done), done_at=utc_now())
        self.move(limit)

    def _due(self, limit: datetime) -> list[Outbox]:
        wanted = select(Outbox).where(
            Outbox.done_at.is_(None), Outbox.run_after <= limit, Outbox.topic.not_in(ELSEWHERE)
        )
        with self.db.reading() as session:
            return list(session.scalars(wanted.order_by(Outbox.run_after, Outbox.id).limit(200)))

    def _do(self, row: Outbox) -> bool:
        """As a worker does it; False where it waits for another time."""
        route = self.routes[row.topic]
        try:
            self._carelessly(route, row.ref_id)
        except Later as later:
            self._set(Outbox.id == row.id, run_after=utc_now() + timedelta(seconds=max(1.0, later.seconds)))
            return False
        except Conflict:
            return False
        except Failure as failure:
            tries = row.tries + 1
            if not failure.permanent and tries < (route.most_tries or 1_000_000):
                wait = BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS)) - 1]
                self._set(Outbox.id == row.id, run_after=utc_now() + timedelta(seconds=wait), tries=tries)
                return False
            route.give_up(row.ref_id)
        return True

    def _carelessly(self, route: Route, ref_id: int) -> None:
        """Some are killed before one of their commits and come again; some are simply done twice."""
        fate = self._chance.random()
        if fate < 0.02 and not self.careful:
            with _killing(self._chance.choice((1, 1, 2, 3))):
                try:
                    route.handle(ref_id)
                except Killed:
                    self.killed += 1
        route.handle(ref_id)
        if fate > 0.98:
            self.repeated += 1
            route.handle(ref_id)

    def _set(self, condition: object, **values: object) -> None:
        with self.db.transaction(durable=False) as session:
            session.execute(update(Outbox).where(condition).values(**values))  # type: ignore[arg-type]


@contextmanager
def _killing(commit: int) -> Iterator[None]:
    """The `commit`th commit from here on does not happen."""
    left = commit

    def die(session: Session) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    event.listen(Session, "before_commit", die)
    try:
        yield
    finally:
        event.remove(Session, "before_commit", die)
