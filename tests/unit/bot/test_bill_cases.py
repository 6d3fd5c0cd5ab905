"""Each case of a second copy, each refusal of an unlock, and a payment that comes in between."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from billing.records import Invoice
from billing.trust_unlock import Policy, Promise
from bot.bills import Agreement, SentCopy, listed_as
from bot.effects import AskNetwork, Say
from bot.money_effects import UnlockOnTrust
from bot.texts import Texts
from nlu.fake import FakeParser
from tests.unit.billing.build import a_contract, a_customer, an_invoice
from tests.unit.bot.build import (
    NOW,
    PIX,
    Chat,
    a_copy,
    a_job,
    a_turn,
    days_from_today,
    decided,
    handed_to,
    has,
    known_as,
    only,
    said,
)

NEXT = an_invoice(ref="i-2", number="F-1002-2", due_date=days_from_today(10))
LANGUAGES = pytest.mark.parametrize("texts", [Texts.load("pt_BR"), Texts.load("es")], ids=["pt_BR", "es"])


def asked(*invoices: Invoice, **facts: Any) -> tuple[Any, ...]:
    contract = facts.pop("contract", a_contract(status="active"))
    return decided(a_turn("boleto", facts=known_as(contracts=(contract,), invoices=invoices) | facts))


def test_reissued_bill_tells_its_new_day_and_what_the_delay_costs() -> None:
    fresh = an_invoice(
        due_date=days_from_today(2), original_due_date=days_from_today(-20), fine_cents=240, interest_cents=80
    )
    text = said(asked(an_invoice(), **{"copy:i-1": a_copy(fresh)}))
    for part in ("vence em 24/11/2026", "vencia em 02/11/2026", "R$ 2,40 de multa", "R$ 0,80 de juros"):
        assert part in text


def test_bill_that_was_paid_in_part_asks_for_the_rest() -> None:
    text = said(asked(an_invoice(amount_cents=6990, paid_cents=5000)))
    assert "R$ 69,90" in text
    assert "Já recebemos R$ 50,00" in text


def test_same_bill_within_minutes_is_the_same_document_and_says_so() -> None:
    invoice = an_invoice()
    sent = SentCopy(a_copy(invoice, filename="first.pdf"), listed_as(invoice), 1)
    effects = asked(invoice, **{"sent:i-1": sent, "copy:i-1": None})
    say = only(effects, Say)
    assert say.document is not None
    assert say.document.filename == "first.pdf"
    assert "mesma fatura" in say.text
    assert PIX in say.text.split("\n")


def test_same_bill_is_not_sent_a_third_time_within_minutes() -> None:
    invoice = an_invoice()
    say = only(asked(invoice, **{"sent:i-1": SentCopy(a_copy(invoice), listed_as(invoice), 2)}), Say)
    assert say.document is None
    assert say.bill is None
    assert [option.id for option in say.options] == ["intent:talk_to_human"]


def test_bill_is_fetched_anew_when_it_changed_since_it_was_sent() -> None:
    before = an_invoice(amount_cents=10000)
    effects = asked(an_invoice(), **{"sent:i-1": SentCopy(a_copy(before), listed_as(before), 2)})
    assert "119,90" in said(effects)
    assert "mesma fatura" not in said(effects)


def test_nothing_open_tells_when_the_next_bill_comes() -> None:
    paid = an_invoice(status="paid", due_date=days_from_today(-12), paid_at=NOW)
    assert "por volta de 10/12/2026" in said(asked(**{"paid:c-1002": (paid,)}))


def test_bill_that_is_being_settled_is_not_asked_for_again() -> None:
    effects = asked(an_invoice(hold="settling"))
    assert only(effects, Say).document is None
    assert "Não pague de novo" in said(effects)
    assert "25/11/2026" in said(effects)


def test_disputed_bill_goes_to_a_person_and_is_not_collected() -> None:
    effects = asked(an_invoice(hold="disputed"))
    assert handed_to(effects) == ("Financeiro", "disputed")
    assert "119,90" not in said(effects)


def test_negotiated_debt_tells_the_agreement_and_its_next_instalment() -> None:
    parts = ((days_from_today(-5), 5000), (days_from_today(25), 6000))
    text = said(asked(an_invoice(hold="negotiation"), **{"agreement:c-1002": Agreement(parts)}))
    for part in ("R$ 60,00", "17/12/2026", "(2 no total)", "Não pague as faturas antigas"):
        assert part in text


def test_instalment_of_an_agreement_is_sent_and_the_old_debt_is_not() -> None:
    effects = asked(an_invoice(hold="negotiation"), NEXT)
    assert "F-1002-2" in said(effects)
    assert "não pague as faturas antigas" in said(effects)
    assert "Também em aberto" not in said(effects)


def test_negotiation_of_the_erp_offers_a_person() -> None:
    say = only(asked(an_invoice(hold="negotiation")), Say)
    assert "em negociação" in say.text
    assert [option.id for option in say.options] == ["intent:talk_to_human"]


@pytest.mark.parametrize(("by", "words"), [("direct_debit", "débito automático"), ("card", "no seu cartão")])
def test_what_is_drawn_by_itself_has_no_bill_and_offers_a_person(by: Any, words: str) -> None:
    say = only(asked(NEXT, contract=a_contract(status="active", charge_by=by)), Say)
    assert words in say.text
    assert say.document is None
    assert [option.id for option in say.options] == ["intent:talk_to_human"]


def test_direct_debit_that_failed_is_sent_like_any_other_bill() -> None:
    assert only(asked(an_invoice(), contract=a_contract(status="active", charge_by="direct_debit")), Say).document


@pytest.mark.parametrize("gone", [("pdf",), ("line",), ("pix",), ("pdf", "line"), ("pdf", "pix")])
def test_what_the_erp_has_is_sent_when_it_has_not_everything(gone: tuple[str, ...]) -> None:
    copy = a_copy(an_invoice(), **dict.fromkeys(gone))
    say = only(asked(an_invoice(), **{"copy:i-1": copy}), Say)
    assert (say.document is None) == ("pdf" in gone)
    assert (PIX in say.text) == ("pix" not in gone)


def test_person_sends_the_bill_when_the_erp_gives_nothing() -> None:
    assert handed_to(asked(an_invoice(), **{"copy:i-1": None})) == ("Financeiro", "no_copy")


def test_claim_of_a_payment_is_not_answered_with_a_bill() -> None:
    facts = known_as(contracts=(a_contract(status="active"),), invoices=(an_invoice(),))
    effects = decided(a_turn("já paguei o boleto", facts=facts, nlu=FakeParser({"já paguei o boleto": COPY})))
    assert only(effects, Say).document is None
    assert "comprovante" in said(effects)
    assert "10 minutos" in said(effects)


COPY = "invoice_second_copy"


def test_payment_that_is_known_is_confirmed_with_its_day() -> None:
    paid = an_invoice(status="paid", paid_at=NOW - timedelta(days=1))
    facts = known_as(contracts=(a_contract(status="active"),), invoices=()) | {"paid:c-1002": (paid,)}
    text = said(decided(a_turn("já paguei", facts=facts, nlu=FakeParser({"já paguei": "invoice_question"}))))
    assert "confirmado desde 21/11/2026" in text


def test_payment_of_an_older_bill_is_not_taken_for_the_one_that_is_spoken_of() -> None:
    paid = an_invoice(ref="i-0", status="paid", paid_at=NOW - timedelta(days=25))
    facts = known_as(contracts=(a_contract(status="active"),), invoices=(NEXT,)) | {"paid:c-1002": (paid,)}
    text = said(decided(a_turn("já paguei", facts=facts, nlu=FakeParser({"já paguei": "invoice_question"}))))
    assert "ainda não apareceu" in text


BROKEN = Promise(NOW - timedelta(days=100), NOW - timedelta(days=97), kept=False)
KEPT = Promise(NOW - timedelta(days=50), NOW - timedelta(days=47), kept=True)
REFUSALS: list[tuple[str, Policy, dict[str, Any]]] = [
    ("plan", Policy(plans=("Fibra 300 Mega",)), {}),
    ("kind", Policy(kinds=("business",)), {}),
    ("broken_often", Policy(max_broken=1), {"promises:c-1002": (BROKEN, KEPT)}),
    ("too_many_open", Policy(max_open_invoices=1), {}),
    ("weekday", Policy(weekdays=(1, 2, 3, 4, 5)), {}),
]


@LANGUAGES
@pytest.mark.parametrize(("rule", "policy", "facts"), REFUSALS, ids=[one[0] for one in REFUSALS])
def test_refusal_names_its_rule_the_way_to_pay_and_a_person(
    texts: Texts, rule: str, policy: Policy, facts: dict[str, Any]
) -> None:
    invoices = (an_invoice(), an_invoice(ref="i-0", number="F-0", due_date=days_from_today(-30)))
    wish = "libera meu sinal"
    nlu = FakeParser({wish: "signal_release"})
    turn = a_turn(wish, facts=known_as(invoices=invoices) | facts, policy=policy, texts=texts, nlu=nlu)
    effects = decided(turn)
    start = texts(f"release.denied.{rule}", name="Bruno", amount="@", available="@", settles="@", days=0).split("@")[0]
    assert start in said(effects)
    assert "R$ 239,80" in said(effects)
    assert [one.id for one in only(effects, Say).options] == ["intent:invoice_second_copy", "intent:talk_to_human"]
    assert not re.search("[\u00a0\u202f]", said(effects)), "no hard spaces"


def test_refusal_of_a_weekday_names_the_next_day_that_is_one() -> None:
    effects = decided(a_turn("libera meu sinal", policy=Policy(weekdays=(2, 4))))
    assert "a partir de 24/11/2026" in said(effects)


@pytest.mark.parametrize("why", ["request", "other"])
def test_block_that_is_no_debt_goes_to_a_person_and_is_not_unlocked(why: Any) -> None:
    facts = known_as(contracts=(a_contract(blocked_for=why),))
    effects = decided(a_turn("libera meu sinal", facts=facts))
    assert handed_to(effects) == ("Financeiro", "blocked_otherwise")


def test_disputed_debt_of_a_blocked_contract_goes_to_a_person() -> None:
    effects = decided(a_turn("libera meu sinal", facts=known_as(invoices=(an_invoice(hold="disputed"),))))
    assert handed_to(effects) == ("Financeiro", "disputed")


@pytest.mark.parametrize("refusal", ["already_used", "not_eligible", "something_new"])
def test_refusal_of_the_erp_is_told_with_the_way_to_pay_and_a_person(refusal: str) -> None:
    job = a_job(action="release_signal", state="refused", outcome=f"erp_{refusal}")
    effects = decided(a_turn(jobs=[job]))
    assert "o sistema não" in said(effects)
    assert "R$ 119,90" in said(effects)
    assert [one.id for one in only(effects, Say).options] == ["intent:invoice_second_copy", "intent:talk_to_human"]


def test_release_tells_the_end_that_the_erp_gave() -> None:
    chat = Chat(known_as())
    chat.say("libera meu sinal")
    chat.say("sim")
    chat.facts["promises:c-1002"] = (Promise(NOW, NOW + timedelta(hours=24)),)
    effects = chat.say(jobs=[a_job(action="release_signal", state="verified")])
    assert "amanhã às 12h" in said(effects)


@pytest.mark.parametrize("status", ["blocked", "active"])
def test_payment_that_came_before_the_yes_makes_no_unlock(status: Any) -> None:
    chat = Chat(known_as())
    chat.say("libera meu sinal")
    chat.facts |= known_as(contracts=(a_contract(status=status),), invoices=())
    effects = chat.say("sim")
    assert not has(effects, UnlockOnTrust)
    assert "seu pagamento já entrou" in said(effects)
    assert (only(effects, AskNetwork).action, only(effects, AskNetwork).reason) == ("release_signal", "payment")


def test_business_customer_is_judged_as_one() -> None:
    firm = replace(a_customer(), kind="business")
    effects = decided(a_turn("libera meu sinal", facts=known_as(firm), policy=Policy(kinds=("residential",))))
    assert "tipo de contrato" in said(effects)
