"""Several messages that wait together: read as one text, and each by itself where the whole is not sure."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.fragments import read_together
from bot.wishes import read
from nlu.understanding import Understanding
from tests.unit.bot.build import Reader


def understood(table: Mapping[str, str], *texts: str, down: bool = False) -> Understanding:
    parser = Reader(table)
    parser.down = down
    return read_together(texts, parser)


WHOLE = "sem net\nboleto"


@pytest.mark.parametrize(
    ("table", "sure", "unsure"),
    [
        ({WHOLE: "outage_no_connection signal_release"}, ("outage_no_connection", "signal_release"), ()),
        (
            {WHOLE: "?outage_no_connection", "sem net": "outage_no_connection"},
            ("outage_no_connection", "invoice_second_copy"),
            (),
        ),
        (
            {WHOLE: "-relocation", "sem net": "?outage_no_connection"},
            ("invoice_second_copy",),
            ("outage_no_connection",),
        ),
        ({WHOLE: "?relocation", "sem net": "-complaint", "boleto": "-complaint"}, (), ("relocation",)),
    ],
)
def test_whole_text_counts_when_it_is_sure_and_else_every_fragment(
    table: dict[str, str], sure: tuple[str, ...], unsure: tuple[str, ...]
) -> None:
    found = read(understood(table, "sem net", "boleto"))
    assert (found.sure, found.unsure) == (sure, unsure)


def test_fragment_that_asks_for_something_goes_before_one_that_only_greets() -> None:
    assert read(understood({}, "oi", "boleto", "obrigado")).sure == ("invoice_second_copy",)


def test_places_are_those_in_all_the_fragments_as_one_text() -> None:
    found = understood({}, "oi", "boleto")
    assert [(one.intent, one.start, one.end) for one in found.requests if one.start] == [("invoice_second_copy", 3, 9)]


def test_model_that_is_away_is_asked_once() -> None:
    assert understood({}, "sem net", "boleto", down=True).source == "unavailable"
