"""The places in ready answers, such as {{cliente}}, and what is known of each in a conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dates import format_date
from core.money import format_brl
from handoff.access import Attendant
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.invoice import Invoice
from models.provider import Provider

LABELS = {
    "cliente": "Nome do cliente",
    "protocolo": "Protocolo",
    "contrato": "Número do contrato",
    "fatura_valor": "Valor da fatura",
    "fatura_vencimento": "Vencimento da fatura",
    "atendente": "Seu nome",
    "empresa": "Nome da empresa",
}
"""Every place there is, with its name for people."""

PLACE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


def known_values(session: Session, conversation: Conversation, who: Attendant) -> dict[str, str]:
    """What is known of each place; one that is missing is not known. Names, contracts and bills of the customer base
    only of who proved who they are."""
    contact = session.get_one(Contact, conversation.contact_id)
    customer = (
        session.scalars(select(Customer).where(Customer.ref == contact.customer_ref)).one_or_none()
        if contact.customer_ref
        else None
    )
    name = (customer.name if customer else contact.profile_name).split()
    found = {
        "cliente": name[0] if name else "",
        "protocolo": conversation.protocol,
        "atendente": who.name.split()[0] if who.name.split() else "",
        "empresa": session.scalar(select(Provider.name).order_by(Provider.id).limit(1)) or "",
        **(_of_contract(session, customer, conversation.contract_ref) if customer else {}),
    }
    return {place: value for place, value in found.items() if value}


def _of_contract(session: Session, customer: Customer, wanted: str | None) -> dict[str, str]:
    """The contract that the talk is about, or the only one, and its oldest open bill."""
    contracts = session.scalars(select(Contract).where(Contract.customer_id == customer.id).limit(50)).all()
    meant = [row for row in contracts if row.ref == wanted] or (contracts if len(contracts) == 1 else [])
    if not meant:
        return {}
    bill = session.scalars(
        select(Invoice)
        .where(Invoice.contract_id == meant[0].id, Invoice.status == "open")
        .order_by(Invoice.due_date, Invoice.id)
        .limit(1)
    ).one_or_none()
    found = {"contrato": meant[0].number}
    if bill:
        found |= {"fatura_valor": format_brl(bill.amount_cents), "fatura_vencimento": format_date(bill.due_date)}
    return found


def filled(text: str, known: Mapping[str, str]) -> str:
    """The text with what is known in its places; the others stay as they are."""
    return PLACE.sub(lambda place: known.get(place[1]) or place[0], text)


def places(text: str) -> tuple[str, ...]:
    """The places that there are in a text, each once, in order; also those that nobody knows."""
    return tuple(dict.fromkeys(PLACE.findall(text)))


def unfilled(text: str) -> str:
    """Why a text with open places may not go to the customer, in Portuguese; empty where it may."""
    open_ones = [LABELS.get(name, name) for name in places(text)]
    return f"Falta preencher: {', '.join(open_ones)}." if open_ones else ""
