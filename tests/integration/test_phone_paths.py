"""The phone vectors hold on every path by which a number comes: messages, receipts, echoes, Twilio, the ERP."""

from __future__ import annotations

from typing import Any

import pytest

from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.provider_row import load_provider
from core.db import Database
from core.phone import forms, match_key
from models.contact import Contact
from models.customer import Customer, CustomerPhone
from tests.integration.contact_rows import phones_of
from tests.integration.doors import bring, count
from tests.unit.webhooks.payloads import meta, status, text, twilio, value
from tests.vectors import load
from webhooks.contacts import resolve_contact
from webhooks.items import Sender

VECTORS = load("vectors/phone.json")
# What can be a WhatsApp id: digits with the country's code.
IDS = [one for one in VECTORS if one["input"].isdigit() and (one["input"][:2] == "55" or one["kind"] == "foreign")]
every_id = pytest.mark.parametrize("vector", IDS, ids=lambda one: one["input"])


def keys(db: Database) -> tuple[str, ...]:
    with db.transaction() as session:
        return phones_of(session, 1)


def expected(vector: dict[str, Any]) -> tuple[str, ...]:
    return (vector["match_key"],) if vector["match_key"] else ()


@every_id
def test_message_status_and_echo_of_a_number_are_one_contact_by_its_key(db: Database, vector: dict[str, Any]) -> None:
    told = vector["input"]
    others = [form.removeprefix("+") for form in forms(vector["match_key"])] if vector["match_key"] else []
    contact = {"profile": {"name": "Fulana"}, "wa_id": told}
    bring(db, meta(value([text(wa_id=told)], contacts=[contact])))
    for form in (told, *others):
        bring(db, meta(value([text(wa_id=form)])), meta(value([], [status("wamid.x", "sent", recipient_id=form)])))
        with db.transaction() as session:
            assert resolve_contact(session, "meta", Sender(wa_id=form)) == 1
    assert (count(db, Contact), keys(db)) == (1, expected(vector))


@every_id
@pytest.mark.parametrize("told_as", ["WaId", "From"])
def test_twilio_address_of_a_number_has_the_same_key(db: Database, vector: dict[str, Any], told_as: str) -> None:
    extra = {"WaId": vector["input"]} if told_as == "WaId" else {}
    bring(db, twilio(From=f"whatsapp:+{vector['input']}", **extra), source="twilio")
    assert keys(db) == expected(vector)


@pytest.mark.parametrize("vector", [one for one in VECTORS if one["match_key"]], ids=lambda one: one["input"])
def test_number_of_the_registration_is_found_by_either_form_of_the_wa_id(db: Database, vector: dict[str, Any]) -> None:
    written = match_key(vector["input"], vector["default_ddd"])
    assert written == vector["match_key"]
    with db.transaction() as session:
        customer = Customer(ref="ana", name="Ana Souza", document="52998224725", document_kind="cpf")
        session.add(customer)
        session.flush()
        session.add(CustomerPhone(customer_id=customer.id, match_key=str(written)))
    erp = LocalErp(SqlStore(db), lambda: load_provider(db))
    for form in forms(vector["match_key"]):
        bring(db, meta(value([text(wa_id=form.removeprefix("+"))])))
    assert [one.ref for phone in keys(db) for one in erp.find_by_phone(phone)] == ["ana"]
    assert count(db, Contact) == 1
