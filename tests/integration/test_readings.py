"""What the bot understood is kept beside the message, once, in the turn that acted on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.readings import mark_contradicted
from bot.turns import take_turn
from core.db import Database
from core.errors import Conflict
from demo import DEMO_FILE, seed_demo
from models import utc_now
from models.conversation import Conversation
from models.message import Message
from models.reading import Reading
from nlu.fake import FakeParser
from nlu.understanding import Request, Shadow, Understanding
from tests.integration.desk import conversation, messages
from tests.integration.test_turns import ANA, DAVI, STRANGER, a_bot, at_once, open_conversation, write

RICH = Understanding(
    "invoice_second_copy",
    0.8,
    tuple((f"intent_{place}", 0.1 - place / 1000) for place in range(26)),
    (),
    "model",
    band="confirm",
    requests=(
        Request("invoice_second_copy", 0.8, "confirm", 0, 13),
        Request("slow_internet", 0.6, "menu", 16, 30),
    ),
    model="abc123",
    unknown_words=0.25,
    shadow=Shadow("slow_internet", 0.7, "def456"),
)


class RichParser(FakeParser):
    """Understands everything as one thing, with all that a server can say."""

    def parse(self, text: str) -> Understanding:
        return RICH


class Overtaken(FakeParser):
    """While it thinks, somebody else changes the conversation, the first time."""

    def __init__(self, db: Database, conversation_id: int) -> None:
        super().__init__({"boleto": "invoice_second_copy"})
        self._db, self._id, self._left = db, conversation_id, 1

    def parse(self, text: str) -> Understanding:
        if self._left:
            self._left -= 1
            with self._db.transaction() as session:
                session.get_one(Conversation, self._id).version += 1
        return super().parse(text)


@pytest.fixture
def demo(db: Database) -> Database:
    """The demo provider with its customers and agents."""
    assert seed_demo(db, DEMO_FILE, "senha-de-teste")
    return db


def readings(db: Database) -> list[Reading]:
    with db.transaction() as session:
        return list(session.scalars(select(Reading).order_by(Reading.id)))


def test_reading_keeps_all_that_was_understood(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "segunda via e internet lenta")
    take_turn(number, bot=a_bot(demo, RichParser()))
    (row,) = readings(demo)
    assert (row.message_id, row.conversation_id) == (messages(demo, number, "in")[0].id, number)
    assert (row.intent, row.confidence, row.band, row.source) == ("invoice_second_copy", 0.8, "confirm", "model")
    assert row.ranking == [list(place) for place in RICH.ranking[:10]]
    assert [(asked["intent"], asked["start"], asked["end"]) for asked in row.requests] == [
        ("invoice_second_copy", 0, 13),
        ("slow_internet", 16, 30),
    ]
    assert (row.model, row.unknown_words) == ("abc123", 0.25)
    assert row.shadow == {"intent": "slow_internet", "confidence": 0.7, "model": "def456"}
    assert utc_now() - row.read_at < timedelta(minutes=1)
    assert (row.contradicted_at, row.corrected_at, row.reviewed_at, row.exported_at) == (None, None, None, None)


def test_fragments_are_one_reading_at_the_newest_message_with_words(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "oi", "boleto", "por favor", "")
    take_turn(number, bot=a_bot(demo))
    (row,) = readings(demo)
    by_text = {message.text: message.id for message in messages(demo, number, "in")}
    assert (row.message_id, row.fragments, row.intent) == (by_text["por favor"], 3, "invoice_second_copy")


def test_reading_is_kept_when_a_person_gets_the_conversation(demo: Database) -> None:
    number = open_conversation(demo, STRANGER)
    bot = a_bot(demo)
    for text in ("xpto", "blá"):
        write(demo, number, text)
        take_turn(number, bot=bot)
    assert conversation(demo, number).handler == "queue"
    assert [(row.intent, row.band) for row in readings(demo)] == [("out_of_scope", "menu")] * 2


def test_reading_says_that_the_model_was_away(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "quero a segunda via")
    parser = FakeParser()
    parser.down = True
    take_turn(number, bot=a_bot(demo, parser))
    (row,) = readings(demo)
    assert (row.source, row.band, row.shadow) == ("unavailable", "menu", None)


def test_nothing_is_kept_where_nothing_had_to_be_understood(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "Segunda via", reply_id="intent:invoice_second_copy")
    take_turn(number, bot=a_bot(demo))
    write(demo, number, "atendente")
    take_turn(number, bot=a_bot(demo))
    assert conversation(demo, number).handler == "queue"
    assert readings(demo) == []


def test_turn_that_is_repeated_after_a_conflict_keeps_one_reading(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "boleto")
    bot = a_bot(demo, Overtaken(demo, number))
    with pytest.raises(Conflict):
        take_turn(number, bot=bot)
    assert readings(demo) == [], "what was not answered was not read"
    take_turn(number, bot=bot)
    take_turn(number, bot=bot)
    assert len(readings(demo)) == 1


def test_parallel_turns_keep_one_reading(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "boleto")
    bot = a_bot(demo)
    at_once(*[lambda: take_turn(number, bot=bot)] * 4)
    assert len(readings(demo)) == 1


def test_contradiction_marks_the_latest_reading_that_was_answered_so(demo: Database) -> None:
    number = open_conversation(demo, DAVI)
    other = open_conversation(demo, ANA)
    bot = a_bot(demo)
    for id_, text in ((number, "boleto"), (number, "boleto"), (number, "oi"), (other, "boleto")):
        write(demo, id_, text)
        take_turn(id_, bot=bot)
    for meant in ("slow_internet", "relocation"):
        with demo.transaction() as session:
            mark_contradicted(session, number, "invoice_second_copy", meant)
    first, second, greeting, elsewhere = readings(demo)
    assert (second.intent, second.meant) == ("invoice_second_copy", "slow_internet"), "the first word on it stays"
    assert second.contradicted_at
    assert {row.contradicted_at for row in (first, greeting, elsewhere)} == {None}


def test_contradiction_finds_one_request_among_several_and_nothing_that_was_not_read(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "segunda via e internet lenta")
    take_turn(number, bot=a_bot(demo, RichParser()))
    with demo.transaction() as session:
        mark_contradicted(session, number, "cancel_service", "")
    assert readings(demo)[0].contradicted_at is None
    with demo.transaction() as session:
        mark_contradicted(session, number, "slow_internet", "")
    assert readings(demo)[0].contradicted_at
    assert readings(demo)[0].meant == ""


def test_reading_goes_with_its_message(demo: Database) -> None:
    number = open_conversation(demo, ANA)
    write(demo, number, "boleto")
    take_turn(number, bot=a_bot(demo))
    with demo.transaction() as session:
        session.execute(delete(Message).where(Message.direction == "in"))
    assert readings(demo) == []
