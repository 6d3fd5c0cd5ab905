"""The reckoning after a storm finds what is missing, doubled or unseen, and nothing where all is well."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from bench.reckoning import reckon
from core.db import Database
from models import utc_now
from models.contact import Contact, ContactAlias
from models.conversation import Conversation
from models.message import Message
from models.outbox import Outbox
from models.webhook_event import WebhookEvent
from webhooks.simulator.people import Person, Phone
from webhooks.simulator.store import Store


class Scene:
    """Ana wrote `oi`, was answered once, and everything is done on both sides."""

    def __init__(self, db: Database, url: str, phones: Path) -> None:
        self.db, self._url, self._phones = db, url, phones
        self.store = Store(phones, clock=lambda: datetime.now(UTC))
        self.ana: Phone = self.store.introduce(Person("Ana Souza", "5512981110001"))
        self.written = self.store.add_from_customer(self.ana, "text", {"text": "oi"})
        self.store.add_from_business(self.ana, "text", {"text": "Olá!"}, "k1")
        self.deliver_all()
        now = utc_now()
        with db.transaction() as session:
            contact = Contact(channel="meta")
            session.add(contact)
            session.flush()
            session.add(ContactAlias(contact_id=contact.id, channel="meta", kind="wa_id", value=self.ana.wa_id))
            talk = Conversation(contact_id=contact.id, channel="meta", protocol="1", last_inbound_at=now)
            session.add(talk)
            session.flush()
            self.talk = talk.id
            asked = Message(conversation_id=talk.id, channel="meta", direction="in", provider_id=self.written.id)
            asked.handled_at, asked.outcome = now, "answered"
            session.add(asked)
        self.say("k1")

    def say(self, key: str, status: str = "delivered") -> None:
        """One more bubble of the bot's."""
        with self.db.transaction() as session:
            said = Message(conversation_id=self.talk, channel="meta", direction="out", key=key)
            said.author, said.status = "bot", status
            session.add(said)

    def deliver_all(self) -> None:
        """Every webhook that is owed was accepted."""
        for _ in range(100):
            letter = self.store.mail.claim()
            if letter:
                self.store.mail.settle(letter, accepted=True)
        with self.store._database.write() as connection:
            connection.execute("UPDATE mail SET done_at = 1 WHERE done_at IS NULL")

    def faults(self) -> dict[str, int]:
        """What does not add up."""
        return {line.text.strip(): line.count for line in reckon(self._url, self._phones).faults}


@pytest.fixture
def scene(db: Database, database_url: str, tmp_path: Path) -> Scene:
    return Scene(db, database_url, tmp_path / "simulator.sqlite3")


def test_nothing_is_found_where_all_is_well(scene: Scene) -> None:
    assert scene.faults() == {}


def test_message_that_was_not_stored_is_found(scene: Scene) -> None:
    scene.store.add_from_customer(scene.ana, "text", {"text": "e aí?"})
    scene.deliver_all()
    assert scene.faults() == {"not stored": 1}


def test_message_that_nobody_answered_is_found_unless_a_person_sees_it(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.execute(update(Message).where(Message.direction == "in").values(handled_at=None, outcome=None))
        session.execute(delete(Message).where(Message.direction == "out"))
    scene.store.failures.clear()
    assert scene.faults().keys() >= {"neither answered nor with a person"}
    with scene.db.transaction() as session:
        session.execute(update(Conversation).values(needs_person="olhe"))
    assert "neither answered nor with a person" not in scene.faults()


def test_second_answer_to_one_turn_is_found(scene: Scene) -> None:
    scene.say("k2")
    scene.store.add_from_business(scene.ana, "text", {"text": "Olá!"}, "k2")
    scene.deliver_all()
    assert scene.faults() == {"with more than one": 1}


def test_bubble_that_came_twice_is_found(scene: Scene) -> None:
    scene.store.add_from_business(scene.ana, "text", {"text": "Olá!"}, "k1")
    scene.deliver_all()
    assert scene.faults() == {"seen on a phone twice": 1}


def test_bubble_that_never_arrived_is_found_unless_a_person_knows(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.execute(update(Message).where(Message.direction == "out").values(key="k9", status="unknown"))
    assert scene.faults() == {"not on any phone, and nobody knows": 1, "seen on a phone and written by nobody": 1}
    with scene.db.transaction() as session:
        session.execute(update(Conversation).values(needs_person="olhe"))
    assert scene.faults() == {"seen on a phone and written by nobody": 1}


def test_one_person_as_two_contacts_is_found(scene: Scene) -> None:
    with scene.db.transaction() as session:
        twin = Contact(channel="meta")
        session.add(twin)
        session.flush()
        talk = Conversation(contact_id=twin.id, channel="meta", protocol="2", handler="queue", queue="N1")
        session.add(talk)
        session.flush()
        session.add(Message(conversation_id=talk.id, channel="meta", direction="in", provider_id="wamid.other"))
    assert scene.faults() == {"contacts more or fewer than they are": 1, "stored although nobody wrote them": 1}


def test_work_and_webhooks_that_stayed_behind_are_found(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.add(WebhookEvent(source="meta", body=b"{}", state="new"))
        session.add(Outbox(queue="turns", topic="turn", ref_id=7, run_after=utc_now()))
    scene.store.add_from_customer(scene.ana, "text", {"text": "e aí?"})
    assert scene.faults() == {"not stored": 1, "never accepted": 1, "not read": 1, "work that is left": 1}
