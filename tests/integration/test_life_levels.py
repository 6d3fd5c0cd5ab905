"""Between the levels: nothing goes up untested, what is known goes along, and N3 speaks to N2, not to the customer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.db import Database
from handoff import desk
from handoff.access import Attendant
from handoff.life.checklist import read_checklist, tick
from handoff.life.speaking import SPEAKS_ANYWAY, let_speak
from handoff.outcome import Denied, Done
from handoff.reply import GONE
from models import utc_now
from models.contact import Contact
from models.conversation import Conversation
from models.message import Message
from models.network_job import NetworkJob
from models.outbox import Outbox
from tests.integration.desk import a_conversation, audited, conversation, messages, the_cast


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    return the_cast(db)


def up(db: Database, id_: int, who: Attendant, to: str = "N2", override: str = "") -> Done | Denied:
    with db.transaction() as session:
        return desk.transfer(session, id_, who, to, "potência baixa na CTO", override=override)


def check(db: Database, id_: int, who: Attendant, *names: str, done: bool = True) -> list[Done | Denied]:
    with db.transaction() as session:
        return [tick(session, id_, who, name, done, now=utc_now()) for name in names]


def ticked(db: Database, id_: int) -> dict[str, str]:
    """What is done, and how."""
    with db.transaction() as session:
        row = session.get_one(Conversation, id_)
        return {item.name: item.how for item in read_checklist(session, row, utc_now()) if item.done}


def facts(db: Database, id_: int) -> None:
    """The customer is known, so is the contract, and its line was tested."""
    with db.transaction() as session:
        row = session.get_one(Conversation, id_)
        session.get_one(Contact, row.contact_id).customer_ref = "C-1"
        row.contract_ref = "1001"
        session.add(
            NetworkJob(
                action="diagnose",
                contract_ref="1001",
                conversation_id=id_,
                idempotency_key=f"d{id_}",
                reason="sem sinal",
                asked_by="bot",
                state="verified",
                finished_at=utc_now() - timedelta(minutes=20),
                facts={"rx_dbm": -28.1},
            )
        )


def test_n1_cannot_escalate_to_n2_while_the_checklist_lacks_something(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    check(db, id_, cast["helena"], "identified", "contract", "evidence")
    refused = up(db, id_, cast["helena"])
    assert isinstance(refused, Denied)
    assert "testes feitos" in refused.reason
    assert "identificado" not in refused.reason
    assert conversation(db, id_).queue == "N1"
    check(db, id_, cast["helena"], "tests")
    assert isinstance(up(db, id_, cast["helena"]), Done)
    after = conversation(db, id_)
    assert (after.handler, after.queue, after.level_reached) == ("queue", "N2", 2)


def test_checklist_is_ticked_by_facts_of_this_conversation(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    assert ticked(db, id_) == {}
    facts(db, id_)
    done = ticked(db, id_)
    assert set(done) == {"identified", "contract", "tests", "evidence"}
    assert done["contract"] == "contrato 1001"
    assert isinstance(up(db, id_, cast["helena"]), Done)


def test_a_test_from_yesterday_does_not_count(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    facts(db, id_)
    with db.transaction() as session:
        job = session.scalars(select(NetworkJob)).one()
        job.finished_at = utc_now() - timedelta(hours=25)
    assert "tests" not in ticked(db, id_)


def test_ticks_are_the_owners_and_say_who_made_them(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    (refused,) = check(db, id_, cast["igor"], "tests")
    assert isinstance(refused, Denied)
    assert isinstance(check(db, id_, cast["helena"], "nothing of the list")[0], Denied)
    check(db, id_, cast["helena"], "tests")
    assert ticked(db, id_)["tests"].startswith("Helena Castro, hoje")
    check(db, id_, cast["helena"], "tests", done=False)
    assert ticked(db, id_) == {}
    assert audited(db, "checklist.ticked") == [("helena", f"conversation:{id_}")]


def test_a_reason_goes_over_the_checklist_and_is_written_down(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    assert isinstance(up(db, id_, cast["helena"], override="  "), Denied)
    assert isinstance(up(db, id_, cast["helena"], override="cliente sem energia, queda geral"), Done)
    assert conversation(db, id_).checklist["overridden"]["reason"] == "cliente sem energia, queda geral"
    (event,) = [row for row in messages(db, id_, "event") if row.kind == "checklist_overridden"]
    assert "testes feitos" in event.text
    assert audited(db, "checklist.overridden") == [("helena", f"conversation:{id_}")]


@pytest.mark.parametrize(("start", "to"), [("N1", "N3"), ("Comercial", "N2")])
def test_no_way_around_the_checklist_leads_up(db: Database, cast: dict[str, Attendant], start: str, to: str) -> None:
    id_ = a_conversation(db, handler="agent", queue=start, owner=cast["karina"])
    assert isinstance(up(db, id_, cast["karina"], to), Denied)


def test_each_level_does_its_own_tests(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    check(db, id_, cast["helena"], "identified", "contract", "tests", "evidence")
    up(db, id_, cast["helena"])
    with db.transaction() as session:
        desk.take(session, id_, cast["igor"])
    assert isinstance(up(db, id_, cast["igor"], "N3"), Denied)


def test_what_was_found_out_goes_along(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"], summary="Sem internet desde ontem; LOS aceso")
    facts(db, id_)
    up(db, id_, cast["helena"])
    (event,) = [row for row in messages(db, id_, "event") if row.kind == "transferred"]
    assert event.payload["note"] == "potência baixa na CTO"
    assert event.payload["known"][1] == "Contrato conhecido: contrato 1001"
    assert event.payload["known"][2].startswith("Testes feitos: conexão testada")
    after = conversation(db, id_)
    assert (after.summary, after.handed_off_for) == ("Sem internet desde ontem; LOS aceso", "potência baixa na CTO")


def test_n3_does_not_speak_to_the_customer_unless_it_says_why(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", queue="N3", owner=cast["igor"])
    with db.transaction() as session:
        refused = desk.reply(session, id_, cast["igor"], "boa tarde", "t1")
        assert isinstance(refused, Denied)
        assert "não fala com o cliente" in refused.reason
        template = desk.reply_with_template(session, id_, cast["igor"], "reopen", {}, "t1", language="pt_BR")
        assert template == refused
        assert isinstance(desk.note(session, id_, cast["igor"], "OLT sem falha", "t2"), Done)
    with db.transaction() as session:
        assert session.scalar(select(Outbox.id).where(Outbox.topic == "deliver")) is None
        assert isinstance(let_speak(session, id_, cast["igor"], "", now=utc_now()), Denied)
        assert isinstance(let_speak(session, id_, cast["igor"], "N2 pediu ajuda ao vivo", now=utc_now()), Done)
        assert let_speak(session, id_, cast["igor"], "de novo", now=utc_now()) == SPEAKS_ANYWAY
        assert isinstance(desk.reply(session, id_, cast["igor"], "boa tarde", "t3"), Done)
    assert audited(db, "conversation.let_speak") == [("igor", f"conversation:{id_}")]


def test_n3_gives_it_back_to_whoever_had_it_at_n2(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, queue="N2")
    with db.transaction() as session:
        desk.take(session, id_, cast["igor"])
    up(db, id_, cast["igor"], "N3", "queda na PON inteira")
    with db.transaction() as session:
        desk.take(session, id_, cast["karina"])
    with db.transaction() as session:
        assert isinstance(desk.give_down(session, id_, cast["karina"], " "), Denied)
        assert isinstance(desk.give_down(session, id_, cast["karina"], "porta 3 trocada, testar"), Done)
        assert desk.give_down(session, 999, cast["karina"], "nada") == GONE
    after = conversation(db, id_)
    assert (after.handler, after.queue, after.last_agent_id) == ("queue", "N2", cast["igor"].id)
    assert (after.handed_off_for, after.level_reached) == ("porta 3 trocada, testar", 3)


def test_the_customer_waits_no_longer_for_an_escalation(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"], hours_ago=2)
    facts(db, id_)
    up(db, id_, cast["helena"])
    with db.transaction() as session:
        asked = session.scalars(select(Message.received_at).where(Message.direction == "in")).one()
    assert conversation(db, id_).waiting_since == asked
