"""What people do on the money's pages: once however often they press, by one of two, and with all that follows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from billing.payment_follow import Told, follow_payment
from core.db import Database
from models.alert import Alert
from models.invoice import Invoice
from models.negotiation import Negotiation
from models.outbox import Outbox
from models.payment import Payment
from models.payment_proof import PaymentProof
from tests.e2e.money_scene import a_disputed_invoice, a_payment, a_proof, an_agreement, debtors
from tests.integration.console import FILES, Person, console_app
from tests.integration.desk import a_provider, audited, messages, the_cast
from tests.integration.doors import rows

MONEY = "/console/money"
AGAIN = {"token": "t"}


@pytest.fixture
def app(db: Database) -> Flask:
    """The console with everybody's accounts and three customers in debt."""
    a_provider(db)
    the_cast(db)
    debtors(db)
    return console_app(db, kept=FILES)


def invoice(db: Database, ref: str) -> Invoice:
    with db.reading() as session:
        return session.scalars(select(Invoice).where(Invoice.ref == ref)).one()


def work(db: Database) -> list[tuple[str, int]]:
    with db.reading() as session:
        return [(row.topic, row.ref_id) for row in session.scalars(select(Outbox).order_by(Outbox.id))]


def alerts(db: Database) -> set[str]:
    """The kinds of the open ones."""
    with db.reading() as session:
        return set(session.scalars(select(Alert.kind).where(Alert.ended_at.is_(None))))


def pressed_together(app: Flask, path: str, form: dict[str, str]) -> list[str]:
    """Joana and Karina press the same button at once: the page of whoever came too late, one a person."""
    people = [Person(app, "joana"), Person(app, "karina")]
    keys = [person.csrf for person in people]
    with ThreadPoolExecutor(2) as pool:
        press = [
            pool.submit(person.client.post, f"{MONEY}/{path}", data={"csrf": key, **form})
            for person, key in zip(people, keys, strict=True)
        ]
        answers = [one.result() for one in press]
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    return [answer.text for answer in answers if answer.status_code == 409]


def first_named(text: str, actor: str) -> bool:
    return {"joana": "Joana Reis", "karina": "Karina Alves"}[actor] in text.split('role="alert"')[1].split("</p>")[0]


def test_agreement_is_approved_once_and_its_instalments_become_invoices(app: Flask, db: Database) -> None:
    number = an_agreement(db)
    (late,) = pressed_together(app, f"agreements/{number}/approve", AGAIN)
    ((actor, subject),) = audited(db, "negotiation.approved")
    assert subject == f"negotiation:{number}"
    assert first_named(late, actor)
    again = Person(app, actor).post(f"{MONEY}/agreements/{number}/approve", AGAIN)
    assert again.status_code == 303
    assert len(audited(db, "negotiation.approved")) == 1
    assert invoice(db, "ana-1").hold == "negotiation"
    assert [invoice(db, f"ACORDO-{number}-{part}").amount_cents for part in (1, 2, 3)] == [7196, 7193, 7193]
    assert work(db).count(("tell_agreement", number)) == 1
    released = Person(app, actor).post(f"{MONEY}/invoices/{invoice(db, 'ana-1').id}/release", AGAIN)
    assert (released.status_code, "está em um acordo" in released.text) == (409, True)


def test_agreement_is_refused_with_a_reason_and_one_whose_debt_changed_is_cancelled(app: Flask, db: Database) -> None:
    number, changed = an_agreement(db), an_agreement(db, of="bruno")
    joana = Person(app, "joana")
    assert joana.post(f"{MONEY}/agreements/{number}/refuse", {**AGAIN, "reason": "  "}).status_code == 409
    assert joana.post(f"{MONEY}/agreements/{number}/refuse", {**AGAIN, "reason": "entrada menor"}).status_code == 303
    assert "Motivo: entrada menor" in joana.get(f"{MONEY}/agreements/{number}").text
    with db.transaction() as session:
        session.query(Invoice).filter_by(ref="bruno-1").one().status = "paid"
    told = joana.post(f"{MONEY}/agreements/{changed}/approve", AGAIN)
    assert (told.status_code, "A dívida mudou" in told.text) == (409, True)
    assert [row.state for row in rows(db, Negotiation)] == ["refused", "cancelled"]


