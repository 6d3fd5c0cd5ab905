"""What a customer who waits for a person hears: once at the hand-over, on a real change, and at a tap."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.turns import take_turn
from core.db import Database
from handoff import desk
from handoff.access import Attendant, attendant_of
from models import utc_now
from models.agent import Agent
from models.conversation import Conversation
from models.message import Message
from models.outbox import Outbox
from tests.integration.desk import a_conversation, conversation, messages
from tests.integration.doors import TERMS
from tests.integration.test_turns import a_bot, write
from tests.integration.waiting import change, chore, close_house, open_house, policy, said, waited, worked
from webhooks.effects.arrival import message_arrived
from webhooks.effects.here import Here
from webhooks.items import MessageArrived, Sender

UNKNOWN = "Ainda não dá para prever o tempo de espera."


@pytest.fixture
def house(db: Database) -> Database:
    """A provider whose queues are open, with people of whom nobody is there."""
    open_house(db)
    return db


def asks_for_person(db: Database) -> int:
    id_ = a_conversation(db, handler="bot", queue=None, said=None)
    write(db, id_, "atendente")
    take_turn(id_, bot=a_bot(db))
    return id_


def helena(db: Database) -> int:
    with db.transaction() as session:
        return session.scalars(select(Agent.id).where(Agent.login == "helena")).one()


def the_agent(db: Database) -> Attendant:
    with db.transaction() as session:
        return attendant_of(session.get_one(Agent, helena(db)))


def test_hand_over_says_the_place_in_the_same_bubble_and_no_time_while_nobody_is_there(house: Database) -> None:
    (first,), (second,) = (said(house, asks_for_person(house)) for _ in range(2))
    assert "passei a conversa para uma pessoa" in first
    assert first.endswith(f"A próxima pessoa a ser atendida é você. {UNKNOWN}")
    assert second.endswith(f"Seu lugar na fila: 2º. {UNKNOWN}")


def test_hand_over_says_a_time_as_it_was_measured(house: Database) -> None:
    # One conversation in each 6 minutes, by one person, who is there.
    worked(house, helena(house), hours=2, took=20)
    (words,) = said(house, asks_for_person(house))
    assert words.endswith("A próxima pessoa a ser atendida é você. A espera deve ser de 4 a 8 minutos.")


def test_hand_over_in_closed_hours_says_what_will_happen_and_when_once(house: Database) -> None:
    close_house(house)
    id_ = asks_for_person(house)
    (words,) = said(house, id_)
    assert words.endswith(
        "Agora a equipe não está atendendo. Sua conversa fica guardada na fila, e a resposta chega por aqui."
    )
    for minutes in (1, 60, 600):
        chore(house, minutes=minutes)
    assert len(said(house, id_)) == 1


def test_closed_hours_are_told_once_however_often_the_customer_comes_to_wait_in_them(house: Database) -> None:
    close_house(house)
    id_ = asks_for_person(house)
    who = the_agent(house)
    with house.transaction() as session:
        desk.take(session, id_, who)
        desk.give_back(session, id_, who)
    write(house, id_, "atendente")
    take_turn(id_, bot=a_bot(house))
    chore(house, minutes=30)
    told = [words for words in said(house, id_) if "Agora a equipe não está atendendo" in words]
    assert len(said(house, id_)) == 2
    assert len(told) == 1


def test_hours_that_end_during_the_wait_are_told_once(house: Database) -> None:
    id_ = asks_for_person(house)
    opens = (utc_now() + timedelta(days=2)).replace(second=0, microsecond=0)
    close_house(house, opens)
    chore(house)
    chore(house, minutes=30)
    _, words = said(house, id_)
    assert words.startswith("Agora a equipe não está atendendo e volta ")


def test_wait_that_moves_up_is_told_once_and_not_too_soon(house: Database) -> None:
    before = [a_conversation(house, hours_ago=1, said=None) for _ in range(4)]
    id_ = asks_for_person(house)
    for other in before:
        change(house, other, handler="closed")
    chore(house, minutes=5)
    assert len(said(house, id_)) == 1
    for minutes in (11, 12, 40):
        chore(house, minutes=minutes)
    moved_up = [words for words in said(house, id_) if words.startswith("A fila andou.")]
    assert len(moved_up) == 1
    assert "A próxima pessoa a ser atendida é você." in moved_up[0]


def test_customer_who_writes_on_hears_nothing_from_the_bot(house: Database) -> None:
    policy(house, callback_minutes=0)
    id_ = asks_for_person(house)
    for minutes in range(0, 300, 20):
        write(house, id_, "alguém aí?")
        take_turn(id_, bot=a_bot(house))
        chore(house, minutes=minutes)
    assert len(said(house, id_)) == 1


@pytest.mark.parametrize("state", ["agent", "closed", "bot"])
def test_nothing_is_told_where_nobody_waits(house: Database, state: str) -> None:
    id_ = asks_for_person(house)
    change(house, id_, handler=state, agent_id=helena(house))
    chore(house, minutes=60)
    assert len(said(house, id_)) == 1


def test_nothing_is_told_while_people_put_it_off(house: Database) -> None:
    before = [a_conversation(house, hours_ago=1, said=None) for _ in range(4)]
    id_ = asks_for_person(house)
    for other in before:
        change(house, other, handler="closed")
    change(house, id_, snoozed_until=utc_now() + timedelta(hours=3))
    chore(house, minutes=40)
    assert len(said(house, id_)) == 1


def test_nothing_is_told_after_the_window_of_24_hours(house: Database) -> None:
    id_ = asks_for_person(house)
    change(house, id_, last_inbound_at=utc_now() - timedelta(hours=24))
    chore(house, minutes=60)
    assert len(said(house, id_)) == 1


def test_wait_that_nobody_was_told_of_is_told_where_the_customer_asked_for_something(house: Database) -> None:
    asked, silent = a_conversation(house), a_conversation(house, said=None)
    chore(house)
    chore(house)
    assert said(house, asked) == [f"A próxima pessoa a ser atendida é você. {UNKNOWN}"]
    assert said(house, silent) == []


def tap(db: Database, id_: int, number: int) -> None:
    """A tap on the offered button, as the channel brings it."""
    with db.transaction() as session:
        contact_id = session.get_one(Conversation, id_).contact_id
    item = MessageArrived(
        "whatsapp", f"wamid.{number}", Sender(wa_id=f"551298111{contact_id:04d}"), utc_now(), "button",
        "Me chamem depois", "wait:later",
    )  # fmt: skip
    with db.transaction() as session:
        message_arrived(session, item, Here(1, number, utc_now(), TERMS))


def test_another_time_is_offered_after_a_while_and_a_tap_keeps_the_place(house: Database) -> None:
    id_ = asks_for_person(house)
    waited(house, id_, 5)
    chore(house, minutes=20)
    offered = messages(house, id_, "out")[-1]
    assert offered.payload["options"] == [["wait:later", "Me chamem depois", ""]]
    since = conversation(house, id_).waiting_since
    for number in (1, 2):
        tap(house, id_, number)
        take_turn(id_, bot=a_bot(house))
    row = conversation(house, id_)
    assert (row.handler, row.waiting_since, row.needs_person) == ("queue", since, "pediu para ser chamado depois")
    assert row.snoozed_until is None
    assert [words[:10] for words in said(house, id_)[2:]] == ["Combinado!"]
    assert all(message.handled_at for message in messages(house, id_, "in"))
    chore(house, minutes=600)
    assert len(said(house, id_)) == 3


def test_tap_plans_a_turn_and_words_that_sound_like_it_do_not(house: Database) -> None:
    id_ = a_conversation(house, said=None)
    tap(house, id_, 1)
    with house.transaction() as session:
        assert list(session.scalars(select(Outbox.ref_id).where(Outbox.topic == "turn"))) == [id_]
    write(house, id_, "Me chamem depois")
    take_turn(id_, bot=a_bot(house))
    assert [message.handled_at is None for message in messages(house, id_, "in")] == [False, True]


def test_tap_in_closed_hours_rests_until_people_are_there(house: Database) -> None:
    opens = (utc_now() + timedelta(days=2)).replace(second=0, microsecond=0)
    close_house(house, opens)
    id_ = asks_for_person(house)
    write(house, id_, "Me chamem depois", reply_id="wait:later")
    take_turn(id_, bot=a_bot(house))
    row = conversation(house, id_)
    assert row.snoozed_until is not None
    assert row.snoozed_until > utc_now() + timedelta(days=1)
    assert "quando a equipe voltar" in said(house, id_)[-1]


def test_who_takes_it_ends_all_that_is_told(house: Database) -> None:
    id_ = asks_for_person(house)
    with house.transaction() as session:
        desk.take(session, id_, the_agent(house))
    write(house, id_, "Me chamem depois", reply_id="wait:later")
    take_turn(id_, bot=a_bot(house))
    chore(house, minutes=60)
    assert len(said(house, id_)) == 1
    assert messages(house, id_, "in")[-1].handled_at is None


def test_machine_that_says_the_same_again_and_again_is_left_to_people_in_silence(house: Database) -> None:
    policy(house, loop_repeats=2)
    id_ = a_conversation(house, handler="bot", queue=None, said=None)
    for _ in range(6):
        write(house, id_, "Olá! No momento não podemos atender. Retornamos em breve.")
        take_turn(id_, bot=a_bot(house))
    chore(house, minutes=60)
    row = conversation(house, id_)
    assert (row.handler, row.queue, row.priority) == ("queue", "N1", -1)
    assert len(said(house, id_)) == 1
    assert row.handed_off_for is not None
    assert "outro robô" in row.handed_off_for


def test_person_who_repeats_a_short_word_is_no_machine(house: Database) -> None:
    policy(house, loop_repeats=3)
    id_ = a_conversation(house, handler="bot", queue=None, said=None)
    for _ in range(5):
        write(house, id_, "oi")
        take_turn(id_, bot=a_bot(house))
    assert conversation(house, id_).handler == "bot"
    with house.transaction() as session:
        assert session.scalar(select(Message.id).where(Message.direction == "event")) is None
