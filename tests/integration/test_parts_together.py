"""Where parts of the desk meet: what sleeps and is taken, what a queue without a voice may send, and other systems."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.turns import take_turn
from core.db import Database
from demo import DEMO_FILE, seed_demo
from handoff import desk
from handoff.access import Attendant
from handoff.assignment.returns import return_abandoned
from handoff.desk_jobs import ask_second_copy
from handoff.integrations.tokens import NewToken, new_token, revoke
from handoff.life.merging import merge
from handoff.life.scheduled import Wanted, change, schedule
from handoff.life.snooze import snooze
from handoff.life.unmerging import unmerge
from handoff.outcome import Denied, Done, Taken
from handoff.permits import Role, Sees
from handoff.satisfaction.sentences import survey_sentences
from handoff.whom import contact_of
from handoff.writing.macros import MacroForm, run_macro, save_macro
from models import utc_now
from models.api_token import ApiToken
from models.conversation import Conversation
from models.customer import Customer, CustomerPhone
from models.scheduled_message import ScheduledMessage
from tests.integration.attendance import a_round, people, push_queues, put
from tests.integration.attendance import change as make
from tests.integration.desk import a_conversation, a_provider, conversation, messages, the_cast
from tests.integration.other_systems import System, a_token
from tests.integration.sla_rows import a_policy, kinds, pauses
from tests.integration.test_turns import ANA, STRANGER, a_bot, karina, open_conversation, write
from tests.integration.writing_rows import a_canned, a_macro


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody, with something promised."""
    a_provider(db)
    a_policy(db)
    return the_cast(db)


def put_off(db: Database, id_: int, who: Attendant) -> None:
    with db.transaction() as session:
        now = utc_now()
        assert isinstance(snooze(session, id_, who, now + timedelta(hours=5), "liga às 15h", now=now), Done)


def becomes(db: Database, id_: int, **columns: object) -> None:
    with db.transaction() as session:
        session.execute(update(Conversation).where(Conversation.id == id_).values(columns))


def test_time_that_was_held_for_a_snooze_runs_again_when_somebody_takes_it(
    db: Database, cast: dict[str, Attendant]
) -> None:
    waits, helenas = a_conversation(db), a_conversation(db, handler="agent", owner=cast["helena"])
    for id_ in (waits, helenas):
        put_off(db, id_, cast["karina"])
    with db.transaction() as session:
        assert isinstance(desk.take(session, waits, cast["helena"]), Taken)
        assert isinstance(desk.take_over(session, helenas, cast["karina"]), Taken)
    assert [pause.ended_at is None for pause in pauses(db)] == [False, False]


def test_other_system_keeps_what_it_took_until_its_token_ends(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db)
    crm = System(db, a_token(db))
    assert crm.post(f"/conversations/{id_}/take").status_code == 200
    with db.transaction() as session:
        assert return_abandoned(session, utc_now()) == 0
    with db.transaction() as session:
        revoke(session, session.scalars(select(ApiToken.id)).one(), cast["admin"])
        assert return_abandoned(session, utc_now()) == 1
    assert conversation(db, id_).handler == "queue"


def test_queue_without_a_voice_sends_no_second_copy_and_rewrites_no_scheduled_message(
    db: Database, cast: dict[str, Attendant]
) -> None:
    id_, now = a_conversation(db, handler="agent", owner=cast["helena"]), utc_now()
    later = Wanted(now + timedelta(hours=2), "Voltou ao normal?")
    with db.transaction() as session:
        planned = schedule(session, id_, cast["helena"], later, "t", language="pt_BR", now=now)
    assert isinstance(planned, Done)
    becomes(db, id_, queue="N3")
    other = Wanted(now + timedelta(hours=2), "Aqui é a rede.")
    with db.transaction() as session:
        told = change(session, planned.message_id, cast["helena"], other, now=now)
        asked = ask_second_copy(session, id_, cast["helena"], 1, "t", now=now)
        assert session.scalars(select(ScheduledMessage.text)).one() == "Voltou ao normal?"
    assert [isinstance(one, Denied) and "não fala com o cliente" in one.reason for one in (told, asked)] == [True, True]


def test_what_a_merge_brings_wakes_a_sleeping_conversation_and_asks_for_an_answer(
    db: Database, cast: dict[str, Attendant]
) -> None:
    asleep = a_conversation(db, handler="agent", owner=cast["helena"], said=None)
    bots = a_conversation(db, name="Ana (trabalho)", handler="bot", queue=None, said="ainda sem internet")
    put_off(db, asleep, cast["helena"])
    kept, gone = conversation(db, asleep).contact_id, conversation(db, bots).contact_id
    with db.transaction() as session:
        done = merge(session, kept, gone, cast["karina"], "mesma pessoa", now=utc_now())
    assert isinstance(done, Done)
    assert [row.text for row in messages(db, asleep, "in")] == ["ainda sem internet"]
    assert conversation(db, asleep).snoozed_until is None
    assert "first" in kinds(db)


