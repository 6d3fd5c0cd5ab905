"""The ERP of a provider that has none: our own tables, with Pix, boleto and PDF made here."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from billing import boleto, invoice_pdf, pix
from billing.billing_terms import BillingTerms
from billing.boleto import Boleto
from billing.invoices import order_for_payment
from billing.late_fee import late_fee
from billing.local_port import ChargeDesk, LocalStore
from billing.offering import Offering
from billing.ports import Capability
from billing.provider import Provider
from billing.records import Contract, Customer, Invoice, Plan, SecondCopy, TicketState
from core import phone
from core.dates import local_date
from core.document import Document
from core.errors import Misconfigured, Refused


class LocalErp(Offering):
    """An Erp over a LocalStore. What it makes depends on the rows and the day: asked twice, the same codes and bytes.

    `provider` and `terms` are asked each time: they may be edited while this runs. `now` is the time, in any zone. With
    `charges`, what an invoice is paid with is the bank's.
    """

    def __init__(
        self,
        store: LocalStore,
        provider: Callable[[], Provider],
        terms: Callable[[], BillingTerms] = BillingTerms,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        charges: ChargeDesk | None = None,
    ) -> None:
        self._store = store
        self._provider = provider
        self._terms = terms
        self._now = now
        self._charges = charges

    def capabilities(self) -> frozenset[Capability]:
        made: set[Capability] = {"find_by_phone", "pdf", "pix", "ticket", "follow_ticket", "paid_invoices", "plans"}
        # Invoices are rows of ours: the instalments of an agreement become some.
        made.add("agreements")
        if self._charges:
            made |= {"line", "link"}
        elif self._provider().boleto_bank:
            made.add("line")
        return frozenset(made)

    def find_by_phone(self, match_key: str) -> tuple[Customer, ...]:
        return tuple(sorted(self._store.customers_by_phone(phone.forms(match_key)), key=lambda c: c.ref))

    def find_by_document(self, document: Document) -> Customer | None:
        return self._store.customer_by_document(document)

    def customer(self, ref: str) -> Customer | None:
        return self._store.customer(ref)

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        return tuple(sorted(self._store.contracts_of(customer_ref), key=lambda c: c.number))

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        waiting = order_for_payment(self._store.invoices_of(contract_ref))
        return tuple(
            replace(one, late_fee_cents=self._reissued(one).amount_cents - one.amount_cents) for one in waiting
        )

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        zone = self._provider().timezone
        paid = [(i.paid_at, i) for i in self._store.invoices_of(contract_ref) if i.status == "paid" and i.paid_at]
        recent = [(at, i) for at, i in paid if local_date(at, zone) >= since]
        return tuple(invoice for _, invoice in sorted(recent, key=lambda found: found[0], reverse=True))

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        """See Erp. An overdue invoice comes with the fine and the interest of today and a new due date.

        The row stays as it is: only what is paid changes it. Raises Misconfigured `provider` when the provider's own
        data do not fit a Pix or a boleto.
        """
        invoice = self._store.invoice(invoice_ref)
        contract = self._store.contract(invoice.contract_ref) if invoice else None
        customer = self._store.customer(contract.customer_ref) if contract else None
        if not (invoice and contract and customer):
            raise Refused("unknown_invoice")
        if invoice.status != "open":
            raise Refused("invoice_not_open")
        invoice = self._reissued(invoice)
        if self._charges:
            return self._with_paper(self._charges.copy_of(invoice), customer, contract)
        try:
            code = self._pix(invoice)
            slip = self._boleto(contract, invoice)
        except ValueError as error:
            raise Misconfigured("provider", str(error)) from error
        return SecondCopy(
            invoice=invoice,
            pdf=invoice_pdf.render(self._sheet(customer, contract, invoice, slip, code)),
            filename=f"fatura-{re.sub(r'[^A-Za-z0-9-]', '-', invoice.number)}.pdf",
            line=slip.line if slip else None,
            pix=code,
        )

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        if self._store.contract(contract_ref) is None:
            raise Refused("unknown_contract")
        return self._store.add_ticket(contract_ref, subject, text)

    def ticket(self, protocol: str) -> TicketState | None:
        return self._store.ticket(protocol)

    def plans(self) -> tuple[Plan, ...]:
        return tuple(sorted(self._store.plans(), key=lambda plan: (plan.price_cents, plan.name)))

    def _reissued(self, invoice: Invoice) -> Invoice:
        """The invoice as it can be paid today. One that is disputed or being settled stays as it is."""
        provider, terms = self._provider(), self._terms()
        today = local_date(self._now(), provider.timezone)
        if invoice.overdue_days(today) == 0 or invoice.hold in ("disputed", "settling"):
            return invoice
        # What an earlier reissue put on top bears no interest itself.
        debt = invoice.amount_cents - invoice.fine_cents - invoice.interest_cents
        fee = late_fee(debt, invoice.late_from, today, terms, provider.state)
        if not fee.total_cents:
            return invoice
        return replace(
            invoice,
            amount_cents=debt + fee.total_cents,
            fine_cents=fee.fine_cents,
            interest_cents=fee.interest_cents,
            late_fee_cents=0,
            due_date=today + timedelta(days=terms.reissue_days),
            original_due_date=invoice.late_from,
        )

    def _pix(self, invoice: Invoice) -> str:
        me = self._provider()
        return pix.encode_static(me.pix_key, me.name, me.city, invoice.amount_cents, pix.txid_for(invoice.number))

    def _boleto(self, contract: Contract, invoice: Invoice) -> Boleto | None:
        bank = self._provider().boleto_bank
        if not bank:
            return None
        return boleto.compose(bank, invoice.due_date, invoice.amount_cents, _free_field(contract, invoice))

    def _with_paper(self, copy: SecondCopy, customer: Customer, contract: Contract) -> SecondCopy:
        """A gateway that prints nothing, or not now: the paper is ours then, with its codes."""
        if copy.pdf or not copy.pix:
            return copy
        slip = boleto.parse(copy.line) if copy.line else None
        return replace(copy, pdf=invoice_pdf.render(self._sheet(customer, contract, copy.invoice, slip, copy.pix)))

    def _sheet(
        self, customer: Customer, contract: Contract, invoice: Invoice, slip: Boleto | None, code: str
    ) -> invoice_pdf.InvoiceSheet:
        return invoice_pdf.InvoiceSheet(
            provider=self._provider(),
            payer_name=customer.name,
            payer_document=customer.document,
            address=contract.address,
            contract_number=contract.number,
            plan=contract.plan,
            invoice_number=invoice.number,
            due_date=invoice.due_date,
            amount_cents=invoice.amount_cents,
            original_due_date=invoice.original_due_date,
            fine_cents=invoice.fine_cents,
            interest_cents=invoice.interest_cents,
            boleto=slip,
            pix=code,
        )


def _free_field(contract: Contract, invoice: Invoice) -> str:
    """25 digits: those of the contract (10) and the invoice (10), and a fingerprint (5) that tells letters apart."""
    fingerprint = binascii.crc32(f"{contract.number}/{invoice.number}".encode()) % 100_000
    return f"{_last_digits(contract.number)}{_last_digits(invoice.number)}{fingerprint:05d}"


def _last_digits(number: str) -> str:
    return re.sub(r"[^0-9]", "", number)[-10:].zfill(10)
