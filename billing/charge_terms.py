"""What a charge asks for once it is late, and who it is made out to: the provider's terms, and rows as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.gateway import ChargeOrder, Payer
from billing.provider_row import provider_row
from billing.records import Invoice
from core.dates import local_date
from core.document import Document
from core.errors import Misconfigured, Refused
from models.contract import Contract
from models.customer import Customer
from models.invoice import Invoice as InvoiceRow

_POSTCODE = re.compile(r"(?<![0-9])[0-9]{5}-?[0-9]{3}(?![0-9])")


@dataclass(frozen=True)
class ChargeTerms:
    """The policy `charges`. Defaults: nothing is added unless the provider says so.

    `fine_percent`: at most 2, once (CDC, art. 52 § 1). `interest_percent_month`: at most 1 (CC, art. 406, as courts
    read it for consumers).
    """

    fine_percent: str = "0"
    interest_percent_month: str = "0"

    def __post_init__(self) -> None:
        for text, most in ((self.fine_percent, 2), (self.interest_percent_month, 1)):
            try:
                fits = 0 <= Decimal(text) <= most
            except InvalidOperation:
                fits = False
            if not fits:
                raise ValueError("fine_percent: de 0 a 2; interest_percent_month: de 0 a 1")


def due_on(invoice: Invoice, at: datetime, zone: str) -> date:
    """The due date of a charge that is made at this time: no bank takes one that is over."""
    return max(invoice.due_date, local_date(at, zone))


def order_of(session: Session, key: str, invoice: Invoice, due_date: date) -> ChargeOrder:
    """The order for the invoice. Raises Refused `unknown_invoice`, Misconfigured `provider` for wrong terms."""
    found = session.execute(
        select(Customer, Contract)
        .join(Contract, Contract.customer_id == Customer.id)
        .join(InvoiceRow, InvoiceRow.contract_id == Contract.id)
        .where(InvoiceRow.ref == invoice.ref)
    ).one_or_none()
    if found is None:
        raise Refused("unknown_invoice")
    customer, contract = found
    provider = provider_row(session)
    try:
        terms = ChargeTerms(**(provider.policies.get("charges") or {}))
    except (TypeError, ValueError) as error:
        raise Misconfigured("provider", f"policies.charges: {error}") from error
    postcode = _POSTCODE.search(contract.address)
    payer = Payer(
        name=customer.name,
        document=Document("cpf" if customer.document_kind == "cpf" else "cnpj", customer.document),
        email=customer.email,
        address=contract.address,
        city=provider.city,
        state=provider.state,
        postcode=postcode.group() if postcode else "",
    )
    return ChargeOrder(
        key=key,
        payer=payer,
        amount_cents=invoice.amount_cents,
        due_date=due_date,
        description=f"Fatura {invoice.number}",
        fine_percent=terms.fine_percent,
        interest_percent_month=terms.interest_percent_month,
    )
