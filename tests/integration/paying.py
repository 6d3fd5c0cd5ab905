"""Bruno pays: payments as they are told, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import select, update

from billing.erps.local import LocalErp
from billing.gateway import Settlement
from billing.local_store import SqlStore
from billing.payment_follow import Told, follow_payment
from billing.payments import take_payment
from billing.provider_row import load_provider
from billing.records import Invoice
from bot.payment_thanks import tell_result, thank
from bot.texts import Texts
from core.dates import local_date
from core.db import Database
from core.later import Later
from handoff.debt_desk import DebtDesk
from handoff.suspending import restore
from models import utc_now
from models.alert import Alert
from models.contact import Contact
from models.conversation import Conversation
from models.invoice import Invoice as InvoiceRow
from models.message import Message
from models.network_job import NetworkJob
from models.outbox import Outbox
from models.payment import Payment
from tests.integration.doors import planned, rows
from tests.integration.outgoing import a_chat
from tests.unit.billing.build import an_invoice
from wiring_network import job_finished

PAID = datetime(2026, 11, 26, 15, tzinfo=UTC)
TEXTS = Texts.load()
TOLD = Told(partial(thank, texts=TEXTS), tell_result)


def late(ref: str = "i-1", days: int = 20, cents: int = 11990) -> Invoice:
    due = local_date(utc_now(), "America/Sao_Paulo") - timedelta(days=days)
    return an_invoice(ref=ref, number=ref, due_date=due, amount_cents=cents)


def money(cents: int = 11990, name: str = "pay-1", **more: object) -> Settlement:
    return replace(Settlement(name, cents, PAID, "pix"), **more)  # type: ignore[arg-type]


def take(db: Database, settlement: Settlement, invoice_ref: str | None = "i-1", source: str = "asaas") -> Payment:
    with db.transaction() as session:
        return take_payment(session, settlement, source=source, invoice_ref=invoice_ref)


def follow(db: Database) -> list[float]:
    """Does all that hangs on payments, but for the network: restorations, thanks. What is put off is done no more; the
    seconds for which it is."""
    erp = LocalErp(SqlStore(db), lambda: load_provider(db))
    desk = DebtDesk(db, erp, "pt_BR")
    put_off = []
    for id_ in dict.fromkeys(planned(db, "restore")):
        restore(id_, desk=desk)
    with db.transaction() as session:
        session.execute(update(Outbox).where(Outbox.topic == "restore").values(done_at=utc_now()))
    for id_ in dict.fromkeys(planned(db, "payment_known")):
        try:
            follow_payment(id_, db=db, told=TOLD)
        except Later as later:
            put_off.append(later.seconds)
    return put_off


def finish(db: Database, state: str = "verified") -> NetworkJob:
    """The newest job ends so."""
    with db.transaction() as session:
        job = session.scalars(select(NetworkJob).order_by(NetworkJob.id.desc()).limit(1)).one()
        job.state, job.finished_at, job.outcome = state, utc_now(), state
        job_finished(session, job)
        return job


def invoice(db: Database, ref: str = "i-1") -> InvoiceRow:
    [row] = rows(db, InvoiceRow, InvoiceRow.ref == ref)
    return row  # type: ignore[no-any-return]


def alerts(db: Database) -> set[str]:
    return {alert.kind for alert in rows(db, Alert)}


def bruno_writes(db: Database, hours_ago: float = 0) -> int:
    chat = a_chat(db)
    with db.transaction() as session:
        conversation = session.get_one(Conversation, chat)
        conversation.last_inbound_at = utc_now() - timedelta(hours=hours_ago)
        session.get_one(Contact, conversation.contact_id).customer_ref = "bruno"
    return chat


def out(db: Database) -> list[Message]:
    return rows(db, Message, Message.direction == "out")
