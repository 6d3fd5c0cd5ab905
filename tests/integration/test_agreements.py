"""Agreements as rows: put into force once, followed, kept or broken without losing a cent; finance decides once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import select, update

from billing.agreements import accept, activate, follow_agreements, instalment_refs
from billing.negotiation import Instalment, Offer
from bot.agreement_news import tell_agreement
from bot.texts import Texts
from core.db import Database
from handoff.access import Attendant
from handoff.debt_desk import DebtDesk
from handoff.negotiations import approve, refuse
from handoff.outcome import Denied, Done
from handoff.suspending import restore
from models import utc_now
from models.audit import Audit
from models.contract import Contract
from models.conversation import Conversation, open_conversation
from models.invoice import Invoice
from models.message import Message
from models.negotiation import Negotiation
from models.provider import Provider
from tests.integration.debtors import Clock, a_debtor, at, desk_at, invoice, jobs, set_up

DUE = date(2026, 8, 12)
PARTS = (Instalment(date(2026, 9, 4), 3334), Instalment(date(2026, 10, 4), 3333), Instalment(date(2026, 11, 4), 3333))
OFFER = Offer("tabela", 11_000, 1_000, PARTS, False, ("i-1",))
JOANA = Attendant(1, "joana", "Joana Reis", "agent", frozenset({"Financeiro"}))
KARINA = Attendant(2, "karina", "Karina Alves", "supervisor", frozenset())


def accepted(db: Database, *, active: bool = True) -> tuple[DebtDesk, Clock]:
    """A debt of R$ 110,00 agreed on for three instalments, written down in the customer's conversation."""
    set_up(db)
    a_debtor(db, 1, DUE, cents=11_000)
    with db.transaction() as session:
        number = open_conversation(session, 1, "whatsapp", "2026")
        session.execute(update(Conversation).values(last_inbound_at=utc_now()))
        agree = partial(accept, session, contract_ref="c-1", conversation_id=number, offer=OFFER)
        row = agree(shown_text="termos", accepted_text="sim")
        assert row is not None
        assert agree(shown_text="termos", accepted_text="sim, de novo") is None
        if active:
            assert activate(session, row, enters=True)
    return desk_at(db, at("2026-09-01T10:00"))


def tell(desk: DebtDesk) -> None:
    tell_agreement(1, db=desk.db, erp=desk.erp, texts=Texts.load())


def agreement(db: Database) -> Negotiation:
    with db.transaction() as session:
        return session.get_one(Negotiation, 1)


def said(db: Database) -> list[str]:
    with db.transaction() as session:
        return list(session.scalars(select(Message.text).where(Message.direction == "out").order_by(Message.id)))


def test_agreement_in_force_makes_invoices_holds_the_debt_and_sends_the_first_instalment(db: Database) -> None:
    desk, _ = accepted(db)
    for _ in range(2):
        tell(desk)
    open_ones = [one for one in desk.erp.open_invoices("c-1") if not one.hold]
    assert [(one.due_date, one.amount_cents) for one in open_ones] == [(part.due, part.amount_cents) for part in PARTS]
    assert invoice(db, "i-1").hold == "negotiation"
    [words] = said(db)
    assert "R$ 33,34" in words
    assert str(desk.erp.second_copy(open_ones[0].ref).pix) in words


def test_agreement_is_kept_when_all_is_paid_and_the_old_debt_is_gone(db: Database) -> None:
    desk, clock = accepted(db)
    for ref in instalment_refs(agreement(db)):
        follow_agreements(0, db=db, now=clock)
        invoice(db, ref, status="paid")
    for _ in range(2):
        follow_agreements(0, db=db, now=clock)
    assert (agreement(db).state, invoice(db, "i-1").status) == ("kept", "cancelled")
    assert desk.erp.open_invoices("c-1") == ()


