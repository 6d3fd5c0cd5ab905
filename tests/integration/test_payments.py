"""A payment is known once, whoever tells it and how often: what it pays, what it ends, what it sets going."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.gateway import Settlement
from billing.payment_follow import Wanted, follow_payment
from billing.payments import take_payment
from billing.records import Invoice
from bot.payment_thanks import thank
from bot.texts import Texts
from core.dates import local_date
from core.db import Database
from models import utc_now
from models.alert import Alert
from models.collection_step import CollectionStep
from models.contact import Contact
from models.contract import Contract as ContractRow
from models.conversation import Conversation
from models.invoice import Invoice as InvoiceRow
from models.message import Message
from models.network_job import NetworkJob
from models.payment import Payment
from models.suspension import Suspension
from tests.integration.billing_rows import a_job, bruno_blocked, store_unlock, unlock_row
from tests.integration.doors import at_once, planned, rows
from tests.integration.outgoing import a_chat, a_template
from tests.unit.billing.build import an_invoice
from wiring_money import _release

PAID = datetime(2026, 11, 26, 15, tzinfo=UTC)
TEXTS = Texts.load()
WANTED = Wanted(_release, partial(thank, texts=TEXTS))


def late(ref: str = "i-1", days: int = 20, cents: int = 11990) -> Invoice:
    due = local_date(utc_now(), "America/Sao_Paulo") - timedelta(days=days)
    return an_invoice(ref=ref, number=ref, due_date=due, amount_cents=cents)


def money(cents: int = 11990, name: str = "pay-1", **more: object) -> Settlement:
    return replace(Settlement(name, cents, PAID, "pix"), **more)  # type: ignore[arg-type]


def take(db: Database, settlement: Settlement, invoice_ref: str | None = "i-1", source: str = "asaas") -> Payment:
    with db.transaction() as session:
        return take_payment(session, settlement, source=source, invoice_ref=invoice_ref)


def follow(db: Database) -> None:
    for id_ in planned(db, "payment_known"):
        follow_payment(id_, db=db, wanted=WANTED)


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


def test_payment_settles_its_invoice_and_ends_what_hung_on_it(db: Database) -> None:
    bruno_blocked(db, late())
    unlock = store_unlock(db, state="active", ends_in=timedelta(hours=5))
    today = local_date(utc_now(), "America/Sao_Paulo")
    step = {"contract_ref": "c-1002", "customer_ref": "bruno", "due_on": today}
    with db.transaction() as session:
        session.add(CollectionStep(key="i-1:after", invoice_ref="i-1", step="after", **step))
        session.add(CollectionStep(key="i-9:after", invoice_ref="i-9", step="after", **step))
        session.add(Suspension(contract_ref="c-1002", invoice_ref="i-1", amount_cents=1, suspend_from=today))
    assert take(db, money()).state == "settled"
    row = invoice(db)
    assert (row.status, row.paid_at, row.amount_cents, row.paid_cents) == ("paid", PAID, 11990, 11990)
    assert unlock_row(db, unlock).state == "kept"
    assert [s.state for s in rows(db, CollectionStep)] == ["stopped", "planned"]
    assert [s.state for s in rows(db, Suspension)] == ["dropped"]


def test_same_payment_told_by_many_at_once_is_one(db: Database) -> None:
    bruno_blocked(db, late())
    at_once([lambda: take(db, money()) for _ in range(8)], threads=8)
    assert [p.state for p in rows(db, Payment)] == ["settled"]
    assert len(planned(db, "payment_known")) == 1


def test_one_pix_told_by_two_sources_is_one_payment(db: Database) -> None:
    bruno_blocked(db, late())
    first = take(db, money(e2e_id="E123"))
    assert take(db, money(name="other", e2e_id="E123"), source="ixc").id == first.id


def test_two_payments_of_one_invoice_at_once_are_one_settled_and_one_doubled(db: Database) -> None:
    bruno_blocked(db, late())
    at_once([partial(take, db, money(name=f"pay-{n}")) for n in range(2)], threads=2)
    assert sorted(p.state for p in rows(db, Payment)) == ["doubled", "settled"]
    assert (alerts(db), invoice(db).paid_cents) == ({"payment.doubled"}, 11990)


def test_part_of_an_invoice_leaves_the_rest_open_until_that_comes_too(db: Database) -> None:
    bruno_blocked(db, late())
    bruno_writes(db)
    assert take(db, money(5000)).state == "partial"
    assert (invoice(db).status, invoice(db).amount_cents, invoice(db).paid_cents) == ("open", 6990, 5000)
    follow(db)
    assert rows(db, NetworkJob) == []
    assert "R$ 69,90" in out(db)[-1].text
    assert take(db, money(6990, "pay-2")).state == "settled"
    assert (invoice(db).status, invoice(db).amount_cents, invoice(db).paid_cents) == ("paid", 11990, 11990)


def test_reversed_payment_opens_the_invoice_again_and_blocks_nobody(db: Database) -> None:
    bruno_blocked(db, late())
    take(db, money())
    for _ in range(2):
        assert take(db, money(reversed=True)).state == "reversed"
    row = invoice(db)
    assert (row.status, row.amount_cents, row.paid_cents, row.paid_at) == ("open", 11990, 0, None)
    assert alerts(db) == {"payment.reversed"}
    follow(db)
    assert rows(db, NetworkJob) == []


def test_reversal_that_comes_before_its_payment_wins(db: Database) -> None:
    bruno_blocked(db, late())
    take(db, money(reversed=True))
    assert take(db, money()).state == "reversed"
    assert invoice(db).status == "open"


def test_payment_that_belongs_to_nothing_is_kept_for_a_person(db: Database) -> None:
    bruno_blocked(db, late())
    assert take(db, money(charge_id="pay-of-a-stranger"), invoice_ref=None).state == "unmatched"
    assert (alerts(db), planned(db, "payment_known")) == ({"payment.unmatched"}, [])


def test_payment_releases_a_blocked_contract_once_and_thanks_once(db: Database) -> None:
    bruno_blocked(db, late())
    chat = bruno_writes(db)
    payment = take(db, money())
    for _ in range(3):
        follow_payment(payment.id, db=db, wanted=WANTED)
    [job] = rows(db, NetworkJob)
    assert (job.action, job.reason, job.conversation_id) == ("release_signal", "paid", chat)
    [said] = out(db)
    assert (said.key, said.kind, said.author) == (f"thanks:{payment.id}", "text", "system")
    assert "R$ 119,90" in said.text
    assert "em até 5 minutos" in said.text


def test_followed_by_two_workers_at_once_it_is_one_job_and_one_message(db: Database) -> None:
    bruno_blocked(db, late())
    bruno_writes(db)
    payment = take(db, money())
    at_once([partial(follow_payment, payment.id, db=db, wanted=WANTED) for _ in range(4)], threads=4)
    assert (len(rows(db, NetworkJob)), len(out(db))) == (1, 1)


def test_nothing_is_released_while_another_invoice_is_overdue(db: Database) -> None:
    bruno_blocked(db, late(), late("i-2", 5))
    take(db, money())
    follow(db)
    assert rows(db, NetworkJob) == []


def test_block_that_the_customer_asked_for_stays(db: Database) -> None:
    bruno_blocked(db, late())
    with db.transaction() as session:
        session.scalars(select(ContractRow)).one().blocked_for = "request"
    take(db, money())
    follow(db)
    assert rows(db, NetworkJob) == []


def test_block_that_is_on_its_way_is_released_behind_it(db: Database) -> None:
    bruno_blocked(db, late())
    with db.transaction() as session:
        session.scalars(select(ContractRow)).one().status = "active"
        session.add(a_job("block_signal", "asked"))
    take(db, money())
    follow(db)
    assert [job.action for job in rows(db, NetworkJob)] == ["block_signal", "release_signal"]


def test_thanks_go_by_template_where_the_window_is_closed(db: Database) -> None:
    bruno_blocked(db, late())
    bruno_writes(db, hours_ago=30)
    a_template(db, "payment_received", variables=["name", "amount", "number"])
    take(db, money())
    follow(db)
    [said] = out(db)
    assert (said.kind, said.payload["template"]) == ("template", "payment_received")
    [job] = rows(db, NetworkJob)
    assert job.conversation_id is None


def test_nothing_is_said_where_the_window_is_closed_and_no_template_is_approved(db: Database) -> None:
    bruno_blocked(db, late())
    bruno_writes(db, hours_ago=30)
    take(db, money())
    follow(db)
    assert out(db) == []


def test_thanks_close_the_order_that_was_shown(db: Database) -> None:
    bruno_blocked(db, late())
    chat = bruno_writes(db)
    with db.transaction() as session:
        shown = {"payment": {"reference": "i-1-0a1b2c3d"}}
        other = {"payment": {"reference": "i-11-0a1b2c3d"}}
        for payload in (shown, other):
            session.add(_order(chat, payload))
    take(db, money())
    follow(db)
    said = out(db)[-1]
    assert said.kind == "payment_status"
    assert (said.payload["payment"]["reference"], said.payload["payment"]["status"]) == ("i-1-0a1b2c3d", "completed")


def _order(chat: int, payload: dict[str, dict[str, str]]) -> Message:
    return Message(
        conversation_id=chat,
        channel="meta",
        direction="out",
        kind="payment",
        text="Sua fatura",
        payload=payload,
        author="bot",
        status="delivered",
    )


def test_killed_while_it_is_written_down_nothing_of_it_is_there(db: Database) -> None:
    bruno_blocked(db, late())

    class Killed(Exception):
        pass

    def die(session: Session) -> None:
        take_payment(session, money(), source="asaas", invoice_ref="i-1")
        raise Killed

    with pytest.raises(Killed), db.transaction() as session:
        die(session)
    assert (rows(db, Payment), invoice(db).status, planned(db, "payment_known")) == ([], "open", [])
    assert take(db, money()).state == "settled"
