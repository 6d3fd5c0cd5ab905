"""Negotiation in the chat: exact offers from the table, terms shown whole, nothing agreed without a clear yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from billing.negotiation import Negotiating, NegotiationPolicy, Terms
from bot.effects import Say
from bot.money_effects import AcceptOffer
from tests.unit.billing.build import a_contract, an_invoice
from tests.unit.bot.build import Chat, Reader, handed_to, has, known_as, only, said

TABLE = Terms("tabela", max_instalments=4, min_instalment_cents=2000, discount_percent=10, discount_on="all")
READER = Reader(
    {
        "quero negociar": "payment_negotiation",
        "em 3x": "payment_negotiation",
        "dá pra parcelar em 3 vezes?": "payment_negotiation",
        "em 10x": "payment_negotiation",
    }
)


def chat(*, enters: bool = True, running: bool = False, terms: Terms | None = TABLE, **more: Any) -> Chat:
    policy = NegotiationPolicy((terms,) if terms else ())
    facts = {"negotiating": Negotiating(policy, enters), "agreement:c-1002": running}
    return Chat(known_as(**more) | facts, nlu=READER)


def options(effects: Any) -> list[tuple[str, str]]:
    return [(option.id, option.title) for option in only(effects, Say).options]


def test_offers_name_debt_amounts_and_days_to_the_cent() -> None:
    effects = chat().say("quero negociar")
    assert options(effects) == [
        ("deal:1", "1x de R$ 107,91"),
        ("deal:3", "3x de R$ 39,96"),
        ("deal:4", "4x de R$ 29,97"),
    ]
    for words in ("R$ 119,90", "R$ 107,91 em 25/11/2026", "desconto de R$ 11,99", "R$ 39,98 em 25/11/2026"):
        assert words in said(effects)


@pytest.mark.parametrize("how", [{"tap": "deal:3"}, {"words": "em 3x"}, {"words": "o segundo"}])
def test_chosen_offer_is_shown_whole_and_agreed_on_after_a_yes(how: dict[str, str]) -> None:
    talk = chat()
    talk.say("quero negociar")
    effects = talk.say(how["words"]) if "words" in how else talk.say("3x", tap=how["tap"])
    assert not has(effects, AcceptOffer)
    for words in ("R$ 39,98, vence em 25/11/2026", "R$ 39,96, vence em 25/12/2026", "25/01/2027", "R$ 119,90"):
        assert words in said(effects)
    shown = said(effects)
    accepted = only(talk.say("sim"), AcceptOffer)
    assert (accepted.offer.count, accepted.shown_text, accepted.accepted_text) == (3, shown, "sim")
    assert accepted.at_once


def test_number_that_comes_with_the_wish_is_gone_into_at_once() -> None:
    assert "3ª parcela" in said(chat().say("dá pra parcelar em 3 vezes?"))


def test_terms_that_the_table_has_not_are_a_persons() -> None:
    talk = chat()
    talk.say("quero negociar")
    assert handed_to(talk.say("em 10x")) == ("Cobrança", "negotiation_other")


@pytest.mark.parametrize("words", ["sim?", "acho que sim, vou ver", "quem sabe"])
def test_anything_but_a_clear_yes_agrees_to_nothing(words: str) -> None:
    talk = chat()
    talk.say("quero negociar")
    talk.say("em 3x")
    assert not has(talk.say(words), AcceptOffer)


def test_no_leaves_everything_as_it_was() -> None:
    talk = chat()
    talk.say("quero negociar")
    talk.say("em 3x")
    assert not has(talk.say("não"), AcceptOffer)
    assert talk.dialogue.expect == ""


def test_yes_to_terms_that_are_no_longer_true_is_asked_again() -> None:
    talk = chat()
    talk.say("quero negociar")
    talk.say("em 3x")
    talk.facts["invoices:c-1002"] = (an_invoice(amount_cents=20_000),)
    effects = talk.say("sim")
    assert not has(effects, AcceptOffer)
    assert "R$ 200,00" in said(effects)


@pytest.mark.parametrize(("enters", "terms"), [(False, TABLE), (True, replace(TABLE, approval_above_cents=10_000))])
def test_what_people_must_see_first_is_accepted_and_waits_in_their_queue(enters: bool, terms: Terms) -> None:
    talk = chat(enters=enters, terms=terms)
    talk.say("quero negociar")
    assert "aprovação do financeiro" in said(talk.say("em 3x"))
    effects = talk.say("sim")
    assert not only(effects, AcceptOffer).at_once
    assert handed_to(effects) == ("Cobrança", "negotiation_approval")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"running": True}, "negotiation_running"),
        ({"terms": None}, "payment_negotiation"),
        ({"terms": replace(TABLE, min_debt_cents=50_000)}, "payment_negotiation"),
        ({"invoices": (an_invoice(hold="disputed"),)}, "payment_negotiation"),
    ],
)
def test_person_negotiates_where_the_table_has_nothing(more: dict[str, Any], reason: str) -> None:
    assert handed_to(chat(**more).say("quero negociar")) == ("Cobrança", reason)


def test_nothing_overdue_is_said_plainly() -> None:
    talk = chat(contracts=(a_contract(status="active"),), invoices=(an_invoice(due_date=date(2026, 12, 1)),))
    assert "não tem fatura em atraso" in said(talk.say("quero negociar"))
