"""An ERP that takes its time, with as many subscribers as one asks for: each has one contract and one open invoice."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta

from billing.erps.local import LocalErp
from billing.fake_store import FakeStore
from billing.provider_row import load_provider
from billing.records import Contract, Customer, Invoice, SecondCopy
from core.db import Database
from core.document import Document


class SlowErp(LocalErp):
    """Answers rightly, each time after `seconds`, and counts how often it is asked. Its papers were drawn before: an
    ERP outside draws them on a machine of its own."""

    def __init__(self, store: FakeStore, db: Database) -> None:
        super().__init__(store, lambda: load_provider(db))
        self.asked = 0
        self.seconds = 0.0
        self._paper = super().second_copy("i0")

    def _waits(self) -> None:
        self.asked += 1
        time.sleep(self.seconds)

    def find_by_phone(self, match_key: str) -> tuple[Customer, ...]:
        """See Erp."""
        self._waits()
        return super().find_by_phone(match_key)

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        """See Erp."""
        self._waits()
        return super().contracts(customer_ref)

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        """See Erp."""
        self._waits()
        return super().open_invoices(contract_ref)

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        """See Erp."""
        self._waits()
        (invoice,) = super().open_invoices(invoice_ref.removeprefix("i"))
        return replace(self._paper, invoice=invoice)


def subscribers(people: int) -> FakeStore:
    """So many customers with one open invoice each."""
    document = Document("cpf", "52998224725")
    due = date.today() + timedelta(days=5)  # noqa: DTZ011 - any day will do
    names = [str(number) for number in range(people)]
    return FakeStore(
        [Customer(n, "Bia Teste", document, phones=(f"+{phone_of(int(n))}",)) for n in names],
        [Contract(n, n, n, "Fibra", 9990, "active", "Rua Um, 1") for n in names],
        [Invoice(f"i{n}", f"F-{n}", n, 9990, due) for n in names],
    )


def phone_of(number: int) -> str:
    """The wa_id of the subscriber with this number."""
    return f"55119{90000000 + number:08d}"
