"""Chat Portuguese becomes regular words, and tokens keep their place in the text."""

from __future__ import annotations

import pytest

from nlu.components.normalise import normalise, pieces
from nlu.languages import UnknownLanguage


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("NÃO", "nao"),
        ("vc n mandou pq?", "voce nao mandou porque ?"),
        ("boaaa noiteee", "boa noite"),
        ("2ª via", "segundavia"),
        ("segunda  via", "segundavia"),
        ("wi-fi", "wifi"),
        ("internt", "internet"),
        ("kkkkk", "risada"),
        ("sem net 😡😡😡", "sem internet emojiraiva"),
        ("👍🏽", "emojijoia"),
        ("paguei R$ 99,90", "paguei moneytok"),
        ("cpf 529.982.247-25", "cpf cpftok"),
        ("12:30", "hourtok"),
        ("flw, vlw", "falou valeu"),
        ("", ""),
        ("\x00\u200b", ""),
    ],
)
def test_normalise_gives_the_word_that_was_meant(text: str, words: str) -> None:
    assert normalise(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("X favor mandame la fatura", "por favor mandame la factura"),
        ("ya pagué, ¿por q sigo cortado?", "ya pague por que sigo cortado ?"),
        ("buen día", "buenos dias"),
        ("debo 150 pesos o $ 99,90", "debo moneytok pesos o moneytok"),
        ("mi cpf es 529.982.247-25", "mi cpf es cpftok"),
        ("jajajaja", "risada"),
        ("no ha pagado", "no ha pagado"),
        ("vc n mandou", "vc n mandou"),
    ],
)
def test_normalise_knows_the_words_of_the_language_only(text: str, words: str) -> None:
    assert normalise(text, "es") == words


def test_normalise_says_which_languages_there_are_when_there_is_none_of_that_name() -> None:
    with pytest.raises(UnknownLanguage, match=r"nlu/languages/fr\.py.*es, pt_BR"):
        normalise("bonjour", "fr")


def test_pieces_keep_their_place_when_words_are_rewritten() -> None:
    text = "Vc  não  vê o 2ª boletuuu?"
    found = pieces(text)
    assert [text[piece.start : piece.end] for piece in found] == [piece.text for piece in found]
    assert [piece.words for piece in found][:2] == ["voce", "nao"]


@pytest.mark.parametrize("text", ["a" * 5000, "😀" * 4096, "9" * 5000, "1." * 2000, "@" * 4096, "{" * 4000])
def test_normalise_ends_when_the_text_is_long_and_odd(text: str) -> None:
    assert isinstance(normalise(text), str)


@pytest.mark.parametrize("unit", ["a", "a.", "@", "1.", "00.", "não é ", "é, ", "\t", "e ", "kk", "ha"])
def test_normal_form_of_a_long_repetition_comes_at_once(unit: str) -> None:
    # As long as WhatsApp lets a message be; what takes exponential time would run into the time limit.
    assert isinstance(normalise(unit * (4096 // len(unit))), str)
