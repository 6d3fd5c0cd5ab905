"""While a person answers from the phone's own app the bot waits; whoever is forgotten there is answered in the end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.turns import take_turn
from core.db import Database
from core.later import Later
from demo import DEMO_FILE, seed_demo
from models import utc_now
from models.conversation import Conversation
from tests.integration.test_turns import ANA, a_bot, open_conversation, replies, unanswered, write


def _quiet(db: Database, until: datetime) -> int:
    assert seed_demo(db, DEMO_FILE, "senha-de-teste")
    number = open_conversation(db, ANA)
    with db.transaction() as session:
        session.execute(update(Conversation).values(quiet_until=until))
    return number


def test_turn_waits_until_the_person_has_had_time_to_answer(db: Database) -> None:
    number = _quiet(db, utc_now() + timedelta(minutes=30))
    take_turn(number, bot=a_bot(db))
    write(db, number, "oi")
    with pytest.raises(Later) as later:
        take_turn(number, bot=a_bot(db))
    assert 1700 < later.value.seconds <= 1800
    assert (replies(db, number), unanswered(db, number)) == ([], 1)


def test_turn_answers_whom_the_person_forgot_once_the_time_is_over(db: Database) -> None:
    number = _quiet(db, utc_now() - timedelta(seconds=1))
    write(db, number, "oi")
    take_turn(number, bot=a_bot(db))
    assert (len(replies(db, number)), unanswered(db, number)) == (1, 0)
