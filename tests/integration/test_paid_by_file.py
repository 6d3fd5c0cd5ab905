"""Payments that a file told of do what every payment does; a history is no news to anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from core.dates import format_date, local_date
from core.db import Database
from models import utc_now
from models.collection_step import CollectionStep
from models.conversation import Conversation
from models.invoice import Invoice as InvoiceRow
from models.message import Message
from models.network_job import NetworkJob
from models.outbox import Outbox
from models.payment import Payment
from models.payment_proof import PaymentProof
from models.trust_unlock import TrustUnlock
from tests.integration.billing_rows import bruno_blocked, contract_status, store, store_provider
from tests.integration.doors import planned, rows
from tests.integration.import_files import import_text
from tests.integration.paying import TEXTS, bruno_writes, finish, follow, invoice, late, out
from tests.unit.billing.build import a_contract, a_customer, an_invoice

HEAD = "fatura;valor;pago em;forma;identificador\n"


def days_ago(days: int) -> str:
    return format_date(local_date(utc_now(), "America/Sao_Paulo") - timedelta(days=days))


def line(ref: str = "i-1", amount: str = "119,90", *, days: int = 1) -> str:
    return f"{ref};{amount};{days_ago(days)};pix;p-{ref}-{amount}\n"


def a_waiting_proof(db: Database, chat: int, cents: int = 11990) -> None:
    with db.transaction() as session:
        message = Message(
            conversation_id=chat,
            channel=session.get_one(Conversation, chat).channel,
            direction="in",
            kind="image",
            handled_at=utc_now(),
        )
        session.add(message)
        session.flush()
        terms = {"contract_ref": "c-1002", "amount_cents": cents, "state": "waiting"}
        session.add(PaymentProof(message_id=message.id, conversation_id=chat, **terms))


def proofs(db: Database) -> list[str]:
    return [proof.state for proof in rows(db, PaymentProof)]


def test_payment_of_a_file_confirms_its_proof_releases_the_signal_and_is_thanked_for_once(
    db: Database, tmp_path: Path
) -> None:
    bruno_blocked(db, late())
    a_waiting_proof(db, bruno_writes(db))
    for _ in range(2):
        import_text(db, tmp_path, "payments", HEAD + line())
        assert len(planned(db, "payment_known")) == 1
    follow(db)
    [job] = rows(db, NetworkJob)
    assert (job.action, job.reason, proofs(db)) == ("release_signal", "paid", ["confirmed"])
    finish(db)
    follow(db)
    import_text(db, tmp_path, "payments", HEAD + line())
    follow(db)
    [said] = out(db)
    assert TEXTS("payment.back") in said.text
    assert (len(rows(db, NetworkJob)), contract_status(db)) == (1, "active")
    assert (invoice(db).status, rows(db, Payment)[0].detail["late_days"]) == ("paid", 19)


def test_part_of_a_file_confirms_its_proof_and_leaves_the_block(db: Database, tmp_path: Path) -> None:
    bruno_blocked(db, late())
    a_waiting_proof(db, bruno_writes(db), cents=2000)
    import_text(db, tmp_path, "payments", HEAD + line(amount="20,00"))
    follow(db)
    assert (proofs(db), invoice(db).amount_cents, rows(db, NetworkJob)) == (["confirmed"], 9990, [])


def test_old_payment_of_a_file_brings_the_signal_back_and_is_no_news(db: Database, tmp_path: Path) -> None:
    bruno_blocked(db, late(days=90))
    a_waiting_proof(db, bruno_writes(db))
    import_text(db, tmp_path, "payments", HEAD + line(days=45))
    follow(db)
    assert ([job.action for job in rows(db, NetworkJob)], out(db), proofs(db)) == (["release_signal"], [], ["waiting"])


def test_payment_of_a_file_ends_the_reminders_and_keeps_the_promise(db: Database, tmp_path: Path) -> None:
    bruno_blocked(db, replace(late(), hold="settling"))
    with db.transaction() as session:
        day = local_date(utc_now(), "America/Sao_Paulo")
        session.add(
            CollectionStep(
                key="i-1:late", invoice_ref="i-1", contract_ref="c-1002", customer_ref="bruno", step="late", due_on=day
            )
        )
        session.add(
            TrustUnlock(
                contract_ref="c-1002",
                state="active",
                expires_at=utc_now() + timedelta(days=1),
                amount_cents=11990,
                shown_text="até amanhã",
                confirmed_text="sim",
            )
        )
    import_text(db, tmp_path, "payments", HEAD + line())
    assert [step.state for step in rows(db, CollectionStep)] == ["stopped"]
    assert [promise.state for promise in rows(db, TrustUnlock)] == ["kept"]
    assert invoice(db).hold == ""


def test_history_of_two_years_is_thanked_for_by_nobody(db: Database, tmp_path: Path) -> None:
    months = range(2, 26)
    store_provider(db)
    old = [replace(late(f"i-{month}", 30 * month + 5), number=f"i-{month}") for month in months]
    store(db, [a_customer()], [replace(a_contract(), status="active")], old)
    bruno_writes(db)
    content = HEAD + "".join(line(f"i-{month}", days=30 * month) for month in months)
    import_text(db, tmp_path, "payments", content)
    assert {one.status for one in rows(db, InvoiceRow)} == {"paid"}
    assert (planned(db, "payment_known"), planned(db, "restore"), out(db)) == ([], [], [])


def test_ten_thousand_payments_of_this_month_are_each_news_once(db: Database, tmp_path: Path) -> None:
    bruno_blocked(db, an_invoice(ref="i-1"))
    with db.transaction() as session:
        owner = rows(db, InvoiceRow)[0].contract_id
        due = local_date(utc_now(), "America/Sao_Paulo")
        names = [f"i-{number}" for number in range(2, 10_001)]
        session.execute(
            insert(InvoiceRow),
            [
                {"ref": ref, "number": ref, "contract_id": owner, "amount_cents": 11990, "due_date": due}
                for ref in names
            ],
        )
    import_text(db, tmp_path, "payments", HEAD + "".join(line(ref) for ref in names))
    with db.reading() as session:
        count = select(func.count()).select_from(Outbox).where(Outbox.topic == "payment_known")
        assert session.scalar(count) == len(names)
