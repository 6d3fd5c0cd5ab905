"""Texts are cut between graphemes, stay within the limit, and what is parted loses only white space."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from webhooks.channels.cutting import cut, cut_apart, split_off

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇧🇷"
# Letters with marks, emoji of several code points, flags, line ends: what is torn when cut by characters.
PIECES = st.sampled_from(["a", " ", "\n", "\r\n", "ã", "a\u0303", FAMILY, FLAG, "👩🏽‍🔧", "❤️", "é", "\u200d", "한"])
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=80).map("".join))


def graphemes(text: str) -> list[str]:
    return list(regex.findall(r"\X", text))


@given(TEXTS, st.integers(1, 100))
def test_cut_text_is_a_beginning_of_whole_graphemes_within_the_limit(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    if short != text:
        assert len(text) > limit
        kept = short.removesuffix("…")
        assert text.startswith(kept)
        assert graphemes(kept) == graphemes(text)[: len(graphemes(kept))]


@given(st.lists(TEXTS.filter(str.strip), max_size=10), st.sampled_from([20, 24]))
def test_titles_never_look_alike_after_cutting(titles: list[str], limit: int) -> None:
    short = cut_apart(titles, limit)
    assert len(short) == len(titles)
    assert len(set(short)) == len(short)
    assert all(1 <= len(title) <= limit for title in short)


@given(TEXTS, st.integers(0, 100))
def test_parted_text_loses_only_white_space(text: str, limit: int) -> None:
    head, rest = split_off(text, limit)
    assert len(head) <= limit
    assert "".join((head + rest).split()) == "".join(text.split())
    if len(text) <= limit:
        assert (head, rest) == (text, "")


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("Rua das Flores, 12", 20, "Rua das Flores, 12"),
        ("Avenida das Palmeiras, 1200", 20, "Avenida das Palmeir…"),
        ("Conserto " + FAMILY * 3, 20, "Conserto " + FAMILY + "…"),
        (FAMILY, 5, "…"),
    ],
)
def test_long_title_ends_in_an_ellipsis(text: str, limit: int, short: str) -> None:
    assert cut(text, limit) == short


def test_addresses_that_begin_alike_are_numbered() -> None:
    street = "Avenida das Palmeiras Imperiais"
    assert cut_apart([f"{street}, 1", f"{street}, 2"], 20) == ["Avenida das Palmeir…", "Avenida das Pal… (2)"]


def test_text_is_parted_between_paragraphs_so_that_a_code_stays_whole() -> None:
    code = "0002012636" * 30
    text = f"Sua fatura.\n\n*Pix copia e cola:*\n{code}"
    assert split_off(text, 100) == ("Sua fatura.", f"*Pix copia e cola:*\n{code}")
    assert split_off(text, 0) == ("", text)
