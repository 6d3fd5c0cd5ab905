"""A house's own words in place of a shipped sentence: what fits, what doesn't and why, and how it reads."""

from __future__ import annotations

import pytest

from bot.texts import for_customers, languages
from core.sentence import Sentence, filled, misfit

DUE = Sentence("invoice.due", "{name}, aqui está a sua fatura {number}: *{amount}*.")
BUTTON = Sentence("button.yes", "Sim", longest=20)


@pytest.mark.parametrize("own", [
    "{name}, sua fatura {number} deu *{amount}*.",
    "Fatura {number}: {amount}.",
    "Olha só, {name}: a fatura {number} é de {amount}.\n\nQualquer coisa, chama 👨‍👩‍👧!",
    "Como combinado ... fatura {number}, {amount}",
])  # fmt: skip
def test_own_words_fit_when_every_fact_is_still_told(own: str) -> None:
    assert misfit(own, DUE) == ""


@pytest.mark.parametrize(("own", "why"), [
    ("", "vazio"),
    (" \n ", "vazio"),
    ("Fatura {number}", "{amount}"),
    ("Fatura {number}, {amount}, {cpf}", "{cpf}"),
    ("Fatura {number}, {amount} {", "Chaves"),
    ("Fatura {number}, {amount} {{x}}", "Chaves"),
    ("Fatura {number!r}, {amount}", "Chaves"),
    ("Fatura {number:>99999}, {amount}", "Chaves"),
    ("Fatura {number.__class__}, {amount}", "Chaves"),
    ("Fatura {number}, {amount}\t", "U+0009"),
    ("Fatura {number}, {amount}\x00", "U+0000"),
    ("Fatura {number}, {amount}\u202e", "U+202E"),
    ("Fatura {number}, {amount}\u200e", "U+200E"),
    ("Fatura {number}, {amount}\u2060", "U+2060"),
    ("Fatura {number}, {amount}\U000e0041", "U+E0041"),
    ("Fatura {number}, {amount}\ue000", "U+E000"),
    ("\u200d\n\u200d", "vazio"),
    ("{number} {amount}" * 1000, "4096"),
    ("Oi {name}! Fatura {number}: {amount}", "vírgula"),
    ("Fatura {number} de {name}: {amount}", "vírgula"),
    ("x" * 4100 + "{number} {amount}", "4096"),
])  # fmt: skip
def test_own_words_do_not_fit_and_it_is_told_why(own: str, why: str) -> None:
    assert why in misfit(own, DUE)


@pytest.mark.parametrize(("own", "why"), [("x" * 21, "20"), ("Sim,\nquero", "uma linha"), ("Sim {name}", "{name}")])
def test_title_of_a_button_is_one_short_line(own: str, why: str) -> None:
    assert misfit("Sim, quero", BUTTON) == ""
    assert why in misfit(own, BUTTON)


@pytest.mark.parametrize("language", languages())
def test_every_shipped_sentence_may_stand_in_its_own_place(language: str) -> None:
    for sentence in for_customers(language).values():
        assert misfit(sentence.text, sentence) == "", sentence.name


def test_languages_are_given_the_same_by_the_code() -> None:
    one, *others = (for_customers(language) for language in languages())
    for other in others:
        assert {name: s.variables for name, s in one.items()} == {name: s.variables for name, s in other.items()}


def test_sentence_without_a_name_begins_with_a_capital() -> None:
    assert filled("{name}, boa notícia!", {"name": ""}) == "Boa notícia!"
    assert filled("{name}, boa notícia!", {"name": "Ana"}) == "Ana, boa notícia!"
