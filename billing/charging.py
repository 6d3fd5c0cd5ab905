"""Registers an invoice's charge at the gateway, once, and gives what it is paid with."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from billing.charge_terms import due_on, order_of
from billing.gateway import ChargeOrder, Gateway, Registered
from billing.provider_row import provider_row
from billing.records import Invoice, SecondCopy
from billing.rows import invoice_of
from billing.settling import Cashier
from core.db import Database
from core.errors import Failure, Refused, Unreachable
from core.locks import hold
from models import utc_now
from models.charge import Charge
from models.invoice import Invoice as InvoiceRow

LIVE = ("asked", "open")
# Whoever set out to register a charge has had every time limit of its calls after this long.
ABANDONED_AFTER = timedelta(seconds=90)
# So often, and so many times, it is looked whether the other one is done.
LOOK_SECONDS, LOOKS = 0.3, 40


class GatewayDesk:
    """A ChargeDesk over the charge rows. `kind` is the gateway's, `nap` sleeps so many seconds."""

    def __init__(self, db: Database, gateway: Gateway, kind: str, nap: Callable[[float], None] = time.sleep) -> None:
        self._db = db
        self._gateway = gateway
        self._kind = kind
        self._nap = nap

    def copy_of(self, invoice: Invoice) -> SecondCopy:
        """See ChargeDesk. The row comes before the call: killed in between, the charge is found again by its key."""
        for old in self._outdated(invoice):
            self._retire(old)
        charge = self._registered(invoice)
        if not (charge.line or charge.pix or charge.link):
            # Some banks register a moment later.
            charge = self._store(charge.id, self._gateway.state(str(charge.external_id)))
        return SecondCopy(
            invoice=replace(invoice, due_date=charge.due_date, original_due_date=invoice.late_from)
            if charge.due_date != invoice.due_date
            else invoice,
            pdf=self._pdf(charge),
            filename=f"fatura-{re.sub(r'[^A-Za-z0-9-]', '-', invoice.number)}.pdf",
            line=charge.line,
            pix=charge.pix,
            link=charge.link,
        )

    def _outdated(self, invoice: Invoice) -> list[Charge]:
        """Live charges that ask for something else than the invoice does now."""
        with self._db.reading() as session:
            zone = provider_row(session).timezone
            live = session.scalars(_live(invoice.ref)).all()
            return [charge for charge in live if not _fits(charge, invoice, zone)]

    def _retire(self, charge: Charge) -> None:
        """Takes the charge back at the gateway, then in its row; the same again changes nothing. One that was paid
        meanwhile is a payment, and the invoice is not asked for again: Refused `invoice_not_open`."""
        if charge.state == "asked" and charge.changed_at > utc_now() - ABANDONED_AFTER:
            raise Unreachable("charge_underway")
        external_id = charge.external_id
        if external_id is None:
            found = self._gateway.find(charge.key)
            external_id = found.external_id if found else None
        try:
            if external_id is not None:
                self._gateway.cancel(external_id)
        except Refused as refused:
            if refused.code != "already_paid":
                raise
            Cashier(self._db, self._gateway, self._kind).settle(self._gateway.state(str(external_id)), charge.key)
            raise Refused("invoice_not_open") from None
        with self._db.transaction() as session:
            row = session.get_one(Charge, charge.id, with_for_update=True)
            if row.state in LIVE:
                row.state, row.changed_at = "cancelled", utc_now()

    def _registered(self, invoice: Invoice) -> Charge:
        for _ in range(LOOKS):
            charge, order = self._claim(invoice)
            if charge.state == "open":
                return charge
            if order is not None:
                return self._create(charge, order)
            self._nap(LOOK_SECONDS)
        raise Unreachable("charge_underway")

    def _claim(self, invoice: Invoice) -> tuple[Charge, ChargeOrder | None]:
        """The invoice's charge, and the order where it is for us to register it: of several callers one gets it."""
        with self._db.transaction() as session:
            hold(session, f"charge/{invoice.ref}")
            row = session.scalars(select(InvoiceRow).where(InvoiceRow.ref == invoice.ref)).one_or_none()
            if row is None or row.status != "open":
                raise Refused("invoice_not_open" if row else "unknown_invoice")
            now, zone = utc_now(), provider_row(session).timezone
            live = session.scalars(_live(invoice.ref).execution_options(populate_existing=True)).all()
            charge = next((charge for charge in live if _fits(charge, invoice, zone)), None)
            if charge is None:
                charge = self._asked(session, row, invoice, now, zone)
            elif charge.state == "open" or charge.changed_at > now - ABANDONED_AFTER:
                return charge, None
            charge.changed_at, charge.error = now, None
            return charge, order_of(session, charge.key, invoice, charge.due_date)

    def _asked(self, session: Session, row: InvoiceRow, invoice: Invoice, now: datetime, zone: str) -> Charge:
        number = session.scalar(select(func.count()).where(Charge.invoice_id == row.id)) or 0
        charge = Charge(
            invoice_id=row.id,
            gateway=self._kind,
            key=f"r{row.id}x{number + 1}",
            amount_cents=invoice.amount_cents,
            due_date=due_on(invoice, now, zone),
            created_at=now,
        )
        session.add(charge)
        session.flush()
        return charge

    def _create(self, charge: Charge, order: ChargeOrder) -> Charge:
        try:
            registered = self._gateway.create(order)
        except Failure as failure:
            with self._db.transaction() as session:
                row = session.get_one(Charge, charge.id)
                # Whoever comes next need not wait for us: the key finds what may have come to be.
                row.error, row.changed_at = failure.code, utc_now() - ABANDONED_AFTER
            raise
        return self._store(charge.id, registered)

    def _store(self, charge_id: int, registered: Registered) -> Charge:
        with self._db.transaction() as session:
            row = session.get_one(Charge, charge_id, with_for_update=True)
            row.external_id, row.txid, row.error = registered.external_id, registered.txid or row.txid, None
            for name in ("line", "barcode", "pix", "link"):
                setattr(row, name, getattr(registered, name) or getattr(row, name))
            if row.state == "asked":
                row.state = "open"
            row.changed_at = utc_now()
            return row

    def _pdf(self, charge: Charge) -> bytes | None:
        """The bank's paper, where it can be had now: the codes do not wait for it."""
        try:
            return self._gateway.pdf(str(charge.external_id))
        except Unreachable:
            if charge.line or charge.pix or charge.link:
                return None
            raise


def register_charge(invoice_id: int, *, db: Database, desk: GatewayDesk | None) -> None:
    """Registers the charge of an invoice before anybody asks for it; without a gateway there is nothing to do. May run
    twice. Raises what the gateway raises, so that it is tried again."""
    with db.reading() as session:
        row = session.get(InvoiceRow, invoice_id)
    if desk is None or row is None or row.status != "open" or row.hold:
        return
    desk.copy_of(invoice_of(row, contract_ref=""))


def _live(invoice_ref: str) -> Select[Charge]:
    return (
        select(Charge)
        .join(InvoiceRow, InvoiceRow.id == Charge.invoice_id)
        .where(InvoiceRow.ref == invoice_ref, Charge.state.in_(LIVE))
        .order_by(Charge.id)
    )


def _fits(charge: Charge, invoice: Invoice, zone: str) -> bool:
    """Whether the charge asks for what the invoice does: one that was late already got the day on which it was made."""
    due = due_on(invoice, charge.created_at, zone)
    return (charge.amount_cents, charge.due_date) == (invoice.amount_cents, due)
