"""What was typed into the search, and pieces of texts around what was found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.search.snippet import snippet
from handoff.search.wanted import read_wanted
from models.conversation import protocol_of

PROTOCOL = protocol_of("20261122", 17)


@pytest.mark.parametrize("typed", [PROTOCOL, f" {PROTOCOL[:8]} {PROTOCOL[8:]} ", f"nº {PROTOCOL}"])
def test_wanted_reads_a_protocol_however_it_is_typed(typed: str) -> None:
    assert read_wanted(typed).protocol == PROTOCOL


def test_wanted_tells_a_mistyped_protocol() -> None:
    wrong = PROTOCOL[:-1] + str((int(PROTOCOL[-1]) + 1) % 10)
    assert (read_wanted(wrong).protocol, read_wanted(wrong).mistyped) == ("", True)


@pytest.mark.parametrize("typed", ["111.444.777-35", "11144477735", "12.ABC.345/01DE-35"])
def test_wanted_reads_documents_masked_or_not(typed: str) -> None:
    wanted = read_wanted(typed)
    assert wanted.document is not None
    assert wanted.kind == "document"


@pytest.mark.parametrize(
    "typed", ["(12) 98111-0001", "12981110001", "+55 12 98111 0001", "5512981110001", "1281110001"]
)
def test_wanted_reads_a_phone_in_any_form(typed: str) -> None:
    assert read_wanted(typed).phones[0] == "+5512981110001"


def test_wanted_reads_last_digits_serials_and_words() -> None:
    assert read_wanted("0001").tail == "0001"
    assert read_wanted("48575443-1234ABCD").serial == "HWTC1234ABCD"
    assert read_wanted("Não  CAIU a conexão").words == ("nao", "caiu", "a", "conexao")
    assert read_wanted("caiu net").query == "caiu & net:*"


@given(st.text())
def test_wanted_takes_whatever_is_typed_and_asks_only_for_words(typed: str) -> None:
    wanted = read_wanted(typed)
    assert all(word and not set(word) & set("&|!():*'\\ ") for word in wanted.words)


def test_snippet_marks_what_was_looked_for_whatever_its_accents() -> None:
    pieces = snippet("a minha conexão caiu de novo " + "x " * 100, ("conexao", "cai"))
    assert [piece.text for piece in pieces if piece.hit] == ["conexão", "caiu"]
    assert pieces[-1].text == "…"


@given(st.text(), st.lists(st.text(min_size=1, max_size=3), max_size=3))
def test_snippet_shows_only_what_is_in_the_text(text: str, words: list[str]) -> None:
    shown = "".join(piece.text for piece in snippet(text, words)).strip("…")
    assert shown in " ".join(text.split()) or shown.strip() in " ".join(text.split())
