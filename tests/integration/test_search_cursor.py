"""Where a search is to go on, as anybody may send it: whatever the form says, only what the person may see is shown."""

from __future__ import annotations

from itertools import product

import pytest
from flask import Flask

from core.db import Database
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_provider, the_cast

LARGEST = str(2**31 - 1)
ODD = ["", "0", "-1", LARGEST, "2147483648", "9" * 400, "1e3", "１２", "²", "0x10", "a", "\x00", " 3 ", "3;--"]


@pytest.fixture
def app(db: Database) -> Flask:
    a_provider(db)
    the_cast(db)
    return console_app(db)


def test_no_cursor_breaks_a_search_or_shows_what_is_not_theirs(app: Flask, db: Database) -> None:
    a_conversation(db, said="o técnico foi ao Financeiro", queue="Financeiro")
    a_conversation(db, said="o técnico veio", queue="N1")
    helena = Person(app, "helena")
    token = helena.csrf
    for newest, before in [*product(ODD, ("2", LARGEST)), *product(("2", LARGEST), ODD)]:
        form = {"csrf": token, "q": "técnico", "newest": newest, "before": before}
        page = helena.client.post("/console/search", data=form)
        assert page.status_code in (200, 404), (newest, before)
        assert "foi ao Financeiro" not in page.text
        if not (newest.strip() and before.strip()):
            # Without a cursor it begins with the newest.
            assert "técnico</mark> veio" in page.text, (newest, before)
