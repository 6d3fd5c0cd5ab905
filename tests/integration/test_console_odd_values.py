"""What nobody types, in addresses and forms of the console: zero bytes and numbers without end are no error of ours."""

from __future__ import annotations

import pytest

from core.db import Database
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_provider, conversation, the_cast

ENDLESS, ZERO = "9" * 5000, "a\x00b"


@pytest.fixture
def helena(db: Database) -> Person:
    """Who has conversation 1."""
    a_provider(db)
    assert a_conversation(db, handler="agent", owner=the_cast(db)["helena"]) == 1
    return Person(console_app(db), "helena")


@pytest.mark.parametrize("field", ["fila", "etiqueta", "pessoa", "tab", "ver", "tudo", "artigo"])
@pytest.mark.parametrize("odd", [ENDLESS, ZERO, "٣", "²"])
def test_address_with_odd_values_shows_the_page_all_the_same(helena: Person, field: str, odd: str) -> None:
    for path in ("/console/", "/console/c/1"):
        assert helena.get(path, query_string={field: odd}).status_code == 200


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("search", {"q": "oi", "before": ENDLESS}),
        ("c/1/reply", {"text": "oi", "token": "t", "canned": ENDLESS, "quoted": ENDLESS}),
        ("c/1/reply", {"text": "oi", "token": ZERO}),
        ("c/1/hand-to", {"agent": ENDLESS, "note": "x"}),
        ("c/1/template", {"purpose": ZERO, "token": "t"}),
        ("c/1/macro", {"macro": "1", "token": ZERO}),
        ("c/1/visit/agree", {"visit": ENDLESS, "at": "2026-12-05T10:00"}),
        ("c/1/escalate", {"note": ZERO, "item": ZERO, "override": ZERO}),
        ("c/1/unmerge", {"merge": ENDLESS}),
        ("knowledge", {"seen": ENDLESS, "token": "t", "title": "x"}),
    ],
)
def test_form_with_odd_values_is_done_or_refused_with_a_reason(helena: Person, path: str, form: dict[str, str]) -> None:
    assert helena.post(f"/console/{path}", form).status_code < 500


def test_form_is_taken_as_it_was_sent_whatever_its_address_says(helena: Person, db: Database) -> None:
    form = {"when": "hour", "reason": "liga depois"}
    assert helena.post("/console/c/1/snooze", {"when": "hour"}, query_string={"reason": "x"}).status_code == 409
    assert helena.post("/console/c/1/snooze", form, query_string={"reason": "x", "at": "?"}).status_code == 303
    assert conversation(db, 1).snooze_reason == "liga depois"
