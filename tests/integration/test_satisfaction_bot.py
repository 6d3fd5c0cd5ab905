"""What the bot settled by itself is judged, too: asked in its own last words, and only of who was served."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from bot.turns import take_turn
from core.db import Database
from handoff.repair import close_idle
from models import utc_now
from models.conversation import Conversation
from models.provider import Provider
from models.survey import Survey
from nlu.fake import FakeParser
from tests.integration.desk import conversation, messages
from tests.integration.doors import rows
from tests.integration.test_turns import ANA, INTENTS, a_bot, demo, open_conversation, write

__all__ = ["demo"]  # a fixture: found by name


def talk(db: Database, *said: str) -> int:
    """A conversation with the bot, to its end."""
    id_ = open_conversation(db, ANA)
    for text in said:
        write(db, id_, text)
        take_turn(id_, bot=a_bot(db, FakeParser({**INTENTS, "tchau": "goodbye"})))
    return id_


def test_bot_that_served_asks_in_its_last_bubble(demo: Database) -> None:
    id_ = talk(demo, "boleto", "obrigado")
    last = messages(demo, id_, "out")[-1]
    (row,) = rows(demo, Survey)
    assert (last.kind, last.author, last.status) == ("list", "bot", "queued")
    assert [option[0] for option in last.payload["options"]] == [f"csat:{row.id}:{score}" for score in range(5, 0, -1)]
    assert last.text.startswith(last.payload["words"])
    assert (row.key, row.agent_id, row.queue, row.cause) == (last.key, None, "", "invoice_second_copy")
    assert (conversation(demo, id_).handler, conversation(demo, id_).closed_by) == ("closed", "bot")


def test_policy_can_say_that_only_people_are_judged(demo: Database) -> None:
    with demo.transaction() as session:
        session.execute(update(Provider).values(policies={"satisfaction": {"ask_bot": False}}))
    id_ = talk(demo, "boleto", "obrigado")
    assert conversation(demo, id_).handler == "closed"
    assert messages(demo, id_, "out")[-1].kind == "text"
    assert not rows(demo, Survey)


def test_who_wanted_nothing_is_asked_nothing(demo: Database) -> None:
    id_ = talk(demo, "tchau")
    assert conversation(demo, id_).handler == "closed"
    assert not rows(demo, Survey)


def test_day_of_silence_ends_the_bots_talk_without_a_word(demo: Database) -> None:
    id_ = talk(demo, "boleto")
    said = len(messages(demo, id_, "out"))
    with demo.transaction() as session:
        session.execute(update(Conversation).values(opened_at=utc_now() - timedelta(days=2)))
        assert close_idle(session) == 1
    assert len(messages(demo, id_, "out")) == said
    assert (conversation(demo, id_).closed_by, rows(demo, Survey)) == ("clock", [])
