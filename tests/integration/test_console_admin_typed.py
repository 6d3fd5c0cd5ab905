"""Forms of the administration: what was refused is shown again as it was typed, and tables are kept as tables."""

from __future__ import annotations

import json

import pytest

from billing.provider_row import provider_row
from core.db import Database
from handoff.console.admin.fields import fields_of
from handoff.policies import POLICIES
from tests.integration.console import Person, console_app
from tests.integration.desk import a_provider, the_cast

ADMIN = "/console/admin"
TABLE = [{"name": "em dia", "max_instalments": 3, "discount_percent": 10}]


@pytest.fixture
def admin(db: Database) -> Person:
    """The administrator of the demo provider."""
    a_provider(db)
    the_cast(db)
    return Person(console_app(db), "admin")


def test_a_table_of_offers_is_shown_as_it_is_read_and_kept_with_another_field(admin: Person, db: Database) -> None:
    with db.transaction() as session:
        row = provider_row(session)
        row.policies = {**row.policies, "negotiation": {"table": TABLE}}
    shown = {item.name: item for item in fields_of(POLICIES["negotiation"].kind(), {"table": TABLE})}
    assert json.loads(shown["table"].value) == TABLE
    form = {f"field-{name}": item.value for name, item in shown.items()} | {"field-broken_after_days": "7"}
    answer = admin.post(f"{ADMIN}/policies/negotiation", form)
    assert answer.status_code == 303, answer.text
    with db.transaction() as session:
        kept = provider_row(session).policies["negotiation"]
    assert (kept["table"], kept["broken_after_days"]) == (TABLE, 7)


def test_no_policy_takes_its_records_for_words(admin: Person) -> None:
    kinds = {name: {item.name: item.kind for item in fields_of(policy.kind(), {})} for name, policy in POLICIES.items()}
    assert kinds["negotiation"]["table"] == kinds["collections"]["steps"] == "json"
    assert kinds["desk"]["tags"] == kinds["trust_unlock"]["plans"] == "list"


def test_a_number_that_is_none_is_asked_for_in_plain_words(admin: Person) -> None:
    answer = admin.post(f"{ADMIN}/queues/new", {"name": "Loja", "field-weight": "dois"})
    assert answer.status_code == 409
    assert "esperado um número inteiro" in answer.text
    assert "JSON" not in answer.text


def test_a_calendar_that_cannot_be_read_comes_back_as_it_was_typed(admin: Person) -> None:
    form = {"name": "loja", "day-0": "09:00-18:00", "holiday": "optional", "days": "24/12/2026 véspera"}
    answer = admin.post(f"{ADMIN}/calendars/new", form)
    assert answer.status_code == 409
    for typed in ('value="loja"', 'value="09:00-18:00"', "24/12/2026 véspera</textarea>"):
        assert typed in answer.text, typed


def test_promises_that_cannot_be_read_come_back_as_they_were_typed(admin: Person) -> None:
    form = {"queue": "N2", "sla_class": "ouro", "calendar": "comercial", "warn_percent": "70", "first_minutes": "dez"}
    answer = admin.post(f"{ADMIN}/promises/new", {**form, "percent-0": "120", "to-0": "queue:N3"})
    assert answer.status_code == 409
    for typed in ('value="N2" selected', 'value="ouro"', 'value="70"', 'value="dez"'):
        assert typed in answer.text, typed
    for typed in ('value="120"', 'value="queue:N3" selected'):
        assert typed in answer.text, typed
