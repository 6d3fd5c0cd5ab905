"""After a person closed: thanks stay thanks, votes stay votes, and whatever else comes goes on with the same person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.after_close import hear_after_close, reopen_unheard
from core.db import Database
from core.errors import Conflict
from handoff import desk
from handoff.access import Attendant
from models import utc_now
from models.conversation import Conversation
from models.outbox import Outbox
from nlu.fake import FakeParser
from nlu.understanding import Understanding
from tests.integration.desk import conversation, messages, the_cast
from tests.integration.doors import bring, planned, rows
from tests.integration.sla_rows import a_policy, kinds
from tests.integration.test_turns import SlowParser, a_bot
from tests.unit.webhooks.payloads import ANA, meta, text, value

WORDS = {
    "obrigado": "thanks",
    "ok": "affirm",
    "valeu, até mais": "goodbye",
    "oi": "greet",
    "boleto": "invoice_second_copy",
}


@pytest.fixture
def helena(db: Database) -> Attendant:
    """An agent of N1."""
    a_policy(db)
    return the_cast(db, "helena")["helena"]


@pytest.fixture
def ended(db: Database, helena: Attendant) -> int:
    """Ana's conversation, which Helena closed just now."""
    write(db, "caiu a internet", "wamid.1")
    with db.transaction() as session:
        desk.take(session, 1, helena)
        desk.close(session, 1, helena)
        session.execute(update(Outbox).values(done_at=utc_now()))
    return 1


def write(db: Database, body: str, name: str) -> None:
    bring(db, meta(value([text(body, message_id=name)], contacts=[{"wa_id": ANA, "profile": {"name": "Ana"}}])))


def closed_ago(db: Database, **ago: float) -> None:
    with db.transaction() as session:
        session.execute(update(Conversation).values(closed_at=utc_now() - timedelta(**ago)))


def hear(db: Database, id_: int = 1, parser: FakeParser | None = None) -> str:
    hear_after_close(id_, bot=a_bot(db, parser or FakeParser(WORDS)))
    return conversation(db, id_).handler


@pytest.mark.parametrize("said", ["obrigado", "ok", "valeu, até mais"])
def test_thanks_do_not_reopen_and_get_no_answer(db: Database, ended: int, said: str) -> None:
    write(db, said, "wamid.2")
    assert planned(db, "after_close")[-1:] == [ended]
    assert hear(db) == "closed"
    assert (messages(db, ended, "in")[-1].outcome, len(messages(db, ended, "out"))) == ("courtesy", 1)
    assert len(rows(db, Conversation)) == 1


@pytest.mark.parametrize(
    "said", ["caiu de novo", "oi", "boleto", "obrigado mas a internet ainda não voltou aqui em casa"]
)
def test_whatever_else_goes_on_with_the_same_person(db: Database, helena: Attendant, ended: int, said: str) -> None:
    write(db, said, "wamid.2")
    assert hear(db) == "queue"
    row = conversation(db, ended)
    assert (row.queue, row.last_agent_id, row.agent_id) == ("N1", helena.id, None)
    assert (row.closed_at, row.closed_by) == (None, "")
    assert row.waiting_since == messages(db, ended, "in")[-1].received_at
    assert "Reaberta na fila N1" in messages(db, ended, "event")[-1].text
    assert "Helena Castro" in messages(db, ended, "event")[-1].text
    assert "resolution" in kinds(db)
    assert len(rows(db, Conversation)) == 1


def test_a_cpf_typed_right_after_the_end_is_a_message_and_not_a_vote(db: Database, ended: int) -> None:
    write(db, "529.982.247-25", "wamid.2")
    assert hear(db) == "queue"
    assert messages(db, ended, "in")[-1].outcome is None


def test_after_the_time_for_it_the_bot_begins_anew(db: Database, ended: int) -> None:
    closed_ago(db, hours=25)
    write(db, "oi", "wamid.2")
    assert [row.handler for row in rows(db, Conversation)] == ["closed", "bot"]
    assert planned(db, "turn")[-1] == 2


def test_what_the_bot_had_at_its_end_is_not_reopened(db: Database) -> None:
    write(db, "oi", "wamid.1")
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="closed", closed_at=utc_now()))
    write(db, "oi", "wamid.2")
    assert [row.handler for row in rows(db, Conversation)] == ["closed", "bot"]


def test_a_repeated_delivery_reopens_nothing(db: Database, ended: int) -> None:
    write(db, "caiu a internet", "wamid.1")
    assert hear(db) == "closed"
    assert len(messages(db, ended, "in")) == 1


def test_without_understanding_a_person_reads_it(db: Database, ended: int) -> None:
    write(db, "obrigado", "wamid.2")
    parser = FakeParser(WORDS)
    parser.down = True
    assert hear(db, parser=parser) == "queue"


def test_given_up_a_person_reads_it(db: Database, ended: int) -> None:
    write(db, "obrigado", "wamid.2")
    reopen_unheard(ended, bot=a_bot(db))
    assert conversation(db, ended).handler == "queue"


def test_what_came_while_it_was_understood_is_heard_too(db: Database, ended: int) -> None:
    class Interrupting(FakeParser):
        def parse(self, text: str) -> Understanding:
            if not self.asked:
                write(db, "mas ainda não voltou", "wamid.3")
            return super().parse(text)

    write(db, "obrigado", "wamid.2")
    parser = Interrupting(WORDS)
    with pytest.raises(Conflict):
        hear(db, parser=parser)
    assert hear(db, parser=parser) == "queue"


def test_an_open_conversation_gets_what_would_have_reopened_the_old_one(db: Database, ended: int) -> None:
    write(db, "caiu de novo", "wamid.2")
    with db.transaction() as session:
        old = session.get_one(Conversation, ended)
        session.add(Conversation(contact_id=old.contact_id, channel="whatsapp", protocol="9", handler="bot"))
    assert hear(db) == "closed"
    other = next(row.id for row in rows(db, Conversation) if row.handler == "bot")
    assert [row.text for row in messages(db, other, "in")] == ["caiu de novo"]
    assert planned(db, "turn")[-1] == other


def test_it_may_be_closed_again_with_a_farewell_of_its_own(db: Database, helena: Attendant, ended: int) -> None:
    write(db, "caiu de novo", "wamid.2")
    hear(db)
    with db.transaction() as session:
        desk.take(session, ended, helena)
        desk.close(session, ended, helena)
    assert len([row for row in messages(db, ended, "out") if "protocolo" in row.text]) == 2
    with db.transaction() as session:
        assert session.scalars(select(Conversation.closed_by)).all() == ["helena"]


def test_slow_understanding_does_not_reopen_over_a_conversation_that_went_on(db: Database, ended: int) -> None:
    parser = SlowParser()
    parser.go_on.set()
    write(db, "obrigado", "wamid.2")
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="queue", queue="N1"))
    hear_after_close(ended, bot=a_bot(db, parser))
    assert conversation(db, ended).handler == "queue"
    assert messages(db, ended, "in")[-1].outcome is None
