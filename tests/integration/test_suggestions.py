"""Suggestions to agents: what customers write to people is read once for a burst, and never answered."""

from __future__ import annotations

import json
import time

import pytest
from sqlalchemy import func, select, update

from bot.suggest import suggest
from core.db import Database
from handoff.access import Attendant
from handoff.suggestions import latest_intent, plan_suggestion
from models.conversation import Conversation
from models.message import Message
from models.outbox import Outbox
from models.suggestion import Suggestion
from nlu.fake import FakeParser
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_reading, messages, the_cast
from tests.integration.doors import bring
from tests.integration.test_console_conversation import ana_is_known
from tests.integration.writing_rows import a_canned

WORDS = {"caiu a net": "outage_no_connection", "quero o boleto": "invoice_second_copy", "obrigado": "thanks"}


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    return the_cast(db)


def says(db: Database, talk: int, text: str, direction: str = "in") -> None:
    with db.transaction() as session:
        session.add(Message(conversation_id=talk, channel="whatsapp", direction=direction, text=text))


def read(db: Database, talk: int, parser: FakeParser | None = None) -> str:
    suggest(talk, db=db, parser=parser or FakeParser(WORDS), language="pt_BR")
    with db.transaction() as session:
        return latest_intent(session, talk)


def test_burst_is_planned_once(db: Database) -> None:
    talk = a_conversation(db)
    for _ in range(3):
        with db.transaction() as session:
            plan_suggestion(session, talk, 5)
    with db.transaction() as session:
        assert session.scalar(select(func.count()).where(Outbox.topic == "suggest")) == 1


@pytest.mark.parametrize(("handler", "planned"), [("queue", 1), ("bot", 0)])
def test_what_arrives_for_people_is_planned_to_be_read(db: Database, handler: str, planned: int) -> None:
    bring(db, body("wamid.1"))
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler=handler, queue="N1"))
    bring(db, body("wamid.2"))
    with db.transaction() as session:
        assert session.scalar(select(func.count()).where(Outbox.topic == "suggest")) == planned


def body(name: str) -> bytes:
    """A webhook with one message."""
    message = {"from": "5512981110001", "id": name, "timestamp": str(int(time.time())), "type": "text"}
    value = {
        "messaging_product": "whatsapp",
        "contacts": [{"profile": {"name": "Ana"}, "wa_id": "5512981110001"}],
        "messages": [{**message, "text": {"body": "caiu"}}],
    }
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()


def test_newest_words_are_read_and_nothing_is_said(db: Database, cast: dict[str, Attendant]) -> None:
    talk = a_conversation(db, handler="agent", owner=cast["helena"], said="caiu a net")
    assert read(db, talk) == "outage_no_connection"
    says(db, talk, "Vou ver", "out")
    says(db, talk, "quero o boleto")
    assert read(db, talk) == "invoice_second_copy"
    says(db, talk, "Segue", "out")
    says(db, talk, "obrigado")
    assert read(db, talk) == "invoice_second_copy"
    assert len(messages(db, talk, "out")) == 2


def test_same_words_are_not_read_twice(db: Database) -> None:
    talk, parser = a_conversation(db, said="caiu a net"), FakeParser(WORDS)
    read(db, talk, parser)
    asked = len(parser.asked)
    read(db, talk, parser)
    assert len(parser.asked) == asked


def test_nothing_breaks_while_the_model_is_away(db: Database) -> None:
    talk, parser = a_conversation(db, said="caiu a net"), FakeParser(WORDS)
    parser.down = True
    assert read(db, talk, parser) == ""
    parser.down = False
    assert read(db, talk, parser) == "outage_no_connection"


@pytest.mark.parametrize("handler", ["bot", "closed"])
def test_what_the_bot_has_is_left_to_the_bot(db: Database, handler: str) -> None:
    talk = a_conversation(db, handler=handler, queue=None, said="caiu a net")
    assert read(db, talk) == ""
    with db.transaction() as session:
        assert session.get(Suggestion, talk) is None


def test_card_names_the_intent_and_offers_its_act(db: Database, cast: dict[str, Attendant]) -> None:
    talk = a_conversation(db, handler="agent", owner=cast["helena"], said="caiu a net")
    ana_is_known(db, talk)
    a_reading(db, talk, said="caiu de novo", intent="outage_no_connection")
    helena = Person(console_app(db), "helena")
    assert f"/console/c/{talk}/line/diagnose" in hints_of(helena, talk)


def test_card_offers_the_ready_answers_of_the_subject(db: Database, cast: dict[str, Attendant]) -> None:
    fits = a_canned(db, cast["karina"], "sem-internet", "Vamos testar juntos?")
    other = a_canned(db, cast["karina"], "fatura", "Segue a fatura.")
    a_canned(db, cast["karina"], "internet-comercial", "De outra fila", queues=("Comercial",))
    talk = a_conversation(db, handler="agent", owner=cast["helena"], said="caiu a net")
    a_reading(db, talk, said="caiu de novo", intent="outage_no_connection")
    offered = hints_of(Person(console_app(db), "helena"), talk)
    assert f'data-ready="{fits}"' in offered
    assert f'data-ready="{other}"' not in offered
    assert "internet-comercial" not in offered
    assert "data-ready" not in hints_of(Person(console_app(db), "karina"), talk)


def hints_of(person: Person, talk: int) -> str:
    """What stands in the suggestions."""
    return person.get(f"/console/c/{talk}").text.split('aria-label="Sugestões"')[1].split("</section>")[0]
