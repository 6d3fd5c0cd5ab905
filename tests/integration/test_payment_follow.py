"""After a payment: the signal is released, and one message of thanks says what became of it, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from billing.payment_follow import LOOK_AGAIN_SECONDS, THANKED_WITHIN, follow_payment
from core.db import Database
from core.later import Later
from models import utc_now
from models.alert import Alert
from models.contract import Contract as ContractRow
from models.conversation import Conversation
from models.message import Message
from models.network_job import NetworkJob
from models.outbox import Outbox
from models.payment import Payment
from tests.integration.billing_rows import a_job, bruno_blocked, contract_status
from tests.integration.doors import at_once, planned, rows
from tests.integration.outgoing import a_template
from tests.integration.paying import TEXTS, TOLD, alerts, bruno_writes, finish, follow, late, money, out, take


def test_thanks_wait_for_the_release_and_say_that_it_is_read_back(db: Database) -> None:
    bruno_blocked(db, late())
    bruno_writes(db)
    take(db, money())
    assert (follow(db), out(db)) == ([LOOK_AGAIN_SECONDS], [])
    [job] = rows(db, NetworkJob)
    assert (job.action, job.reason, job.conversation_id) == ("release_signal", "paid", None)
    finish(db)
    for _ in range(3):
        assert follow(db) == []
    [said] = out(db)
    assert (said.kind, said.author) == ("text", "system")
    assert "R$ 119,90" in said.text
    assert TEXTS("payment.back") in said.text
    assert len(rows(db, NetworkJob)) == 1
    assert contract_status(db) == "active"


@pytest.mark.parametrize("state", ["failed", "refused", "unknown", "pending"])
def test_release_that_is_not_read_back_is_said_so_and_a_person_is_called(db: Database, state: str) -> None:
    bruno_blocked(db, late())
    chat = bruno_writes(db)
    take(db, money())
    follow(db)
    finish(db, state)
    follow(db)
    [said] = out(db)
    assert TEXTS("payment.not_back") in said.text
    [talk] = rows(db, Conversation, Conversation.id == chat)
    assert (talk.handler, talk.queue) == ("queue", "N2")
    assert alerts(db) == {"payment.not_released"}
    with db.transaction() as session:
        session.add(a_job("release_signal", "verified"))
    finish(db)
    assert [alert.ended_at for alert in rows(db, Alert)] != [None]


def test_release_that_takes_long_is_told_of_after_the_thanks(db: Database) -> None:
    bruno_blocked(db, late())
    chat = bruno_writes(db)
    payment = take(db, money())
    follow(db)
    long_ago(db, payment)
    for _ in range(2):
        assert follow(db) == []
    [said] = out(db)
    assert not any(TEXTS(f"payment.{word}") in said.text for word in ("back", "not_back"))
    assert finish(db).conversation_id == chat
    follow(db)
    assert len(out(db)) == 1


def test_release_that_is_asked_for_late_is_told_of_after_the_thanks(db: Database) -> None:
    bruno_blocked(db, late())
    chat = bruno_writes(db)
    payment = take(db, money())
    long_ago(db, payment)
    with pytest.raises(Later):
        follow_payment(payment.id, db=db, told=TOLD)
    assert len(out(db)) == 1
    follow(db)
    finish(db)
    follow(db)
    [job] = rows(db, NetworkJob)
    assert (job.conversation_id, len(out(db))) == (chat, 1)
    assert chat in planned(db, "turn")


def test_release_that_the_conversation_asked_for_is_told_of_there(db: Database) -> None:
    bruno_blocked(db, late())
    chat = bruno_writes(db)
    with db.transaction() as session:
        session.add(a_job("release_signal", "asked", conversation_id=chat))
    take(db, money())
    follow(db)
    finish(db)
    follow(db)
    [said] = out(db)
    assert TEXTS("payment.back") not in said.text
    assert len(rows(db, NetworkJob)) == 1


def test_end_of_the_release_hastens_the_thanks(db: Database) -> None:
    bruno_blocked(db, late())
    bruno_writes(db)
    take(db, money())
    follow(db)
    with db.transaction() as session:
        session.execute(update(Outbox).values(run_after=utc_now() + timedelta(hours=1)))
    finish(db)
    due = rows(db, Outbox, Outbox.topic == "payment_known", Outbox.run_after <= utc_now())
    assert len(due) == 1


def test_followed_by_many_workers_at_once_it_is_one_job_and_one_message(db: Database) -> None:
    bruno_blocked(db, late())
    bruno_writes(db)
    payment = take(db, money())
    follow(db)
    finish(db)
    at_once([partial(follow_payment, payment.id, db=db, told=TOLD) for _ in range(4)], threads=4)
    assert (len(rows(db, NetworkJob)), len(out(db))) == (1, 1)


def long_ago(db: Database, payment: Payment) -> None:
    with db.transaction() as session:
        session.get_one(Payment, payment.id).known_at -= THANKED_WITHIN


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


def test_block_that_has_not_begun_is_given_up(db: Database) -> None:
    bruno_blocked(db, late())
    with db.transaction() as session:
        session.scalars(select(ContractRow)).one().status = "active"
        session.add(a_job("block_signal", "asked", reason="trust_unlock_expired"))
    take(db, money())
    follow(db)
    assert [(job.action, job.state) for job in rows(db, NetworkJob)] == [("block_signal", "cancelled")]


def test_block_that_runs_while_it_is_paid_is_released_behind_it(db: Database) -> None:
    bruno_blocked(db, late())
    with db.transaction() as session:
        session.scalars(select(ContractRow)).one().status = "active"
        session.add(a_job("block_signal", "running", reason="trust_unlock_expired"))
    take(db, money())
    assert follow(db) == [LOOK_AGAIN_SECONDS]
    finish(db)
    follow(db)
    assert [job.action for job in rows(db, NetworkJob)] == ["block_signal", "release_signal"]


def test_thanks_go_by_template_where_the_window_is_closed(db: Database) -> None:
    bruno_blocked(db, late())
    bruno_writes(db, hours_ago=30)
    a_template(db, "payment_received", variables=["name", "amount", "number"])
    take(db, money())
    follow(db)
    finish(db)
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
    finish(db)
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
