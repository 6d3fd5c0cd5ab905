"""The provider's ERP as the month of tests meets it: our own tables, or a system outside behind the mirror."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Protocol

from billing.erps.local import LocalErp
from billing.gateway import Settlement
from billing.local_store import SqlStore
from billing.payments import take_payment
from billing.ports import Erp
from billing.provider_row import load_provider
from billing.records import Invoice
from core.db import Database
from core.errors import Unreachable
from models import utc_now
from tests.integration.month_books import Bill, Books
from tests.integration.month_world import due_day_of, fee_of, pays_ahead, populate


class Office(Protocol):
    """Whatever moves money writes it into `books` too. `settings` say which ERP it is, `night` which chores make
    its bills, `reads` which look for what it knows, in at most `behind` days; `gives_unlocks` where promises are its
    to give."""

    books: Books
    settings: dict[str, str]
    night: tuple[str, ...]
    reads: tuple[str, ...]
    behind: int
    gives_unlocks: bool

    @property
    def erp(self) -> Erp:
        """As the house uses it."""

    def open(self, numbers: range, debtors: frozenset[int]) -> None:
        """Everybody with the bill of August, which only the debtors have not paid."""

    def customer(self, number: int) -> str:
        """The ref."""

    def contract(self, number: int) -> str:
        """The ref."""

    def send(self, bills: Iterable[Bill]) -> None:
        """Bills of this day, as the books have them."""

    def copy(self, bill: Bill) -> None:
        """A second copy is asked for, where its payment would not be looked for otherwise."""

    def pay(self, bill: Bill, cents: int, told_twice: bool) -> None:
        """Money comes in."""

    def take_back(self, bill: Bill) -> int:
        """All that paid the bill goes back; how many payments that were."""

    def switch(self, on: bool) -> None:
        """Takes it away, or gives it back."""


class _Away(LocalErp):
    """Our own tables, which can be away as an ERP can."""

    away = False

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        if self.away:
            raise Unreachable("erp_away")
        return super().open_invoices(contract_ref)


class LocalOffice:
    """Our own tables are the ERP, and a bank tells of each payment."""

    night: tuple[str, ...] = ("bill_month",)
    reads: tuple[str, ...] = ()
    behind, gives_unlocks = 1, False

    def __init__(self, db: Database) -> None:
        self.erp = _Away(SqlStore(db), lambda: load_provider(db))
        self.books = Books(lambda number, month: f"c-{number}-2026-{month:02d}", prorated=True)
        self.settings: dict[str, str] = {}
        self._db = db
        self._names = 0

    def open(self, numbers: range, debtors: frozenset[int]) -> None:
        populate(self._db, numbers, debtors)
        for number in numbers:
            owes = number in debtors
            for month in (8, 9) if pays_ahead(number) and not owes else (8,):
                ref, due = self.books.name(number, month), date(2026, month, due_day_of(number))
                since, paid = datetime(2026, 8, 1, tzinfo=UTC), 0 if owes else fee_of(number)
                self.books.add(Bill(ref, number, fee_of(number), due, since, paid))

    def customer(self, number: int) -> str:
        return f"k-{number}"

    def contract(self, number: int) -> str:
        return f"c-{number}"

    def send(self, bills: Iterable[Bill]) -> None:
        """The product makes them itself."""

    def copy(self, bill: Bill) -> None:
        """The bank tells of every payment."""

    def pay(self, bill: Bill, cents: int, told_twice: bool) -> None:
        self._names += 1
        name = f"pay-{self._names}"
        for _ in range(1 + told_twice):
            # As webhooks do.
            self._tell(name, bill, cents)
        self.books.pay(name, bill, cents)

    def take_back(self, bill: Bill) -> int:
        gone = [one for one in self.books.money.values() if one.ref == bill.ref and one.state == "settled"]
        for money in gone:
            self._tell(money.name, bill, money.cents, reversed_=True)
            self.books.take_back(money.name, utc_now())
        return len(gone)

    def switch(self, on: bool) -> None:
        self.erp.away = not on

    def _tell(self, name: str, bill: Bill, cents: int, *, reversed_: bool = False) -> None:
        settlement = Settlement(name, cents, utc_now(), method="pix", reversed=reversed_)
        with self._db.transaction() as session:
            take_payment(session, settlement, source="banco", invoice_ref=bill.ref)
