"""MikWeb: customers by search, invoices by customer, Pix in base64; it has no release on trust that others may call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from billing.caller import Caller
from billing.erp_kind import Connecting, ErpKind, web_address
from billing.invoices import order_for_payment
from billing.mikweb import billings, called, people
from billing.mikweb.api import BearerAuth, MikWebApi, plain
from billing.offering import Offering
from billing.ports import Capability
from billing.reading import after_writing, typed_line, words
from billing.records import Contract, Customer, Invoice, SecondCopy, TicketState
from core import phone
from core.dates import local_date
from core.document import Document
from core.errors import Refused
from core.field import Field

_CAN: frozenset[Capability] = frozenset(
    {"find_by_phone", "pdf", "line", "pix", "link", "paid_invoices", "ticket", "follow_ticket"}
)


class MikWebErp(Offering):
    """An Erp over the administrator's API. A ref is the customer's id, then the contract's, then the billing's,
    divided by points.

    Contracts are those of `customer_contracts`; a customer without any is one contract himself. Billings belong to
    customers: one that names no contract is the first living contract's, so that none is asked for twice or lost.
    """

    def __init__(self, api: MikWebApi, zone: str) -> None:
        self._api = api
        self._zone = zone

    def capabilities(self) -> frozenset[Capability]:
        return _CAN

    def find_by_phone(self, match_key: str) -> tuple[Customer, ...]:
        """See Erp. MikWeb searches text, so every way of writing the number is tried, and what is found is compared."""
        found: dict[str, Customer] = {}
        for written in _ways_of_writing(match_key):
            for row in self._api.all("/customers", "customers", search=written):
                customer = people.customer(row)
                if customer and match_key in customer.phones:
                    found[customer.ref] = customer
        return tuple(found[ref] for ref in sorted(found, key=int))

    def find_by_document(self, document: Document) -> Customer | None:
        """See Erp. The lowest id where several records have the same document."""
        for written in (document.number, document.formatted):
            rows = self._api.all("/customers", "customers", search=written)
            found = [one for one in map(people.customer, rows) if one and one.document == document]
            if found:
                return min(found, key=lambda one: int(one.ref))
        return None

    def customer(self, ref: str) -> Customer | None:
        row = self._customer(ref)
        return people.customer(row) if row else None

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        owner = self._customer(customer_ref)
        if not owner:
            return ()
        rows = self._api.all("/customer_contracts", "customer_contracts", customer_id=customer_ref)
        found = [people.contract(row, owner) for row in rows] or [people.the_only_contract(owner)]
        return tuple(sorted(found, key=lambda one: (len(one.number), one.number)))

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        return tuple(order_for_payment(self._invoices(contract_ref)))

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        paid = [(i.paid_at, i) for i in self._invoices(contract_ref) if i.status == "paid" and i.paid_at]
        recent = sorted(
            (pair for pair in paid if local_date(pair[0], self._zone) >= since), key=lambda pair: pair[0], reverse=True
        )
        return tuple(invoice for _, invoice in recent)

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        contract_ref, _, number = invoice_ref.rpartition(".")
        customer = contract_ref.partition(".")[0]
        row = self._api.one(f"/billings/{number}", "billing") if number.isdecimal() and customer else None
        if not row or words(row.get("customer_id")) != customer:
            raise Refused("unknown_invoice")
        invoice = billings.invoice(row, contract_ref, self._zone)
        if invoice.status != "open":
            raise Refused("invoice_not_open")
        copy = SecondCopy(
            invoice=invoice,
            pdf=self._api.pdf(f"/billings/{number}/download"),
            filename=f"fatura-{number}.pdf",
            line=typed_line(row.get("digitable_line")),
            pix=plain(row.get("pix_copy_paste_base64")),
            link=words(row.get("integration_link")) or None,
        )
        if not (copy.pdf or copy.line or copy.pix or copy.link):
            raise Refused("erp_refused", "no document")
        return copy

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        contract = self._contract(contract_ref)
        if contract is None:
            raise Refused("unknown_contract")
        message = f"Contrato {contract.number}: {text}"
        body = {"customer_id": int(contract.customer_ref), "subject": subject, "message": message}
        told = self._api.post("/calledies", body)
        # Without its number it is open all the same.
        with after_writing():
            return called.number(told)

    def ticket(self, protocol: str) -> TicketState | None:
        told = self._api.one(f"/calledies/{protocol}", "called") if protocol.isdecimal() else None
        return called.state(told, protocol) if told else None

    def _customer(self, ref: str) -> Mapping[str, Any] | None:
        """The whole record; a search tells less of it."""
        return self._api.one(f"/customers/{quote(ref)}", "customer") if ref.isdecimal() else None

    def _contract(self, contract_ref: str) -> Contract | None:
        owned = self.contracts(contract_ref.partition(".")[0])
        return next((one for one in owned if one.ref == contract_ref), None)

    def _invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        customer, _, contract = contract_ref.partition(".")
        if not (customer.isdecimal() and contract):
            return ()
        asked = {"customer_id": customer, "sort_field": "due_day", "sort_direction": "desc"}
        rows = [row for row in self._api.all("/billings", "billings", **asked) if _of(customer, row)]
        if not rows:
            return ()
        owned = {one.ref: one for one in self.contracts(customer)}
        if contract_ref not in owned:
            return ()
        living = [one for one in owned.values() if one.status != "cancelled"] or list(owned.values())
        first = living[0].ref
        named = (f"{customer}.{billings.contract_id(row)}" for row in rows)
        belong = [row for row, ref in zip(rows, named, strict=True) if (ref if ref in owned else first) == contract_ref]
        return tuple(billings.invoice(row, contract_ref, self._zone) for row in belong)


def _of(customer: str, row: Mapping[str, Any]) -> bool:
    # Were the filter ignored, the invoices of everybody would come.
    return words(row.get("customer_id")) == customer


def _ways_of_writing(match_key: str) -> tuple[str, ...]:
    local = [form.removeprefix("+55") for form in phone.forms(match_key)]
    printed = [phone.format_phone(form) for form in phone.forms(match_key)]
    return tuple(dict.fromkeys((*local, *printed)))


def connect(connecting: Connecting) -> MikWebErp:
    """The Erp of these fields. Asks nobody yet. Raises Misconfigured `erp_url` for an address that is none."""
    address = web_address(connecting.fields["url"])
    caller = Caller(connecting.session, address, BearerAuth(connecting.fields["token"]))
    return MikWebErp(MikWebApi(caller), connecting.zone)


ERP = ErpKind(
    kind="mikweb",
    title="MikWeb",
    fields=(
        Field("token", "Token da API", secret=True, about="criado no painel do MikWeb"),
        Field("url", "Endereço da API", required=False, default="https://api.mikweb.com.br/v1/admin"),
    ),
    connect=connect,
)
