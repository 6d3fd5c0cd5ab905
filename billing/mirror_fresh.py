"""What our rows may still say of customers and contracts while the ERP is away: only what is young enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from billing.records import Contract, Customer
from billing.rows import contract_of, customer_of, phones_of
from core.db import Database
from core.document import Document
from core.errors import Unreachable
from models.contract import Contract as ContractRow
from models.customer import Customer as CustomerRow
from models.customer import CustomerPhone


class FreshRows:
    """The mirror's rows with their age. Each call is a read of its own; those that answer for the ERP raise Unreachable
    `not_fresh` where there is nothing, or something among it is older than `fresh`: half an answer is a wrong one."""

    def __init__(self, db: Database, fresh: timedelta, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._fresh = fresh
        self._clock = clock

    def by_phone(self, forms: Sequence[str]) -> tuple[Customer, ...]:
        return self._customers(_has_phone(forms))

    def by_document(self, document: Document) -> Customer:
        """Of several with this document, the one that the ERP spoke of last."""
        return self._customers(CustomerRow.document == document.number, most=1)[0]

    def customer(self, ref: str) -> Customer:
        return self._customers(CustomerRow.ref == ref)[0]

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        """All of the customer's contracts, in the order of their numbers."""
        with self._db.reading() as session:
            rows = _contracts(session, customer_ref)
        self._check([row.seen_at for row in rows])
        return tuple(contract_of(row, customer_ref) for row in rows)

    def stored_contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        """The same, however old."""
        with self._db.reading() as session:
            return tuple(contract_of(row, customer_ref) for row in _contracts(session, customer_ref))

    def refs_with_phone(self, forms: Sequence[str]) -> tuple[str, ...]:
        """Who is known here with the number, however old that is."""
        with self._db.reading() as session:
            return tuple(session.scalars(select(CustomerRow.ref).where(_has_phone(forms)).order_by(CustomerRow.ref)))

    def _customers(self, condition: ColumnElement[bool], most: int | None = None) -> tuple[Customer, ...]:
        """At most so many, those first that the ERP spoke of last."""
        order = (CustomerRow.seen_at.desc().nulls_last(), CustomerRow.ref)
        with self._db.reading() as session:
            rows = session.scalars(select(CustomerRow).where(condition).order_by(*order).limit(most)).all()
            phones = phones_of(session, [row.id for row in rows]) if rows else {}
        self._check([row.seen_at for row in rows])
        return tuple(customer_of(row, phones.get(row.id, ())) for row in rows)

    def _check(self, seen: Sequence[datetime | None]) -> None:
        oldest = self._clock() - self._fresh
        if not seen or any(at is None or at < oldest for at in seen):
            raise Unreachable("not_fresh")


def _has_phone(forms: Sequence[str]) -> ColumnElement[bool]:
    return CustomerRow.id.in_(select(CustomerPhone.customer_id).where(CustomerPhone.match_key.in_(forms)))


def _contracts(session: Session, customer_ref: str) -> list[ContractRow]:
    wanted = select(ContractRow).join(CustomerRow, CustomerRow.id == ContractRow.customer_id)
    return list(session.scalars(wanted.where(CustomerRow.ref == customer_ref).order_by(ContractRow.number)))