def test_conversation_that_an_unmerge_opens_again_is_measured_again(db: Database, cast: dict[str, Attendant]) -> None:
    helenas = a_conversation(db, handler="agent", owner=cast["helena"], said=None)
    waits = a_conversation(db, name="Ana (trabalho)", said=None)
    with db.transaction() as session:
        kept, gone = (session.get_one(Conversation, id_).contact_id for id_ in (helenas, waits))
        done = merge(session, kept, gone, cast["karina"], "mesma pessoa", now=utc_now())
    assert isinstance(done, Done)
    with db.transaction() as session:
        unmerge(session, done.message_id, kept, cast["karina"], now=utc_now())
    assert conversation(db, waits).handler == "queue"
    assert "resolution" in kinds(db)


def test_nothing_is_pushed_to_somebody_whose_role_has_no_conversations_any_more(db: Database) -> None:
    push_queues(db, "N1")
    (ana,) = people(db, 1, capacity=3)
    put(db, [ana])
    a_conversation(db)
    make(db, ana, role="technician")
    assert a_round(db) == 0
    make(db, ana, role="agent")
    assert a_round(db) == 1


def test_farewell_of_a_macro_and_of_another_system_is_in_the_customers_language(
    db: Database, cast: dict[str, Attendant]
) -> None:
    by_macro, by_crm = a_conversation(db, handler="agent", owner=cast["helena"]), a_conversation(db)
    macro, crm = a_macro(db, cast["karina"], "encerrar"), System(db, a_token(db), language="es")
    with db.transaction() as session:
        assert isinstance(run_macro(session, by_macro, cast["helena"], macro, "t", language="es"), Done)
    for act in ("take", "close"):
        assert crm.post(f"/conversations/{by_crm}/{act}").status_code == 200
    farewell = survey_sentences("es")["survey.farewell"].text
    for id_ in (by_macro, by_crm):
        assert farewell.format(protocol=conversation(db, id_).protocol) in messages(db, id_, "out")[0].text


def test_other_system_goes_a_level_up_with_a_reason(db: Database, cast: dict[str, Attendant]) -> None:
    id_, crm = a_conversation(db), System(db, a_token(db))
    crm.post(f"/conversations/{id_}/take")
    assert crm.post(f"/conversations/{id_}/transfer", {"queue": "N2"}).status_code == 409
    up = {"queue": "N2", "override": "o CRM já testou"}
    assert crm.post(f"/conversations/{id_}/transfer", up).status_code == 200
    assert conversation(db, id_).queue == "N2"


def test_nobody_makes_a_token_that_may_more_than_they(db: Database, cast: dict[str, Attendant]) -> None:
    clerk = Role("clerk", "Integrações", frozenset({"api.manage", "conversation.answer"}), "all")
    asked: list[tuple[Sees, str, bool]] = [
        ("all", "conversations.read", True),
        ("all", "customers.document", False),
        ("all", "jobs.write", False),
        ("queues", "conversations.read", False),
    ]
    for number, (sees, scope, given) in enumerate(asked):
        who = replace(cast["helena"], role="clerk", terms=replace(clerk, sees=sees))
        with db.transaction() as session:
            made = new_token(session, name=f"crm{number}", scopes=(scope,), by=who)
        assert isinstance(made, NewToken) == given, (sees, scope)


def test_number_that_was_merged_to_a_customers_opens_no_bills(db: Database) -> None:
    assert seed_demo(db, DEMO_FILE, "senha-de-teste")
    anas, strangers = open_conversation(db, ANA), open_conversation(db, STRANGER)
    with db.transaction() as session:
        kept, gone = (session.get_one(Conversation, id_).contact_id for id_ in (anas, strangers))
        ana = session.scalars(
            select(Customer.ref).join(CustomerPhone).where(CustomerPhone.match_key == f"+{ANA}")
        ).one()
        before = contact_of(session, ana)
        assert isinstance(merge(session, kept, gone, karina(db), "mesma pessoa", now=utc_now()), Done)
        session.flush()
        assert (before and before.id, contact_of(session, ana)) == (kept, None)
    write(db, anas, "boleto")
    take_turn(anas, bot=a_bot(db))
    (answer,) = messages(db, anas, "out")
    assert (answer.kind, answer.attachment_id, "F-1001-1" in answer.text) == ("text", None, False)


def test_role_that_may_write_ready_answers_does_without_supervising(db: Database, cast: dict[str, Attendant]) -> None:
    writer = Role("writer", "Redação", frozenset({"conversation.answer", "canned.handle"}))
    who = replace(cast["helena"], role="writer", terms=writer)
    assert a_canned(db, who)
    assert a_macro(db, who, "responder /oi")
    with db.transaction() as session:
        refused = save_macro(session, cast["igor"], MacroForm("Outra", "encerrar", ()), None)
    assert isinstance(refused, Denied)
