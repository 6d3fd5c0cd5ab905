"""Forms of the administration: what was refused is shown again as it was typed, in plain words."""

from __future__ import annotations

import pytest

from core.db import Database
from tests.integration.console import Person, console_app
from tests.integration.desk import a_provider, the_cast

ADMIN = "/console/admin"


@pytest.fixture
def admin(db: Database) -> Person:
    """The administrator of the demo provider."""
    a_provider(db)
    the_cast(db)
    return Person(console_app(db), "admin")


def test_a_number_that_is_none_is_asked_for_in_plain_words(admin: Person) -> None:
    answer = admin.post(f"{ADMIN}/queues/new", {"name": "Loja", "field-weight": "dois"})
    assert answer.status_code == 409
    assert "esperado um número inteiro" in answer.text
    assert "JSON" not in answer.text


def test_a_calendar_that_cannot_be_read_comes_back_as_it_was_typed(admin: Person) -> None:
    form = {"name": "loja", "day-0": "09:00-18:00", "holiday": "optional", "days": "véspera de Natal"}
    answer = admin.post(f"{ADMIN}/calendars/new", form)
    assert answer.status_code == 409
    for typed in ('value="loja"', 'value="09:00-18:00"', "véspera de Natal</textarea>"):
        assert typed in answer.text, typed


def test_promises_that_cannot_be_read_come_back_as_they_were_typed(admin: Person) -> None:
    form = {"queue": "N2", "sla_class": "ouro", "calendar": "comercial", "warn_percent": "70", "first_minutes": "dez"}
    answer = admin.post(f"{ADMIN}/promises/new", {**form, "percent-0": "120", "to-0": "queue:N3"})
    assert answer.status_code == 409
    for typed in ('value="N2" selected', 'value="ouro"', 'value="70"', 'value="dez"'):
        assert typed in answer.text, typed
    for typed in ('value="120"', 'value="queue:N3" selected'):
        assert typed in answer.text, typed