def test_agreement_of_an_outside_erp_says_where_it_is_entered_and_makes_no_invoices(db: Database) -> None:
    a_provider(db)
    the_cast(db)
    debtors(db)
    number = an_agreement(db)
    joana = Person(console_app(db, own_erp=False), "joana")
    assert "lance o acordo lá antes de aprovar" in joana.get(f"{MONEY}/agreements/{number}").text
    assert joana.post(f"{MONEY}/agreements/{number}/approve", AGAIN).status_code == 303
    assert rows(db, Negotiation)[0].state == "active"
    assert len(rows(db, Invoice)) == 6


def test_invoice_is_found_held_once_and_collected_again(app: Flask, db: Database) -> None:
    one = invoice(db, "elisa-1")
    joana = Person(app, "joana")
    assert f"/invoices/{one.id}/hold" in joana.get(f"{MONEY}/disputes?q=F-ELISA-1").text
    assert "Nenhuma fatura em aberto" in joana.get(f"{MONEY}/disputes?q=F-NADA").text
    assert joana.post(f"{MONEY}/invoices/{one.id}/hold", {**AGAIN, "kind": "forgotten"}).status_code == 409
    (late,) = pressed_together(app, f"invoices/{one.id}/hold", {**AGAIN, "kind": "disputed"})
    ((actor, _),) = audited(db, "invoice.held")
    assert first_named(late, actor)
    assert invoice(db, "elisa-1").hold == "disputed"
    pressed = [joana.post(f"{MONEY}/invoices/{one.id}/release", AGAIN).status_code for _ in range(2)]
    assert pressed == [303, 303]
    assert audited(db, "invoice.released") == [("joana", "invoice:elisa-1")]
    told = Person(app, "karina").post(f"{MONEY}/invoices/{one.id}/release", AGAIN)
    assert (told.status_code, "Joana Reis liberou a cobrança" in told.text) == (409, True)


def test_legal_deadline_of_a_contested_invoice_follows_the_policy(app: Flask, db: Database) -> None:
    a_disputed_invoice(db, days_ago=31)
    assert "o prazo passou há 1 dia" in Person(app, "joana").get(f"{MONEY}/disputes").text


def test_proof_is_judged_by_one_and_never_becomes_a_payment(app: Flask, db: Database) -> None:
    number = a_proof(db, FILES)
    (late,) = pressed_together(app, f"proofs/{number}/decide", {**AGAIN, "verdict": "real", "reason": "vi no banco"})
    ((actor, _),) = audited(db, "proof.decided")
    assert first_named(late, actor)
    again = Person(app, actor).post(f"{MONEY}/proofs/{number}/decide", {**AGAIN, "verdict": "real"})
    assert again.status_code == 303
    (note,) = messages(db, 1, "note")
    assert (note.author, "vi no banco" in str(note.text)) == (f"agent:{actor}", True)
    (proof,) = rows(db, PaymentProof)
    assert (proof.state, proof.verdict) == ("waiting", "real")
    assert rows(db, Payment) == []
    assert (invoice(db, "elisa-1").status, invoice(db, "elisa-1").paid_cents) == ("open", 0)


def test_unclear_proof_may_be_looked_at_again_and_fraud_is_the_last_word(app: Flask, db: Database) -> None:
    number = a_proof(db, FILES, state="unreadable")
    joana, karina, where = Person(app, "joana"), Person(app, "karina"), f"{MONEY}/proofs/{number}/decide"
    assert joana.post(where, {**AGAIN, "verdict": "perhaps"}).status_code == 409
    assert joana.post(where, {**AGAIN, "verdict": "unclear"}).status_code == 303
    assert karina.post(where, {**AGAIN, "verdict": "fraud"}).status_code == 303
    told = joana.post(where, {**AGAIN, "verdict": "real"})
    assert (told.status_code, "Karina Alves já decidiu: fraude" in told.text) == (409, True)
    assert rows(db, PaymentProof)[0].state == "refused"


