"""Voice notes: turned into words before the turn, which waits for them, but never for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.stillness import HEARING_TAKES
from bot.turns import Bot, take_turn
from core.db import Database
from core.errors import Misconfigured, Refused, Unreachable
from core.later import Later
from core.media_store import MediaStore
from demo import DEMO_FILE, seed_demo
from models import utc_now
from models.alert import Alert
from models.message import Message
from models.outbox import Outbox
from tests.integration.desk import messages
from tests.integration.doors import rows
from tests.integration.media_rows import OGG, Ear, Source, a_desk, a_hearing, arrive, folder, media, open_work, the_file
from tests.integration.test_turns import a_bot
from tests.unit.webhooks.payloads import text
from webhooks.channels.ports import Fetched
from webhooks.fetch_media import fetch_media
from webhooks.transcribe import MOST_BYTES, go_on_without, transcribe


@pytest.fixture
def demo(db: Database) -> Database:
    assert seed_demo(db, DEMO_FILE, "senha-de-teste")
    return db


@pytest.fixture
def kept(tmp_path: Path) -> MediaStore:
    return folder(tmp_path / "midia")


def a_voice_note(db: Database, *, transcribes: bool = True) -> Message:
    """The last message: a voice note that has just arrived."""
    note = media("audio", data=OGG, mime_type="audio/ogg; codecs=opus", voice=True)
    return arrive(db, note, transcribes=transcribes)[-1]


def bring_it(db: Database, kept: MediaStore, data: bytes = OGG) -> None:
    fetch_media(the_file(db).id, desk=a_desk(db, Source({"111": Fetched(data)}), kept))


def now_of(db: Database, message: Message) -> Message:
    (found,) = rows(db, Message, Message.id == message.id)
    assert isinstance(found, Message)
    return found


def listening(db: Database) -> Bot:
    """The bot of a deployment that turns voice notes into words."""
    return replace(a_bot(db), hears=True)


def answers(db: Database, message: Message) -> list[Message]:
    return messages(db, message.conversation_id, "out")


def due(db: Database, topic: str) -> list[Outbox]:
    return [row for row in open_work(db, topic) if row.run_after <= utc_now()]


def test_turn_waits_while_a_voice_note_is_fetched_and_heard(demo: Database, kept: MediaStore) -> None:
    note = a_voice_note(demo)
    with pytest.raises(Later) as raised:
        take_turn(note.conversation_id, bot=listening(demo))
    assert 50 < raised.value.seconds <= HEARING_TAKES.total_seconds()
    assert due(demo, "transcribe") == []
    bring_it(demo, kept)
    assert [row.ref_id for row in due(demo, "transcribe")] == [note.id]
    with pytest.raises(Later):
        take_turn(note.conversation_id, bot=listening(demo))
    assert answers(demo, note) == []


def test_words_are_written_down_and_the_turn_follows(demo: Database, kept: MediaStore) -> None:
    note, ear = a_voice_note(demo), Ear("boleto")
    bring_it(demo, kept)
    before = len(open_work(demo, "turn"))
    transcribe(note.id, hearing=a_hearing(demo, kept, ear))
    heard = now_of(demo, note)
    assert (heard.transcript, heard.transcript_confidence) == ("boleto", 0.8)
    assert ear.heard == [(OGG, "audio/ogg", "pt")]
    assert len(open_work(demo, "turn")) == before + 1
    take_turn(note.conversation_id, bot=listening(demo))
    assert [message.kind for message in answers(demo, note)] == ["document"]


def test_words_around_a_voice_note_and_its_own_are_one_turn(demo: Database, kept: MediaStore) -> None:
    arrive(demo, text("oi"))
    note = a_voice_note(demo)
    with pytest.raises(Later):
        take_turn(note.conversation_id, bot=listening(demo))
    bring_it(demo, kept)
    transcribe(note.id, hearing=a_hearing(demo, kept, Ear()))
    arrive(demo, text("por favor"))
    for _ in range(3):
        take_turn(note.conversation_id, bot=listening(demo))
    assert len(answers(demo, note)) == 1
    assert all(message.handled_at for message in messages(demo, note.conversation_id, "in"))


def test_turn_after_the_words_leaves_fragments_their_time(demo: Database, kept: MediaStore) -> None:
    note = a_voice_note(demo)
    bring_it(demo, kept)
    transcribe(note.id, hearing=a_hearing(demo, kept, Ear(), debounce=30))
    planned = max(row.run_after for row in open_work(demo, "turn"))
    assert timedelta(seconds=25) < planned - note.received_at < timedelta(seconds=35)


def test_without_an_engine_the_turn_is_taken_at_once(demo: Database) -> None:
    note = a_voice_note(demo, transcribes=False)
    assert open_work(demo, "transcribe") == []
    take_turn(note.conversation_id, bot=a_bot(demo))
    assert len(answers(demo, note)) == 1


def test_turn_does_not_wait_longer_than_a_minute(demo: Database) -> None:
    note = a_voice_note(demo)
    with demo.transaction() as session:
        session.execute(update(Message).values(received_at=utc_now() - HEARING_TAKES))
    take_turn(note.conversation_id, bot=listening(demo))
    assert len(answers(demo, note)) == 1


def test_file_that_is_lost_lets_the_turn_go_on(demo: Database, kept: MediaStore) -> None:
    note = a_voice_note(demo)
    fetch_media(the_file(demo).id, desk=a_desk(demo, Source(), kept))
    assert len(due(demo, "transcribe")) == 1
    transcribe(note.id, hearing=a_hearing(demo, kept, Ear()))
    assert now_of(demo, note).transcript == ""
    take_turn(note.conversation_id, bot=listening(demo))
    assert len(answers(demo, note)) == 1


def test_file_that_is_not_here_yet_is_waited_for(demo: Database, kept: MediaStore) -> None:
    note = a_voice_note(demo)
    with pytest.raises(Later):
        transcribe(note.id, hearing=a_hearing(demo, kept, Ear()))


@pytest.mark.parametrize("failure", [Refused("audio_unreadable"), Refused("audio_too_long")])
def test_recording_that_cannot_be_heard_lets_the_turn_go_on(
    demo: Database, kept: MediaStore, failure: Exception
) -> None:
    note = a_voice_note(demo)
    bring_it(demo, kept)
    transcribe(note.id, hearing=a_hearing(demo, kept, Ear(failures=[failure])))
    assert now_of(demo, note).transcript == ""
    take_turn(note.conversation_id, bot=listening(demo))
    assert len(answers(demo, note)) == 1


def test_engine_that_fails_again_and_again_lets_the_turn_go_on(demo: Database, kept: MediaStore) -> None:
    note = a_voice_note(demo)
    bring_it(demo, kept)
    hearing = a_hearing(demo, kept, Ear(failures=[RuntimeError("engine"), Unreachable("media_store")]))
    for error in (RuntimeError, Unreachable):
        with pytest.raises(error):
            transcribe(note.id, hearing=hearing)
    with pytest.raises(Later):
        take_turn(note.conversation_id, bot=listening(demo))
    go_on_without(note.id, hearing=hearing)
    take_turn(note.conversation_id, bot=listening(demo))
    assert len(answers(demo, note)) == 1


def test_silence_is_heard_as_no_words(demo: Database, kept: MediaStore) -> None:
    note = a_voice_note(demo)
    bring_it(demo, kept)
    transcribe(note.id, hearing=a_hearing(demo, kept, Ear("")))
    assert (now_of(demo, note).transcript, now_of(demo, note).transcript_confidence) == ("", 0.0)


def test_worker_killed_after_writing_hears_nothing_twice(demo: Database, kept: MediaStore) -> None:
    note, ear = a_voice_note(demo), Ear()
    bring_it(demo, kept)
    for _ in range(2):
        transcribe(note.id, hearing=a_hearing(demo, kept, ear))
    assert len(ear.heard) == 1


def test_words_that_come_after_the_answer_are_kept_and_plan_nothing(demo: Database, kept: MediaStore) -> None:
    note = a_voice_note(demo)
    bring_it(demo, kept)
    with demo.transaction() as session:
        session.execute(update(Message).values(handled_at=utc_now()))
        session.execute(update(Outbox).where(Outbox.topic == "turn").values(done_at=utc_now()))
    transcribe(note.id, hearing=a_hearing(demo, kept, Ear()))
    assert now_of(demo, note).transcript == "minha internet caiu"
    assert open_work(demo, "turn") == []


def test_wrong_model_alerts_until_it_is_mended_and_holds_nobody(demo: Database, kept: MediaStore) -> None:
    note = a_voice_note(demo)
    bring_it(demo, kept)
    ear = Ear(failures=[Misconfigured("transcription_model")])
    transcribe(note.id, hearing=a_hearing(demo, kept, ear))
    assert [alert.kind for alert in rows(demo, Alert, Alert.ended_at.is_(None))] == ["transcription.stopped"]
    take_turn(note.conversation_id, bot=listening(demo))
    transcribe(note.id, hearing=a_hearing(demo, kept, ear))
    assert rows(demo, Alert, Alert.ended_at.is_(None)) == []


def test_recording_far_too_large_is_not_even_read(demo: Database, kept: MediaStore) -> None:
    large = OGG + b"\x00" * MOST_BYTES
    (note,) = arrive(demo, media("audio", data=large, voice=True), transcribes=True)
    bring_it(demo, kept, large)
    ear = Ear()
    transcribe(note.id, hearing=a_hearing(demo, kept, ear))
    assert ear.heard == []