def test_agreement_is_broken_when_an_instalment_is_too_late_and_what_came_in_is_counted(db: Database) -> None:
    desk, clock = accepted(db)
    first, second, third = instalment_refs(agreement(db))
    invoice(db, first, status="paid")
    invoice(db, second, paid_cents=100, amount_cents=3233)
    clock.now = at("2026-10-09T10:00")
    follow_agreements(0, db=db, now=clock)
    assert agreement(db).state == "active"
    clock.pass_by(days=1)
    for _ in range(2):
        follow_agreements(0, db=db, now=clock)
        tell(desk)
    debt = invoice(db, "i-1")
    assert (agreement(db).state, debt.hold, debt.amount_cents, debt.paid_cents) == ("broken", "", 7_566, 3_434)
    assert [invoice(db, ref).status for ref in (second, third)] == ["cancelled", "cancelled"]
    [words] = said(db)
    assert "R$ 75,66" in words
    with db.transaction() as session:
        assert session.scalars(select(Conversation.queue)).all() == ["Cobrança"]


def test_debt_that_changed_since_is_not_agreed_on(db: Database) -> None:
    desk, _ = accepted(db, active=False)
    invoice(db, "i-1", status="paid")
    with db.transaction() as session:
        assert isinstance(approve(session, 1, JOANA, enters=True), Denied)
    tell(desk)
    assert agreement(db).state == "cancelled"
    assert "mudou" in said(db)[0]


def test_finance_approves_once_however_often_and_by_whomever_it_is_pressed(db: Database) -> None:
    accepted(db, active=False)
    with db.transaction() as session:
        assert approve(session, 1, JOANA, enters=True) == Done(1)
    with db.transaction() as session:
        assert approve(session, 1, JOANA, enters=True) == Done(1)
        assert isinstance(refuse(session, 1, KARINA, "não"), Denied)
    with db.transaction() as session:
        assert session.scalars(select(Audit.action).where(Audit.subject == "negotiation:1")).all() == [
            "negotiation.approved"
        ]
        assert len(session.scalars(select(Invoice)).all()) == 4


def test_two_people_at_once_are_one_decision(db: Database) -> None:
    accepted(db, active=False)
    barrier = Barrier(2)

    def decide(agent: Attendant) -> Done | Denied:
        barrier.wait()
        with db.transaction() as session:
            return approve(session, 1, agent, enters=True)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(decide, (JOANA, KARINA)))
    assert sorted(type(one).__name__ for one in results) == ["Denied", "Done"]


def test_refusal_is_told_with_its_reason_and_the_debt_stays(db: Database) -> None:
    desk, _ = accepted(db, active=False)
    with db.transaction() as session:
        assert isinstance(refuse(session, 1, JOANA, "  "), Denied)
        assert refuse(session, 1, JOANA, "já houve um acordo quebrado") == Done(1)
    tell(desk)
    assert "já houve um acordo quebrado." in said(db)[0]
    assert (invoice(db, "i-1").hold, invoice(db, "i-1").status) == ("", "open")


@pytest.mark.parametrize("release", ["first_instalment", "acceptance"])
def test_signal_comes_back_with_the_first_instalment_or_on_acceptance_as_the_policy_says(
    db: Database, release: str
) -> None:
    desk, clock = accepted(db, active=False)
    with db.transaction() as session:
        session.execute(update(Provider).values(policies={"negotiation": {"release": release}}))
        session.execute(update(Contract).values(status="blocked"))
        assert approve(session, 1, JOANA, enters=True) == Done(1)
    clock.pass_by(days=1)
    restore(1, desk=desk)
    assert len(jobs(db, "release_signal")) == (release == "acceptance")
    invoice(db, instalment_refs(agreement(db))[0], status="paid")
    restore(1, desk=desk)
    assert len(jobs(db, "release_signal")) == 1


def test_news_outside_of_the_window_goes_by_template(db: Database) -> None:
    desk, _ = accepted(db)
    with db.transaction() as session:
        session.execute(update(Conversation).values(last_inbound_at=utc_now() - timedelta(days=2)))
    tell(desk)
    with db.transaction() as session:
        assert session.scalars(select(Message.kind)).all() == ["template"]
