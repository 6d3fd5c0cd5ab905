"""Whoever waits for their line hears once that it is back, verified, whoever dies and however often it is looked at."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.line_watch import TOPIC, look, stop_watching, watch_line
from bot.texts import Texts
from core.db import Database
from core.later import Later
from demo import DEMO_FILE, seed_demo
from models import utc_now
from models.conversation import Conversation
from models.incident import Incident
from models.line_report import LineWatch
from models.message import Message
from models.network_job import NetworkJob
from models.outbox import Outbox
from tests.integration.desk import conversation, messages
from tests.integration.diagnosed import DAVI, ONU, ask_diagnosis, diagnose, rows, swept, watch_of
from tests.integration.test_turns import open_conversation

TEXTS = Texts.load()


@pytest.fixture
def demo(db: Database) -> Database:
    """The demo provider."""
    assert seed_demo(db, DEMO_FILE, "senha-de-teste")
    return db


@pytest.fixture
def chat(demo: Database) -> int:
    """Davi's conversation, whose window is open, waiting to hear that his line is back."""
    number = open_conversation(demo, "5512981110004")
    with demo.transaction() as session:
        session.get_one(Conversation, number).last_inbound_at = utc_now()
        watch_line(session, DAVI, number)
    return number


def seen(db: Database) -> bool:
    """Looks once; whether the watch has ended."""
    try:
        look(watch_of(db).id, db=db, texts=TEXTS)
    except Later:
        return False
    return True


def last_job(db: Database) -> int:
    return int(max(job.id for job in rows(db, NetworkJob)))


def told(db: Database, number: int) -> list[str]:
    return [message.text for message in messages(db, number, "out")]


def test_line_is_watched_once_however_often_it_is_asked_for(demo: Database, chat: int) -> None:
    with demo.transaction() as session:
        watch_line(session, DAVI, chat)

    assert len(rows(demo, LineWatch)) == 1
    assert [row.topic for row in rows(demo, Outbox)] == [TOPIC]


def test_customer_is_told_once_when_a_measurement_reads_the_line_as_back(demo: Database, chat: int) -> None:
    assert not seen(demo), "asks for a measurement"
    diagnose(demo, last_job(demo), "los")
    assert not seen(demo)
    assert told(demo, chat) == []

    diagnose(demo, ask_diagnosis(demo, "turn:2"))
    assert seen(demo)
    assert seen(demo)

    assert len(told(demo, chat)) == 1
    assert told(demo, chat)[0].startswith("Voltou!")
    assert watch_of(demo).outcome == "back"


def test_only_one_of_parallel_looks_tells(demo: Database, chat: int) -> None:
    diagnose(demo, ask_diagnosis(demo))
    number = watch_of(demo).id

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: look(number, db=demo, texts=TEXTS), range(4)))

    assert len(told(demo, chat)) == 1


def test_nothing_is_told_and_the_watch_goes_on_when_the_worker_dies_while_telling(demo: Database, chat: int) -> None:
    diagnose(demo, ask_diagnosis(demo))

    class Dying(Texts):
        def __call__(self, sentence_name: str, /, **values: object) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look(watch_of(demo).id, db=demo, texts=Dying({}, "pt_BR"))
    assert told(demo, chat) == []
    assert watch_of(demo).ended_at is None

    assert seen(demo)
    assert len(told(demo, chat)) == 1


def test_measurement_from_before_the_watch_proves_nothing(demo: Database) -> None:
    number = open_conversation(demo, "5512981110004")
    diagnose(demo, ask_diagnosis(demo))
    with demo.transaction() as session:
        watch_line(session, DAVI, number)

    assert not seen(demo)
    assert told(demo, number) == []


def test_sweep_that_sees_the_line_down_spares_its_olt_a_measurement(demo: Database, chat: int) -> None:
    swept(demo, ONU, "los")
    assert not seen(demo)
    assert rows(demo, NetworkJob) == []

    swept(demo, ONU, "online")
    assert not seen(demo), "a sweep alone is no proof"
    assert len(rows(demo, NetworkJob)) == 1


def test_lines_are_measured_less_and_less_often(demo: Database, chat: int) -> None:
    with demo.transaction() as session:
        session.execute(update(LineWatch).values(since=utc_now() - timedelta(hours=1)))
    with pytest.raises(Later) as later:
        look(watch_of(demo).id, db=demo, texts=TEXTS)
    assert 850 < later.value.seconds < 950
    diagnose(demo, last_job(demo), "los")

    assert not seen(demo)
    assert len(rows(demo, NetworkJob)) == 1, "measured just now"


def test_end_of_a_measurement_rings_for_the_watch(demo: Database, chat: int) -> None:
    diagnose(demo, ask_diagnosis(demo))

    [due] = [row.run_after for row in rows(demo, Outbox) if row.topic == TOPIC]
    assert due <= datetime.now(UTC)


def test_person_who_has_the_conversation_gets_a_note_instead(demo: Database, chat: int) -> None:
    with demo.transaction() as session:
        session.execute(update(Conversation).values(handler="agent", agent_id=1))
    diagnose(demo, ask_diagnosis(demo))

    assert seen(demo)
    assert told(demo, chat) == []
    assert "voltou" in messages(demo, chat, "note")[-1].text


def test_closed_window_costs_nothing_unless_the_provider_wants_it(demo: Database, chat: int) -> None:
    with demo.transaction() as session:
        session.execute(update(Conversation).values(last_inbound_at=utc_now() - timedelta(days=2)))
    diagnose(demo, ask_diagnosis(demo))

    assert seen(demo)
    assert told(demo, chat) == []
    assert "janela de 24 horas" in messages(demo, chat, "note")[-1].text


def test_guided_test_ends_when_the_line_is_back(demo: Database, chat: int) -> None:
    with demo.transaction() as session:
        row = session.get_one(Conversation, chat)
        guide = {"contract": DAVI, "cause": "offline", "step": "restart_onu", "done": []}
        row.dialogue = {"expect": "tried", "contract": DAVI, "guide": guide}
        before = row.version
    diagnose(demo, ask_diagnosis(demo))

    assert seen(demo)
    after = conversation(demo, chat)
    assert (after.dialogue["expect"], after.dialogue["guide"]) == ("back", {})
    assert after.version > before, "a turn that was begun before is taken again"


def test_incident_tells_instead_of_the_watch(demo: Database, chat: int) -> None:
    with demo.transaction() as session:
        session.add(Incident(scope_kind="cto", scope="CTO-S-001", cause="cabo rompido"))

    assert seen(demo)
    assert watch_of(demo).outcome == "replaced"


def test_watch_gives_up_after_a_day_and_leaves_a_note(demo: Database, chat: int) -> None:
    with demo.transaction() as session:
        long_ago = utc_now() - timedelta(hours=25)
        session.execute(update(LineWatch).values(since=long_ago, ends_at=long_ago + timedelta(hours=24)))

    assert seen(demo)
    assert watch_of(demo).outcome == "given_up"
    assert [m.direction for m in rows(demo, Message)] == ["note"]


def test_customer_who_knows_already_is_not_told(demo: Database, chat: int) -> None:
    with demo.transaction() as session:
        stop_watching(session, DAVI)
    diagnose(demo, ask_diagnosis(demo))

    assert seen(demo)
    assert told(demo, chat) == []
    assert watch_of(demo).outcome == "closed"
