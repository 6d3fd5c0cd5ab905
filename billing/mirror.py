"""An outside ERP with its word kept in our rows: the house goes on with them, and nothing old is said as new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from billing import mirror_rows
from billing.assigning import match_again
from billing.mirror_fresh import FreshRows
from billing.paid_here import is_paid_here, withhold
from billing.ports import Capability, Erp
from billing.records import Connection, Contract, Customer, Invoice, Plan, SecondCopy, TicketState, Unlocked
from core import phone
from core.db import Database
from core.document import Document
from core.errors import Refused, Unreachable
from models import utc_now

# So far back is looked for the payment of an invoice that is not open any more.
PAID_BACK = timedelta(days=30)


class MirroredErp:
    """An Erp over another one. What it tells of customers, contracts and invoices is written into our rows, each
    answer in a short transaction of its own; reading again writes the same. Of answers that overtake each other, the
    one that was asked for last stays.

    While it does not answer (Unreachable), customers and contracts are told from our rows as long as they are younger
    than `fresh`; invoices never are. Not to be called in a database transaction.
    """

    def __init__(self, erp: Erp, db: Database, fresh: timedelta, clock: Callable[[], datetime] = utc_now) -> None:
        self._erp = erp
        self._db = db
        self._rows = FreshRows(db, fresh, clock)
        self._clock = clock

    def capabilities(self) -> frozenset[Capability]:
        """What the ERP can do; a number is found at least among those who were seen before."""
        return self._erp.capabilities() | {"find_by_phone"}

    def find_by_phone(self, match_key: str) -> tuple[Customer, ...]:
        """See Erp. Where the ERP cannot search by phone, whoever is known here with the number is read again."""
        asked_at = self._clock()
        forms = phone.forms(match_key)
        try:
            if "find_by_phone" in self._erp.capabilities():
                found = self._erp.find_by_phone(match_key)
            else:
                found = self._seen_with(forms)
        except Unreachable:
            return self._rows.by_phone(forms)
        with self._db.transaction() as session:
            mirror_rows.write_customers(session, (_with_phone(one, match_key) for one in found), asked_at)
            mirror_rows.take_phone(session, forms, [one.ref for one in found])
        return found

    def find_by_document(self, document: Document) -> Customer | None:
        asked_at = self._clock()
        try:
            found = self._erp.find_by_document(document)
        except Unreachable:
            return self._rows.by_document(document)
        self._write_customer(found, asked_at)
        return found

    def customer(self, ref: str) -> Customer | None:
        asked_at = self._clock()
        try:
            found = self._erp.customer(ref)
        except Unreachable:
            return self._rows.customer(ref)
        self._write_customer(found, asked_at)
        if found is None:
            with self._db.transaction() as session:
                mirror_rows.forget_customer(session, ref)
        return found

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        """See Erp. What only we know of them (where they hang, what the network proved) is in the answer."""
        asked_at = self._clock()
        try:
            told = self._erp.contracts(customer_ref)
        except Unreachable:
            return self._rows.contracts(customer_ref)
        written = self._write_contracts(customer_ref, told, asked_at)
        if not written and self.customer(customer_ref) is not None:
            # Nobody read the customer before: without their row, the contracts had no place.
            self._write_contracts(customer_ref, told, asked_at)
        merged = {contract.ref: contract for contract in self._rows.stored_contracts(customer_ref)}
        return tuple(merged.get(contract.ref, contract) for contract in told)

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        """See Erp. What was paid here is not among them, although the ERP does not know it yet (billing.paid_here), nor
        what was paid while it was not listed. One that was open and is not any more is looked for among the paid ones,
        and closed if it is in neither list."""
        asked_at = self._clock()
        found = self._erp.open_invoices(contract_ref)
        with self._db.transaction() as session:
            here = withhold(session, contract_ref, found, asked_at)
            gone = mirror_rows.write_open_invoices(session, contract_ref, here.owed, asked_at)
            if match_again(session, [one.ref for one in here.owed]):
                here = withhold(session, contract_ref, found, asked_at)
        if gone or here.awaited:
            self._settle(contract_ref, gone, asked_at)
        return here.owed

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        asked_at = self._clock()
        found = self._erp.paid_invoices(contract_ref, since)
        with self._db.transaction() as session:
            mirror_rows.write_paid(session, found, asked_at)
        return found

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        """See Erp. What was paid here is not asked for a second time: Refused `invoice_not_open`."""
        with self._db.reading() as session:
            if is_paid_here(session, invoice_ref):
                raise Refused("invoice_not_open")
        copy = self._erp.second_copy(invoice_ref)
        with self._db.transaction() as session:
            mirror_rows.note_copy(session, copy.invoice, self._clock())
        return copy

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        return self._erp.open_ticket(contract_ref, subject, text)

    def ticket(self, protocol: str) -> TicketState | None:
        return self._erp.ticket(protocol)

    def trust_unlock(self, contract_ref: str, days: int) -> Unlocked:
        return self._erp.trust_unlock(contract_ref, days)

    def connection(self, contract_ref: str) -> Connection:
        return self._erp.connection(contract_ref)

    def outage_notice(self, contract_ref: str) -> str | None:
        return self._erp.outage_notice(contract_ref)

    def plans(self) -> tuple[Plan, ...]:
        return self._erp.plans()

    def _seen_with(self, forms: tuple[str, ...]) -> tuple[Customer, ...]:
        """Those known here with the number who, read again, still have it."""
        again = (self._erp.customer(ref) for ref in self._rows.refs_with_phone(forms))
        return tuple(one for one in again if one and set(one.phones) & set(forms))

    def _write_customer(self, found: Customer | None, asked_at: datetime) -> None:
        if found is not None:
            with self._db.transaction() as session:
                mirror_rows.write_customers(session, [found], asked_at)

    def _write_contracts(self, customer_ref: str, told: tuple[Contract, ...], asked_at: datetime) -> bool:
        with self._db.transaction() as session:
            return mirror_rows.write_contracts(session, customer_ref, told, asked_at)

    def _settle(self, contract_ref: str, gone: tuple[str, ...], asked_at: datetime) -> None:
        """What became of invoices that are not open any more. While that cannot be read, they are looked for again at
        the next reading."""
        paid: frozenset[str] = frozenset()
        if "paid_invoices" in self._erp.capabilities():
            try:
                told = self.paid_invoices(contract_ref, (asked_at - PAID_BACK).date())
            except (Unreachable, Refused):
                return
            paid = frozenset(invoice.ref for invoice in told)
        with self._db.transaction() as session:
            mirror_rows.close_invoices(session, contract_ref, [ref for ref in gone if ref not in paid], asked_at)


def _with_phone(customer: Customer, match_key: str) -> Customer:
    """An ERP finds people by numbers that it does not list with them: the number that found them is theirs."""
    phones = tuple(dict.fromkeys((*customer.phones, match_key)))
    return Customer(customer.ref, customer.name, customer.document, customer.kind, phones)
