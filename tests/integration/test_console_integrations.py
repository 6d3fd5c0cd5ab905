"""Other systems in the console: tokens and secrets are shown once, and who may change what."""

from __future__ import annotations

import re

import pytest
from cryptography.fernet import Fernet

from core.db import Database
from models import utc_now
from models.api_token import ApiToken
from models.webhook_endpoint import WebhookDelivery, WebhookEndpoint
from provisioning.vault import Vault
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_provider, audited, the_cast
from tests.integration.other_systems import System, relay

VAULT = Vault(Fernet.generate_key().decode())
PAGE = "/console/integrations"
POSTS = (
    f"{PAGE}/tokens",
    f"{PAGE}/tokens/1/revoke",
    f"{PAGE}/endpoints",
    f"{PAGE}/endpoints/1/secret",
    f"{PAGE}/endpoints/1/switch",
)


@pytest.fixture
def admin(db: Database) -> Person:
    """The administrator at a browser."""
    a_provider(db)
    the_cast(db)
    return Person(console_app(db, vault=VAULT), "admin")


def shown(text: str) -> str:
    found = re.search(r'id="secret">([^<]+)<', text)
    assert found
    return found[1]


def add(admin: Person, url: str = "https://erp.example.com/hook?key=s3cr3t", events: str = "message.received") -> str:
    answer = admin.post(f"{PAGE}/endpoints", {"url": url, "events": events, "about": "ERP"})
    assert answer.status_code == 200, answer.text
    return shown(answer.text)


def test_token_is_shown_once_and_opens_the_api_until_it_is_revoked(db: Database, admin: Person) -> None:
    answer = admin.post(f"{PAGE}/tokens", {"name": "crm", "scope": "tickets.read", "days": "30"})
    secret = shown(answer.text)
    assert secret not in admin.get(PAGE).text
    assert "crm" in admin.get(PAGE).text
    system = System(db, secret)
    assert system.get("/tickets").status_code == 200
    assert system.get("/jobs").status_code == 403
    assert admin.post(f"{PAGE}/tokens/1/revoke").status_code == 303
    assert system.get("/tickets").status_code == 401
    assert "revogado" in admin.get(PAGE).text
    assert audited(db, "token.created") == audited(db, "token.revoked") == [("admin", "token:crm")]


@pytest.mark.parametrize("form", [{"name": "Crm"}, {"name": "crm"}, {"name": "crm", "scope": "everything"}])
def test_token_without_sense_is_not_made(db: Database, admin: Person, form: dict[str, str]) -> None:
    assert admin.post(f"{PAGE}/tokens", form).status_code == 409
    with db.transaction() as session:
        assert session.query(ApiToken).count() == 0


def test_name_is_never_used_twice(admin: Person) -> None:
    form = {"name": "crm", "scope": "tickets.read"}
    assert admin.post(f"{PAGE}/tokens", form).status_code == 200
    assert admin.post(f"{PAGE}/tokens", form).status_code == 409


def test_nobody_signs_in_as_another_system(db: Database, admin: Person) -> None:
    admin.post(f"{PAGE}/tokens", {"name": "crm", "scope": "tickets.read"})
    form = {"login": "api:crm", "password": "!"}
    assert Person(console_app(db)).post("/console/login", form).status_code != 303


def test_secret_of_an_address_is_shown_once_and_its_query_never(db: Database, admin: Person) -> None:
    first = add(admin)
    page = admin.get(PAGE).text
    assert first not in page
    assert "https://erp.example.com/hook" in page
    assert "s3cr3t" not in page
    second = shown(admin.post(f"{PAGE}/endpoints/1/secret").text)
    assert second != first
    with db.transaction() as session:
        kept = VAULT.unlock(session.get_one(WebhookEndpoint, 1).secrets)
    assert (kept["current"], kept["previous"]) == (second, first)


@pytest.mark.parametrize("form", [{"url": "http://a.b", "events": "*"}, {"url": "https://a.b", "events": "x"}])
def test_address_without_sense_is_refused(admin: Person, form: dict[str, str]) -> None:
    assert admin.post(f"{PAGE}/endpoints", form).status_code == 409


@pytest.mark.parametrize("events", ["nada.*", "message.received, mesage.*", "conversation.abriu"])
def test_unknown_event_is_refused_with_those_that_there_are(db: Database, admin: Person, events: str) -> None:
    answer = admin.post(f"{PAGE}/endpoints", {"url": "https://a.b", "events": events})
    assert answer.status_code == 409
    assert f"Não existe o evento {events.split()[-1]}." in answer.text
    assert "ticket.* (opened)" in answer.text
    with db.transaction() as session:
        assert session.query(WebhookEndpoint).count() == 0


def test_without_a_key_no_address_is_kept(db: Database) -> None:
    a_provider(db)
    the_cast(db, "admin")
    answer = Person(console_app(db), "admin").post(f"{PAGE}/endpoints", {"url": "https://a.b", "events": "*"})
    assert answer.status_code == 409
    assert "DEVICE_KEY" in answer.text


def test_given_up_delivery_is_sent_again_by_a_supervisor(db: Database, admin: Person) -> None:
    add(admin)
    a_conversation(db)
    relay(db)
    with db.transaction() as session:
        session.query(WebhookDelivery).update({"state": "given_up", "status": 500, "ended_at": utc_now()})
    karina = Person(admin.client.application, "karina")
    page = karina.get(f"{PAGE}/endpoints/1?state=given_up").text
    assert "message.received" in page
    assert "resposta 500" in page
    assert karina.post(f"{PAGE}/deliveries/1/again").status_code == 303
    with db.transaction() as session:
        assert session.query(WebhookDelivery).one().state == "waiting"
    assert audited(db, "delivery.sent_again") == [("karina", "endpoint:1")]


def test_address_that_is_off_hears_nothing_and_is_not_sent_to_again(db: Database, admin: Person) -> None:
    add(admin)
    a_conversation(db)
    relay(db)
    assert admin.post(f"{PAGE}/endpoints/1/switch", {"on": "0"}).status_code == 303
    a_conversation(db, name="Bia")
    relay(db)
    with db.transaction() as session:
        assert [row.state for row in session.query(WebhookDelivery)] == ["given_up"]
    assert admin.post(f"{PAGE}/deliveries/1/again").status_code == 409


@pytest.mark.parametrize("login", ["helena", "igor", "joana", "lucas", "karina"])
def test_only_administrators_change_and_only_supervisors_look(db: Database, admin: Person, login: str) -> None:
    add(admin)
    person = Person(admin.client.application, login)
    assert person.get(PAGE).status_code == (200 if login == "karina" else 403)
    assert person.get(f"{PAGE}/endpoints/1").status_code == (200 if login == "karina" else 403)
    page = person.get("/console/onus" if login == "lucas" else "/console/").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf
    for path in POSTS:
        assert person.client.post(path, data={"csrf": csrf[1]}).status_code == 403


def test_what_is_not_there_is_not_found(admin: Person) -> None:
    assert admin.get(f"{PAGE}/endpoints/9").status_code == 404
    assert admin.post(f"{PAGE}/deliveries/9/again").status_code == 404
    assert admin.post(f"{PAGE}/tokens/99999999999/revoke").status_code == 404