def test_stray_payment_pays_the_invoice_that_a_person_names_and_all_follows(app: Flask, db: Database) -> None:
    number, other = a_payment(db), a_payment(db, amount_cents=500)
    proof = a_proof(db, FILES)
    one = invoice(db, "elisa-1")
    (late,) = pressed_together(app, f"payments/{number}/assign", {**AGAIN, "invoice": str(one.id)})
    ((actor, _),) = audited(db, "payment.assign")
    assert first_named(late, actor)
    again = Person(app, actor).post(f"{MONEY}/payments/{number}/assign", {**AGAIN, "invoice": str(one.id)})
    assert again.status_code == 303
    payment = rows(db, Payment)[0]
    assert (payment.state, payment.contract_ref, payment.seen_by) == ("settled", "c-elisa", actor)
    assert invoice(db, "elisa-1").status == "paid"
    assert work(db).count(("payment_known", number)) == 1
    follow_payment(number, db=db, told=Told(lambda *_: None, lambda *_: None))
    assert [row.state for row in rows(db, PaymentProof) if row.id == proof] == ["confirmed"]
    wrong = Person(app, actor).post(f"{MONEY}/payments/{other}/assign", {**AGAIN, "invoice": str(one.id)})
    assert (wrong.status_code, "já está paga por outro pagamento" in wrong.text) == (409, True)
    nowhere = Person(app, actor).post(f"{MONEY}/payments/{other}/assign", {**AGAIN, "invoice": "²"})
    assert (nowhere.status_code, "Não há fatura" in nowhere.text) == (409, True)


def test_payment_that_needs_somebody_is_seen_to_once_and_its_alert_ends(app: Flask, db: Database) -> None:
    doubled, stray = a_payment(db, "doubled", invoice_ref="ana-1"), a_payment(db)
    fine = a_payment(db, "settled", invoice_ref="ana-2")
    with db.transaction() as session:
        for kind, subject in (("payment.doubled", "ana-1"), ("payment.unmatched", "asaas")):
            session.add(Alert(kind=kind, subject=subject, text="veja"))
    joana = Person(app, "joana")
    assert joana.post(f"{MONEY}/payments/{doubled}/seen", {**AGAIN, "note": ""}).status_code == 409
    (late,) = pressed_together(app, f"payments/{doubled}/seen", {**AGAIN, "note": "devolvido por Pix"})
    ((actor, _),) = audited(db, "payment.seen")
    assert first_named(late, actor)
    assert alerts(db) == {"payment.unmatched"}
    assert "devolvido por Pix" in joana.get(f"{MONEY}/payments/{doubled}").text
    assert joana.post(f"{MONEY}/payments/{stray}/seen", {**AGAIN, "note": "era de outro banco"}).status_code == 303
    assert alerts(db) == set()
    assert joana.post(f"{MONEY}/payments/{fine}/seen", {**AGAIN, "note": "x"}).status_code == 409
    then = joana.post(f"{MONEY}/payments/{stray}/assign", {**AGAIN, "invoice": str(invoice(db, "ana-1").id)})
    assert (then.status_code, "já tratou deste pagamento" in then.text) == (409, True)


def test_comparison_is_asked_for_once_however_many_press(app: Flask, db: Database) -> None:
    for login in ("joana", "karina", "joana"):
        assert Person(app, login).post(f"{MONEY}/comparisons/now", AGAIN).status_code == 303
    assert work(db) == [("reconcile", 1)]
    assert audited(db, "money.compared") == [("joana", "reconciliation")]
    assert "Pedida: começa quando" in Person(app, "joana").get(f"{MONEY}/comparisons").text


def test_stray_payment_finds_invoices_of_its_amount_first_and_by_number_on_request(app: Flask, db: Database) -> None:
    number = a_payment(db, amount_cents=5000)
    with db.transaction() as session:
        session.query(Invoice).filter_by(ref="bruno-2").one().amount_cents = 5000
    joana = Person(app, "joana")
    page = joana.get(f"{MONEY}/payments/{number}").text
    assert ("F-BRUNO-2" in page, "F-ANA-1" in page) == (True, False)
    assert "F-ANA-1" in joana.get(f"{MONEY}/payments/{number}?q=1000").text
    part = joana.post(f"{MONEY}/payments/{number}/assign", {**AGAIN, "invoice": str(invoice(db, "ana-1").id)})
    assert part.status_code == 303
    assert "pagou uma parte" in joana.get(f"{MONEY}/payments/{number}").text
    assert invoice(db, "ana-1").amount_cents == 6990
