"""The month of tests, day by day, over whichever ERP: its nights, its people, its hours of trouble, and its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from core.db import Database
from models.reconciliation import Reconciliation
from tests.integration.month_office import Office
from tests.integration.month_people import DEBTS, People
from tests.integration.month_reckoning import (
    Block,
    blocked_by_right,
    check_blocks,
    check_messages,
    check_money,
    check_network,
    sent_steps,
)
from tests.integration.month_works import Works
from tests.integration.month_world import Network

SEED = 20260901
FIRST, LAST = date(2026, 9, 1), date(2026, 10, 3)
# Night and day; in the evening nobody may be written to, and payments come all the same.
NIGHT, MORNING, NOON, AFTERNOON, EVENING = time(4, 10), time(9), time(11), time(15, 20), time(21, 30)
ERP_AWAY = {date(2026, 9, 10)}
NETWORK_AWAY = {date(2026, 9, 17), date(2026, 9, 25)}


class Month:
    """The days, one after another."""

    def __init__(
        self,
        db: Database,
        office: Office,
        network: Network,
        clock: FrozenDateTimeFactory,
        media: Path,
        numbers: range,
        *,
        owing: int = 10,
        debts: Sequence[str] = DEBTS,
    ) -> None:
        """One in `owing` owes August, and does about it what `debts` say."""
        chance = Random(SEED)
        self.db, self.office, self.network, self.numbers = db, office, network, numbers
        debtors = frozenset(chance.sample(numbers, len(numbers) // owing))
        office.open(numbers, debtors)
        self.works = Works(db, network, office, clock, media, Random(SEED + 1))
        self.books = office.books
        self.people = People(self.works, office, numbers, debtors, chance, debts)
        self.blocks: list[Block] = []
        self.quiet: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self._asked: dict[str, bool] = {}

    def live_all(self) -> None:
        """From the first day to the last."""
        for count in range((LAST - FIRST).days + 1):
            self.live(FIRST + timedelta(days=count))

    def live(self, today: date) -> None:
        """One day, from its night to its evening."""
        self._at(today, NIGHT, "reconcile", *self.office.night, "collect", "suspend")
        made = self.books.issue(self.numbers, at(today, NIGHT), today, today == FIRST)
        self.office.send(made)
        for bill in made:
            self.people.receive(bill, today)
        self.office.switch(today not in ERP_AWAY)
        self.people.network_away = today in NETWORK_AWAY
        self.network.switch(not self.people.network_away)
        # A worker that dies while equipment is silent leaves a doubt that only a person can end.
        self.works.careful = self.people.network_away
        self.books.judge_deals(at(today, MORNING), today)
        self._at(today, MORNING, "follow_agreements", "collect", "suspend")
        for slot, hour in enumerate((NOON, AFTERNOON, EVENING)):
            if hour == AFTERNOON:
                self.office.switch(True)
            if hour == EVENING:
                self.network.switch(True)
            self.works.move(at(today, hour))
            self.people.live(today, slot)
            self._note_quiet(at(today, hour))
            chores = ("suspend",) if hour == NOON else ("collect", "suspend")
            self._at(today, hour, *chores, after=timedelta(minutes=5))

    def _at(self, today: date, hour: time, *chores: str, after: timedelta = timedelta()) -> None:
        moment = at(today, hour) + after
        self.works.move(moment)
        self.works.chores(*self.office.reads, *chores)
        self.works.work_until(moment + timedelta(minutes=5))
        if not (today in NETWORK_AWAY and MORNING <= hour < EVENING):
            before, held = self.books.held, self.network.held()
            for number in held - before:
                asked = {bill.ref: bill.since for bill in self.books.owes(number, today)}
                self.blocks.append(Block(number, today, asked))
            self.books.look(held, moment, today)

    def judge(self) -> None:
        """One more night, and everything is compared with the books."""
        moment = at(LAST + timedelta(days=self.office.behind), NIGHT)
        self.works.move(moment)
        for minutes in range(len(self.numbers) // 10 if self.office.reads else 0):
            # Those whom nobody waits for are read at their pace.
            self.works.move(moment + timedelta(minutes=minutes))
            self.works.chores(*self.office.reads)
            self.works.work_until(moment + timedelta(minutes=minutes + 1))
        self.works.chores("reconcile")
        sent, db = sent_steps(self.db), self.db
        check_money(db, self.books)
        check_messages(sent, self.books, self.quiet)
        check_blocks(sent, self.blocks)
        check_network(db, self.office, self.network.held(), blocked_by_right(sent, self.books, LAST))
        assert self.books.late == []
        with db.reading() as session:
            nights = session.scalars(select(Reconciliation).order_by(Reconciliation.id)).all()
        assert len(nights) == (LAST - FIRST).days + 2
        assert (nights[-1].findings, nights[-1].unread, nights[-1].contracts) == ([], 0, len(self.numbers))

    def _note_quiet(self, now: datetime) -> None:
        """From when to when a bill was not asked for."""
        for ref, bill in self.books.bills.items():
            asked = bool(bill.owed) and not bill.hold
            if not asked and self._asked.get(ref, True):
                self.quiet[ref].append((now, datetime.max.replace(tzinfo=UTC)))
            elif asked and not self._asked.get(ref, True):
                self.quiet[ref][-1] = (self.quiet[ref][-1][0], now)
            self._asked[ref] = asked


def at(day: date, hour: time) -> datetime:
    """That hour on the provider's clock, in UTC."""
    return datetime.combine(day, hour, ZoneInfo("America/Sao_Paulo")).astimezone(UTC)


@pytest.fixture
def clock() -> Iterator[FrozenDateTimeFactory]:
    """Time that only moves when told to."""
    with freeze_time(at(FIRST, time(0))) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen
