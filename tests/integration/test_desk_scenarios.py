"""What others complained of, held against the desk: double tickets, closing windows, notices, no way to a person."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from bot.after_close import hear_after_close
from bot.survey_comment import take_comment
from bot.turns import take_turn
from core.db import Database
from core.errors import Misconfigured
from core.later import Later
from handoff import desk
from handoff.access import Attendant, attendant_of, may_see
from handoff.hand_over import hand_over
from models import utc_now
from models.agent import Agent
from models.attachment import Attachment
from models.conversation import WINDOW, Conversation
from models.message import Message
from nlu.fake import FakeParser
from tests.integration.billing_rows import store_provider
from tests.integration.console import Person, console_app
from tests.integration.desk import CAST, a_conversation, conversation, messages, the_cast
from tests.integration.doors import bring, rows
from tests.integration.outgoing import Watch, a_chat, a_delivery, an_answer, the_message, the_worry
from tests.integration.test_satisfaction import low_vote, says
from tests.integration.test_turns import a_bot, write
from tests.integration.waiting import change, chore, close_house, open_house, said
from tests.unit.webhooks.payloads import ANA, meta, text, value
from webhooks.channels.fake import FakeChannel
from webhooks.deliver import deliver


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    return the_cast(db)


@pytest.mark.parametrize("where", ["queue", "agent", "snoozed", "N3"])
def test_no_second_conversation_begins_while_one_is_live_in_another_queue(
    db: Database, cast: dict[str, Attendant], where: str
) -> None:
    id_ = a_chat(db)
    with db.transaction() as session:
        hand_over(session, id_, queue="N1", reason="sem sinal", summary="")
        desk.take(session, id_, cast["helena"])
        desk.transfer(session, id_, cast["helena"], "N2", "ver ONU", override="sem acesso")
    if where != "queue":
        with db.transaction() as session:
            desk.take(session, id_, cast["igor"])
    if where == "snoozed":
        change(db, id_, snoozed_until=utc_now() + timedelta(hours=3))
    if where == "N3":
        change(db, id_, queue="N3")
    bring(db, meta(value([text("alguém aí?", message_id="wamid.9", wa_id=ANA)])))
    assert [row.id for row in rows(db, Conversation)] == [id_]
    assert messages(db, id_, "in")[-1].text == "alguém aí?"


def test_answer_of_a_person_that_waits_while_the_window_closes_is_theirs_to_see(
    db: Database, cast: dict[str, Attendant]
) -> None:
    chat, watch, channel = a_chat(db), Watch(), FakeChannel()
    with db.transaction() as session:
        desk.take(session, chat, cast["helena"])
        done = desk.reply(session, chat, cast["helena"], "O técnico chega às 14 h.", "t", now=utc_now())
    assert isinstance(done, desk.Done)
    watch.pass_by(WINDOW.total_seconds())
    deliver(done.message_id, delivery=a_delivery(db, {"meta": channel}, clock=watch))
    assert channel.taken == []
    assert (the_message(db, done.message_id).status, the_message(db, done.message_id).error) == (
        "failed",
        "window_closed",
    )
    assert "janela de 24 h" in the_worry(db, chat)
    assert "O técnico chega às 14 h." in Person(console_app(db), "helena").get(f"/console/c/{chat}").text


def test_nobody_who_is_being_served_hears_that_we_are_closed(db: Database) -> None:
    open_house(db)
    close_house(db)
    id_ = a_conversation(db, handler="bot", queue=None, said=None)
    write(db, id_, "atendente")
    take_turn(id_, bot=a_bot(db))
    before = said(db, id_)
    with db.transaction() as session:
        desk.take(session, id_, the_agent(db))
    for minutes in (1, 60, 600):
        write(db, id_, "e agora?")
        take_turn(id_, bot=a_bot(db))
        chore(db, minutes=minutes)
    assert said(db, id_) == before


def the_agent(db: Database) -> Attendant:
    with db.transaction() as session:
        return attendant_of(session.query(Agent).filter(Agent.login == "helena").one())


def test_what_customers_write_is_taken_in_while_the_channel_refuses_our_token(
    db: Database, cast: dict[str, Attendant]
) -> None:
    chat, channel = a_chat(db), FakeChannel()
    channel.script = [Misconfigured("graph_190")]
    with pytest.raises(Later):
        deliver(an_answer(db, chat), delivery=a_delivery(db, {"meta": channel}))
    bring(db, meta(value([text("ainda sem sinal", message_id="wamid.9", wa_id=ANA)])))
    assert messages(db, chat, "in")[-1].text == "ainda sem sinal"
    with db.transaction() as session:
        hand_over(session, chat, queue="N1", reason="sem sinal", summary="")
        assert isinstance(desk.take(session, chat, cast["helena"]), desk.Taken)
    assert "ainda sem sinal" in Person(console_app(db), "helena").get(f"/console/c/{chat}").text


@pytest.fixture
def app(db: Database, cast: dict[str, Attendant]) -> Flask:
    return console_app(db)


def test_file_of_a_conversation_opens_for_whom_the_conversation_opens_and_for_nobody_else(
    app: Flask, db: Database, cast: dict[str, Attendant]
) -> None:
    people = {login: Person(app, login) for login in CAST}
    for queue, owner in itertools.product(("N1", "N2", "Financeiro"), (None, "helena", "joana")):
        id_ = a_conversation(db, queue=queue, handler="agent" if owner else "queue", owner=cast.get(owner or ""))
        with db.transaction() as session:
            picture = Attachment(filename="modem.png", mime_type="image/png", sha256="1", data=b"\x89PNG")
            session.add(picture)
            session.flush()
            message = Message(
                conversation_id=id_, channel="whatsapp", direction="in", kind="image", attachment_id=picture.id
            )
            session.add(message)
            session.flush()
            where = f"/console/c/{id_}/files/{message.id}"
            row = session.get_one(Conversation, id_)
            sees = {login for login, who in cast.items() if may_see(who, row)}
        opened = {login for login, person in people.items() if person.get(where).status_code == 200}
        assert opened == sees, (queue, owner)


@pytest.mark.parametrize("words", ["atendente", "quero falar com uma pessoa"])
def test_person_comes_in_one_turn_where_a_comment_was_asked_for(
    db: Database, cast: dict[str, Attendant], words: str
) -> None:
    store_provider(db)
    id_, wa_id, survey_id = low_vote(db, cast["helena"])
    bring(db, says(wa_id, words))
    bot = a_bot(db, FakeParser({words: "talk_to_human"}))
    take_comment(survey_id, bot=bot)
    hear_after_close(id_, bot=bot)
    (row,) = rows(db, Conversation)
    assert (row.id, row.handler, row.last_agent_id) == (id_, "queue", cast["helena"].id)


def test_person_comes_in_one_turn_right_after_the_end(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_chat(db)
    with db.transaction() as session:
        desk.take(session, id_, cast["helena"])
        desk.close(session, id_, cast["helena"])
        session.execute(update(Message).values(handled_at=utc_now()))
    bring(db, meta(value([text("atendente", message_id="wamid.9", wa_id=ANA)])))
    hear_after_close(id_, bot=a_bot(db, FakeParser({})))
    row = conversation(db, id_)
    assert (row.handler, row.queue, row.last_agent_id) == ("queue", "N1", cast["helena"].id)
