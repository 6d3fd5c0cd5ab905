"""What a turn writes for a diagnosis and for a Wi-Fi password: readings told again, watches, and secrets hidden."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet

from bot.hidden import MASK, hide_words
from bot.turns import Bot, take_turn
from core.db import Database
from demo import DEMO_FILE, seed_demo
from models.conversation import Conversation
from models.line_report import LineWatch
from models.message import Message
from models.network_job import NetworkJob
from models.webhook_event import WebhookEvent
from nlu.fake import FakeParser
from provisioning.devices import Vault
from tests.integration.desk import messages
from tests.integration.diagnosed import DAVI, ask_diagnosis, diagnose, rows
from tests.integration.test_turns import DAVI as DAVIS_PHONE
from tests.integration.test_turns import a_bot, open_conversation

SECRET = 'Casa-"Azul"-27'
WORDS = FakeParser(
    {"sem internet": "outage_no_connection", "caiu de novo": "outage_no_connection", "senha": "wifi_password"}
)


@pytest.fixture
def demo(db: Database) -> Database:
    """The demo provider."""
    assert seed_demo(db, DEMO_FILE, "senha-de-teste")
    return db


def says(db: Database, bot: Bot, number: int, text: str) -> int:
    """Davi writes, the bot answers; the id of what he wrote."""
    with db.transaction() as session:
        row = Message(conversation_id=number, channel="whatsapp", direction="in", kind="text", text=text)
        row.provider_id = f"wamid.{len(rows(db, Message))}"
        session.add(row)
        session.flush()
        written = row.id
    take_turn(number, bot=bot)
    return written


def diagnoses(db: Database) -> list[NetworkJob]:
    return sorted((job for job in rows(db, NetworkJob) if job.action == "diagnose"), key=lambda job: job.id)


def test_reading_of_minutes_ago_answers_and_the_line_is_watched(demo: Database) -> None:
    bot = replace(a_bot(demo, WORDS), keep_seconds=120.0)
    first = diagnose(demo, ask_diagnosis(demo, "earlier"), "los")
    number = open_conversation(demo, DAVIS_PHONE)

    says(demo, bot, number, "sem internet")

    copy = diagnoses(demo)[-1]
    assert (copy.facts["copy_of"], copy.state) == (first.id, "verified")
    take_turn(number, bot=bot)
    assert "não está recebendo luz da fibra" in messages(demo, number, "out")[-1].text
    assert [(watch.contract_ref, watch.conversation_id) for watch in rows(demo, LineWatch)] == [(DAVI, number)]


def test_line_is_measured_afresh_when_it_dropped_again(demo: Database) -> None:
    bot = replace(a_bot(demo, WORDS), keep_seconds=120.0)
    diagnose(demo, ask_diagnosis(demo, "earlier"))
    says(demo, bot, open_conversation(demo, DAVIS_PHONE), "caiu de novo")

    assert diagnoses(demo)[-1].state == "asked"


def test_password_is_in_no_row_in_the_clear_once_it_was_read(demo: Database) -> None:
    vault = Vault(Fernet.generate_key().decode())
    plain = a_bot(demo, WORDS)
    bot = replace(plain, sources=replace(plain.sources, vault=vault))
    number = open_conversation(demo, DAVIS_PHONE)
    says(demo, bot, number, "senha")

    written = says(demo, bot, number, SECRET)

    with demo.transaction() as session:
        assert session.get_one(Message, written).text == MASK
        dialogue = session.get_one(Conversation, number).dialogue
    assert dialogue["expect"] == "confirm_wifi"
    assert vault.unlock(dialogue["data"]["locked"].encode()) == {"wifi_password": SECRET}
    assert SECRET not in str(dialogue)
    assert not any(SECRET in message.text for message in rows(demo, Message))


@pytest.mark.parametrize(
    "body", ['{"id": "wamid.9", "body": "Casa-\\"Azul\\"-27"}', "MessageSid=wamid.9&Body=Casa-%22Azul%22-27"]
)
def test_webhook_that_brought_a_secret_is_masked_too(demo: Database, body: str) -> None:
    number = open_conversation(demo, DAVIS_PHONE)
    with demo.transaction() as session:
        event = WebhookEvent(source="meta", body=body.encode(), state="done")
        other = WebhookEvent(source="meta", body=b'{"id": "wamid.8"}', state="done")
        row = Message(conversation_id=number, channel="whatsapp", direction="in", text=SECRET, provider_id="wamid.9")
        row.payload = {"raw": {"text": SECRET}}
        session.add_all([event, other, row])
        session.flush()
        for _ in range(2):
            hide_words(session, row.id)

    kept = {event.body for event in rows(demo, WebhookEvent)}
    assert b'{"id": "wamid.8"}' in kept
    assert not any(b"Azul" in stored for stored in kept)
    assert all(b"wamid" in stored for stored in kept)
    assert rows(demo, Message)[0].payload == {"hidden": True}
