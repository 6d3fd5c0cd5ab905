"""What an ERP told, written into our rows: the newest word wins, and parallel writers of one row do not lose any."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.missing import come_back
from billing.paid_here import entered, taken_back_here
from billing.records import Contract, Customer, Invoice
from billing.suspension import unlisted
from core.document import Document, parse_document
from models.contract import Contract as ContractRow
from models.customer import Customer as CustomerRow
from models.customer import CustomerPhone
from models.invoice import Invoice as InvoiceRow

# Where a contract hangs, and whether it is blocked: the network's ledger writes these too.
SHARED = ("status", "pppoe_login", "olt", "pon", "cto", "onu", "area")
_TERMS = ("number", "plan", "monthly_fee_cents", "address", "blocked_for", "charge_by", "due_day")
_OWED = ("number", "amount_cents", "due_date", "original_due_date", "fine_cents", "interest_cents", "paid_cents")


def write_customers(session: Session, customers: Iterable[Customer], asked_at: datetime) -> None:
    """Each customer with exactly these phones, unless somebody who asked later has written already."""
    for told in sorted(customers, key=lambda one: one.ref):
        words = {
            "name": told.name,
            "document": told.document.number,
            "document_kind": told.document.kind,
            "kind": told.kind,
            "seen_at": asked_at,
        }
        new = insert(CustomerRow).values(ref=told.ref, email="", **words)
        written = session.execute(
            new.on_conflict_do_update(
                index_elements=[CustomerRow.ref],
                set_=words,
                where=CustomerRow.seen_at.is_(None) | (CustomerRow.seen_at <= asked_at),
            ).returning(CustomerRow.id)
        ).scalar()
        if written is not None:
            _write_phones(session, written, told.phones)


def _write_phones(session: Session, customer_id: int, phones: Sequence[str]) -> None:
    session.execute(
        delete(CustomerPhone).where(CustomerPhone.customer_id == customer_id, CustomerPhone.match_key.not_in(phones))
    )
    for phone in dict.fromkeys(phones):
        session.execute(insert(CustomerPhone).values(customer_id=customer_id, match_key=phone).on_conflict_do_nothing())


def take_phone(session: Session, forms: Collection[str], owners: Collection[str]) -> None:
    """The number, in whatever form, belongs to `owners` (refs) and to nobody else: it moves from hand to hand."""
    others = select(CustomerRow.id).where(CustomerRow.ref.not_in(owners))
    session.execute(
        delete(CustomerPhone).where(CustomerPhone.match_key.in_(forms), CustomerPhone.customer_id.in_(others))
    )


def forget_customer(session: Session, ref: str) -> None:
    """The ERP does not know the customer any more: nobody is recognised as them, and their history stays."""
    mine = select(CustomerRow.id).where(CustomerRow.ref == ref)
    session.execute(delete(CustomerPhone).where(CustomerPhone.customer_id.in_(mine)))
    session.execute(update(CustomerRow).where(CustomerRow.ref == ref).values(seen_at=None))


def told_document(session: Session, customer_ref: str) -> Document | None:
    """The document of a customer whom the ERP told of; None where it never did, whoever else has this ref."""
    known = select(CustomerRow.document).where(CustomerRow.ref == customer_ref, CustomerRow.seen_at.is_not(None))
    found = session.scalars(known).one_or_none()
    return parse_document(found) if found else None


def told_invoices(session: Session, contract_ref: str) -> frozenset[str]:
    """The refs of the invoices that the ERP told of the contract."""
    mine = select(InvoiceRow.ref).join(ContractRow, ContractRow.id == InvoiceRow.contract_id)
    return frozenset(session.scalars(mine.where(ContractRow.ref == contract_ref, InvoiceRow.seen_at.is_not(None))))


def write_contracts(session: Session, customer_ref: str, contracts: Sequence[Contract], asked_at: datetime) -> bool:
    """All contracts of the customer as the ERP told them; those that it did not tell of are cancelled.

    Of what both sides write (SHARED), the ERP's word counts where it differs from its word before, else ours stays:
    a release that the network proved is not undone by an ERP that never heard of it, and a block or an exchange of the
    ONU that somebody enters there arrives here. A cancelled contract is cancelled, whatever we thought. An ERP that has
    nothing to say of the network wipes nothing. False where the customer is not in our rows.
    """
    owner = session.scalars(select(CustomerRow.id).where(CustomerRow.ref == customer_ref)).one_or_none()
    if owner is None:
        return False
    refs = sorted(contract.ref for contract in contracts)
    told = {contract.ref: contract for contract in contracts}
    for ref in refs:
        new = insert(ContractRow).values(ref=ref, customer_id=owner, **_terms(told[ref]), **_empty_place())
        session.execute(new.on_conflict_do_nothing(index_elements=[ContractRow.ref]))
    wanted = ContractRow.ref.in_(refs) | (ContractRow.customer_id == owner)
    for row in session.scalars(select(ContractRow).where(wanted).order_by(ContractRow.ref).with_for_update()):
        if row.seen_at is not None and row.seen_at > asked_at:
            continue
        if row.ref in told:
            _merge(row, told[row.ref], owner)
        else:
            # Should it come back, its first word counts again.
            row.status, row.told = "cancelled", {}
        row.seen_at = asked_at
    return True


def _terms(contract: Contract) -> dict[str, Any]:
    return {name: getattr(contract, name) for name in _TERMS} | {"sla": contract.sla or ""}


def _empty_place() -> dict[str, Any]:
    place = dict.fromkeys(("pppoe_login", "olt", "pon", "cto", "onu", "area"), "")
    return {**place, "status": "pending", "told": {}}


def _merge(row: ContractRow, told: Contract, owner: int) -> None:
    row.customer_id = owner
    for name, value in _terms(told).items():
        if value or name != "sla":
            setattr(row, name, value)
    words = {name: getattr(told, name) or "" for name in SHARED}
    for name, word in words.items():
        if word and word != row.told.get(name):
            setattr(row, name, word)
    if told.status == "cancelled":
        row.status = "cancelled"
    if words != row.told:
        row.told = words


def write_open_invoices(
    session: Session, contract_ref: str, invoices: Sequence[Invoice], asked_at: datetime
) -> tuple[str, ...]:
    """The contract's open invoices. Returns the refs of those that were open here and are not any more: they stay as
    they are until it is known what became of them. Nothing is written for a contract that is not in our rows."""
    contract = session.scalars(
        select(ContractRow).where(ContractRow.ref == contract_ref).with_for_update()
    ).one_or_none()
    if contract is None or (contract.invoices_seen_at and contract.invoices_seen_at > asked_at):
        return ()
    contract.invoices_seen_at = asked_at
    come_back(session, invoices, asked_at)
    for told in sorted(invoices, key=lambda one: one.ref):
        write_invoice(session, contract.id, told, asked_at)
    open_here = select(InvoiceRow.ref).where(InvoiceRow.contract_id == contract.id, InvoiceRow.status == "open")
    gone = open_here.where(InvoiceRow.ref.not_in([told.ref for told in invoices]))
    return tuple(session.scalars(gone.order_by(InvoiceRow.ref)))


def write_invoice(session: Session, contract_id: int, told: Invoice, asked_at: datetime) -> None:
    """One invoice as it was told. A hold of our own (its `held_at` says so) stays; one that the ERP told of ends with
    its telling."""
    words = {name: getattr(told, name) for name in _OWED}
    words |= {"status": told.status, "paid_at": told.paid_at, "description": told.description, "seen_at": asked_at}
    new = insert(InvoiceRow).values(ref=told.ref, contract_id=contract_id, period="", hold=told.hold, **words)
    ours = (InvoiceRow.hold != "") & InvoiceRow.held_at.is_not(None)
    again = words | {"contract_id": contract_id, "hold": case((ours, InvoiceRow.hold), else_=told.hold)}
    session.execute(
        new.on_conflict_do_update(
            index_elements=[InvoiceRow.ref],
            set_=again,
            where=InvoiceRow.seen_at.is_(None) | (InvoiceRow.seen_at <= asked_at),
        )
    )


def write_paid(session: Session, invoices: Iterable[Invoice], asked_at: datetime) -> None:
    """Paid invoices that we had seen before; the others are history that nobody here asked about. One whose payment was
    taken back here stays open: the ERP does not know that yet."""
    invoices = tuple(invoices)
    for told in sorted(invoices, key=lambda one: one.ref):
        # What it cost as a whole: parts that came in before had been taken off.
        money = {"amount_cents": told.amount_cents, "paid_at": told.paid_at, "paid_cents": told.paid_cents}
        session.execute(
            update(InvoiceRow)
            .where(InvoiceRow.ref == told.ref, ~taken_back_here())
            .values(status="paid", hold="", held_at=None, seen_at=asked_at, **money)
        )
    entered(session, [told.ref for told in invoices], asked_at)


def close_invoices(session: Session, contract_ref: str, refs: Collection[str], asked_at: datetime) -> None:
    """Invoices of the contract that are neither open nor paid: nobody owes them, unless they come back."""
    closed = session.execute(
        update(InvoiceRow)
        .where(InvoiceRow.ref.in_(refs), InvoiceRow.status == "open", InvoiceRow.seen_at <= asked_at)
        .values(status="cancelled", seen_at=asked_at)
    )
    if closed.rowcount:  # type: ignore[attr-defined]
        unlisted(session, contract_ref)


def note_copy(session: Session, invoice: Invoice, now: datetime) -> None:
    """A second copy was given: what it asks for now, and when."""
    words = {name: getattr(invoice, name) for name in _OWED if name != "paid_cents"}
    session.execute(update(InvoiceRow).where(InvoiceRow.ref == invoice.ref).values(**words, copied_at=now, seen_at=now))
