"""Chat Portuguese becomes regular words, and tokens keep their place in the text."""

from __future__ import annotations

import pytest

from nlu.components.normalise import normalise, pieces


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


def test_pieces_keep_their_place_when_words_are_rewritten() -> None:
    text = "Vc  não  vê o 2ª boletuuu?"
    found = pieces(text)
    assert [text[piece.start : piece.end] for piece in found] == [piece.text for piece in found]
    assert [piece.words for piece in found][:2] == ["voce", "nao"]


@pytest.mark.parametrize("text", ["a" * 5000, "😀" * 4096, "9" * 5000, "1." * 2000, "@" * 4096, "{" * 4000])
def test_normalise_ends_when_the_text_is_long_and_odd(text: str) -> None:
    assert isinstance(normalise(text), str)
