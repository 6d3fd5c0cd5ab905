"""Messages that come in any order, by any number of workers: one turn as they were sent, and none lost in a quiet."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text, update

from bot.effects import Say
from bot.say import say
from bot.snapshot import Snapshot, read_snapshot
from bot.turns import Bot, take_turn
from core.db import Database
from core.errors import Conflict
from core.later import Later
from models import utc_now
from models.conversation import Conversation
from models.message import Message
from nlu.fake import FakeParser
from tests.integration.desk import messages
from tests.integration.doors import LIMIT, at_once, bring, planned, read_event, rows, store
from tests.integration.test_turns import ANA, a_bot, demo, open_conversation, replies, unanswered, write
from tests.unit.webhooks import payloads
from tests.unit.webhooks.payloads import BSUID, meta, value
from webhooks.intake import take_in

__all__ = ["demo"]  # a fixture: found by name

INTENTS = {"boleto": "invoice_second_copy", "oi": "greet"}


def snapshot(db: Database, conversation_id: int = 1) -> Snapshot:
    with db.reading() as session:
        return read_snapshot(session, conversation_id)


def waiting(db: Database) -> list[str]:
    return [message.text for message in snapshot(db).inbound]


def change(db: Database, **values: Any) -> None:
    with db.transaction() as session:
        session.execute(update(Message).where(Message.direction == "in").values(values))


def quiet(db: Database, conversation_id: int, **ahead: float) -> None:
    with db.transaction() as session:
        until = utc_now() + timedelta(**ahead)
        session.execute(update(Conversation).where(Conversation.id == conversation_id).values(quiet_until=until))


def test_messages_of_one_second_stand_in_the_order_they_came_to_the_door(db: Database) -> None:
    at = int(time.time()) - 3
    said = [f"fragmento {number}" for number in range(24)]
    bodies = [
        meta(value([payloads.text(one, at=at), payloads.text(other, at=at)]))
        for one, other in zip(said[::2], said[1::2], strict=True)
    ]
    ids = store(db, *bodies)
    # The workers may get to them in any order: the last one first.
    at_once([partial(take_in, one, db=db, debounce_seconds=0, answer_limit=LIMIT) for one in ids], threads=6)
    assert waiting(db) == said


def test_messages_stand_in_the_order_they_were_sent_however_late_they_come(db: Database) -> None:
    now = int(time.time())
    bodies = [meta(value([payloads.text(str(ago), at=now - ago)])) for ago in (2, 9, 5, 30, 7)]
    at_once([partial(read_event, db, one) for one in store(db, *bodies)])
    assert waiting(db) == ["30", "9", "7", "5", "2"]


def test_album_that_is_posted_in_parallel_is_one_turn_and_one_answer(demo: Database) -> None:
    at = int(time.time())
    photo: dict[str, Any] = {"type": "image", "image": {"id": "1", "mime_type": "image/jpeg"}, "at": at}
    bodies = [meta(value([payloads.text(**photo)])) for _ in range(6)]
    at_once([partial(read_event, demo, one) for one in store(demo, *bodies)])
    bot = a_bot(demo, FakeParser(INTENTS))
    at_once([partial(take_turn_again, bot) for _ in planned(demo, "turn")])
    assert len(replies(demo, 1)) == 1
    assert unanswered(demo, 1) == 0


def take_turn_again(bot: Bot) -> None:
    """As the worker: again at once when the conversation changed meanwhile."""
    for _ in range(20):
        try:
            return take_turn(1, bot=bot)
        except Conflict:
            continue


def test_taken_back_message_is_not_answered_and_does_not_wait(demo: Database) -> None:
    id_ = open_conversation(demo, ANA)
    write(demo, id_, "boleto")
    change(demo, revoked_at=utc_now())
    take_turn(id_, bot=a_bot(demo))
    (message,) = messages(demo, id_, "in")
    assert (replies(demo, id_), message.outcome, message.handled_at is not None) == ([], "revoked", True)


def test_taken_back_message_among_others_is_left_out_of_the_answer(demo: Database) -> None:
    id_ = open_conversation(demo, ANA)
    write(demo, id_, "oi", "boleto")
    with demo.transaction() as session:
        session.execute(update(Message).where(Message.text == "boleto").values(revoked_at=utc_now()))
    take_turn(id_, bot=a_bot(demo))
    (reply,) = replies(demo, id_)
    assert "fatura" not in reply
    assert unanswered(demo, id_) == 0


def test_bot_is_quiet_while_a_person_answers_from_the_phone_and_loses_nothing(demo: Database) -> None:
    id_, bot = open_conversation(demo, ANA), a_bot(demo)
    write(demo, id_, "boleto")
    quiet(demo, id_, minutes=30)
    with pytest.raises(Later) as later:
        take_turn(id_, bot=bot)
    assert 1700 < later.value.seconds <= 1800
    assert (replies(demo, id_), unanswered(demo, id_)) == ([], 1)
    quiet(demo, id_, seconds=-1)
    take_turn(id_, bot=bot)
    assert len(replies(demo, id_)) == 1


def test_what_a_person_answered_from_the_phone_is_not_answered_again(demo: Database) -> None:
    id_ = open_conversation(demo, ANA)
    write(demo, id_, "boleto")
    with demo.transaction() as session:
        echo = {"direction": "out", "author": "phone_app", "text": "Segue o boleto.", "provider_at": utc_now()}
        session.add(Message(conversation_id=id_, channel="whatsapp", status="sent", **echo))
    quiet(demo, id_, minutes=30)
    take_turn(id_, bot=a_bot(demo))
    write(demo, id_, "oi")
    with pytest.raises(Later):
        take_turn(id_, bot=a_bot(demo))
    assert [message.outcome for message in messages(demo, id_, "in")] == ["person", None]


def test_answer_that_was_being_thought_of_is_not_written_once_a_person_speaks(demo: Database) -> None:
    id_ = open_conversation(demo, ANA)
    write(demo, id_, "boleto")

    class Interrupted(FakeParser):
        def parse(self, text: str) -> Any:
            quiet(demo, id_, minutes=30)
            return super().parse(text)

    with pytest.raises(Conflict):
        take_turn(id_, bot=a_bot(demo, Interrupted(INTENTS)))
    assert (replies(demo, id_), unanswered(demo, id_)) == ([], 1)


def hearing(db: Database) -> Bot:
    return replace(a_bot(db), hears=True)


def test_voice_note_is_waited_for_until_its_words_are_there(demo: Database) -> None:
    id_ = open_conversation(demo, ANA)
    write(demo, id_, "")
    change(demo, kind="audio")
    with pytest.raises(Later):
        take_turn(id_, bot=hearing(demo))
    change(demo, transcript="boleto", transcript_confidence=0.9)
    take_turn(id_, bot=hearing(demo))
    assert "fatura" in replies(demo, id_)[0]


@pytest.mark.parametrize("silent", [{"transcript": ""}, {"received_at": utc_now() - timedelta(minutes=5)}])
def test_voice_note_that_nothing_was_heard_in_is_asked_for_in_writing(demo: Database, silent: dict[str, Any]) -> None:
    id_ = open_conversation(demo, ANA)
    write(demo, id_, "")
    change(demo, kind="audio", **silent)
    take_turn(id_, bot=hearing(demo))
    assert "ouvir o seu áudio" in replies(demo, id_)[0]


def test_voice_note_is_not_waited_for_where_nothing_reads_it(demo: Database) -> None:
    id_ = open_conversation(demo, ANA)
    write(demo, id_, "")
    change(demo, kind="audio")
    take_turn(id_, bot=a_bot(demo))
    assert len(replies(demo, id_)) == 1


def test_words_are_the_customers_own_and_places_are_read_from_what_the_channel_said(db: Database) -> None:
    place = {"latitude": -23.1864, "longitude": -45.8841, "name": "Padaria", "address": "Rua da Serra, 4"}
    bring(db, meta(value([payloads.text(type="location", location=place)])))
    bring(db, meta(value([payloads.text(type="sticker", sticker={"id": "1"})])))
    found = {message.kind: message for message in snapshot(db).inbound}
    assert (found["location"].text, found["sticker"].text) == ("", "")
    assert found["location"].place == "Padaria, Rua da Serra, 4 (-23.18640,-45.88410)"


@pytest.mark.parametrize(("ask", "kind"), [("contact", "contact_request"), ("location", "location_request")])
def test_request_is_a_bubble_of_its_kind(demo: Database, ask: str, kind: str) -> None:
    id_ = open_conversation(demo, ANA)
    with demo.transaction() as session:
        say(session, snapshot(demo, id_), Say("Toque no botão.", ask=ask))
    (sent,) = messages(demo, id_, "out")
    assert (sent.kind, sent.text, sent.payload) == (kind, "Toque no botão.", {})


def test_hidden_number_that_is_shared_proves_who_writes(demo: Database) -> None:
    bot = replace(a_bot(demo), can_ask={"meta": frozenset({"contact"})})
    bring(demo, meta(value([payloads.text("boleto", wa_id="", bsuid=BSUID)])))
    take_turn(1, bot=bot)
    (asked,) = messages(demo, 1, "out")
    assert asked.kind == "contact_request"
    shared = [{"origin": "contact_request", "phones": [{"phone": f"+{ANA}", "wa_id": ANA}]}]
    bring(demo, meta(value([payloads.text(wa_id="", bsuid=BSUID, type="contacts", contacts=shared)])))
    take_turn(1, bot=bot)
    assert "fatura" in replies(demo, 1)[1]
    with demo.transaction() as session:
        proof = session.execute(text("SELECT customer_ref, proved_by FROM contact WHERE id = 1")).one()
    assert proof.proved_by == "phone"
    assert len(rows(demo, Conversation)) == 1
