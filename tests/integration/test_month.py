"""A month, day by day, over a thousand customers: ledger, network and ERP agree with books that were kept beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.provider_row import load_provider
from billing.records import Invoice
from core.db import Database
from core.errors import Unreachable
from models.reconciliation import Reconciliation
from stores import EmbeddedPostgres
from tests.integration.month_books import Bill, Books
from tests.integration.month_people import People
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
from tests.integration.month_world import Network, due_day_of, fee_of, pays_ahead, populate

SEED = 20260901
NUMBERS = range(1, 1001)
FIRST, LAST = date(2026, 9, 1), date(2026, 10, 3)
# Night and day; in the evening nobody may be written to, and payments come all the same.
NIGHT, MORNING, NOON, AFTERNOON, EVENING = time(4, 10), time(9), time(11), time(15, 20), time(21, 30)
ERP_AWAY = {date(2026, 9, 10)}
NETWORK_AWAY = {date(2026, 9, 17), date(2026, 9, 25)}


class Erp(LocalErp):
    """Our own tables, which can be away as an ERP can."""

    away = False

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        if self.away:
            raise Unreachable("erp_away")
        return super().open_invoices(contract_ref)


class Month:
    """The days, one after another."""

    def __init__(self, db: Database, network: Network, clock: FrozenDateTimeFactory, media: Path) -> None:
        chance = Random(SEED)
        self.db, self.network = db, network
        debtors = frozenset(chance.sample(NUMBERS, len(NUMBERS) // 10))
        populate(db, NUMBERS, debtors)
        self.erp = Erp(SqlStore(db), lambda: load_provider(db))
        self.works = Works(db, network, self.erp, clock, media, Random(SEED + 1))
        self.books = Books()
        self.people = People(self.works, self.books, NUMBERS, debtors, chance)
        self.blocks: list[Block] = []
        self.quiet: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self._asked: dict[str, bool] = {}
        for number in NUMBERS:
            owes = number in debtors
            for month in (8, 9) if pays_ahead(number) and not owes else (8,):
                ref, due = f"c-{number}-2026-{month:02d}", date(2026, month, due_day_of(number))
                since, paid = datetime(2026, 8, 1, tzinfo=UTC), 0 if owes else fee_of(number)
                self.books.add(Bill(ref, number, fee_of(number), due, since, paid))

    def live(self, today: date) -> None:
        """One day, from its night to its evening."""
        self._at(today, NIGHT, "reconcile", "bill_month", "collect", "suspend")
        made = self.books.issue(NUMBERS, at(today, NIGHT), today, today == FIRST)
        for bill in made:
            self.people.receive(bill, today)
        self.erp.away = today in ERP_AWAY
        self.people.network_away = today in NETWORK_AWAY
        self.network.switch(not self.people.network_away)
        # A worker that dies while equipment is silent leaves a doubt that only a person can end.
        self.works.careful = self.people.network_away
        self.books.judge_deals(at(today, MORNING), today)
        self._at(today, MORNING, "follow_agreements", "collect", "suspend")
        for slot, hour in enumerate((NOON, AFTERNOON, EVENING)):
            if hour == AFTERNOON:
                self.erp.away = False
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
        self.works.chores(*chores)
        self.works.work_until(moment + timedelta(minutes=5))
        if not (today in NETWORK_AWAY and MORNING <= hour < EVENING):
            before, held = self.books.held, self.network.held()
            for number in held - before:
                asked = {bill.ref: bill.since for bill in self.books.owes(number, today)}
                self.blocks.append(Block(number, today, asked))
            self.books.look(held, moment, today)

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


@pytest.mark.timeout(600)
def test_month_of_a_thousand_customers_ends_with_ledger_network_and_erp_in_agreement(
    db: Database, postgres: EmbeddedPostgres, clock: FrozenDateTimeFactory, tmp_path: Path
) -> None:
    month = Month(db, Network(postgres, "month_radius", NUMBERS), clock, tmp_path)
    for count in range((LAST - FIRST).days + 1):
        month.live(FIRST + timedelta(days=count))
    month.works.move(at(LAST + timedelta(days=1), NIGHT))
    month.works.chores("reconcile")
    sent = sent_steps(db)
    check_money(db, month.books)
    check_messages(sent, month.books, month.quiet)
    check_blocks(sent, month.blocks)
    check_network(db, month.erp, month.network.held(), blocked_by_right(sent, month.books, LAST))
    assert month.books.late == []
    with db.reading() as session:
        nights = session.scalars(select(Reconciliation).order_by(Reconciliation.id)).all()
    assert len(nights) == (LAST - FIRST).days + 2
    assert (nights[-1].findings, nights[-1].unread, nights[-1].contracts) == ([], 0, len(NUMBERS))
    # It was a month in which all of it happened.
    assert min(month.people.done.values()) > 10
    assert (len(month.blocks) > 50, month.works.killed > 10, month.works.repeated > 10) == (True, True, True)
