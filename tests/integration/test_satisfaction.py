"""Satisfaction: asked once and in the farewell's bubble, answered by a tap alone, and a low vote reaches somebody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.after_close import hear_after_close
from bot.survey_comment import take_comment
from bot.turns import take_turn
from core.db import Database
from handoff import consent
from handoff.access import Attendant
from handoff.events import locked
from handoff.release import close
from handoff.satisfaction.commenting import keep_comment, waiting_text
from handoff.satisfaction.sentences import survey_sentences
from models import utc_now
from models.alert import Alert
from models.bot_text import BotText
from models.contact import Contact, ContactAlias
from models.conversation import Conversation
from models.incident import Incident, IncidentContract
from models.message import Message
from models.outbox import Outbox
from models.provider import Provider
from models.reading import Reading
from models.survey import Survey
from nlu.fake import FakeParser
from tests.integration.billing_rows import store_provider
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, conversation, messages, the_cast
from tests.integration.doors import bring, rows
from tests.integration.template_rows import a_template
from tests.integration.test_turns import a_bot
from tests.unit.webhooks.payloads import meta, text, value

CPF = "529.982.247-25"


@pytest.fixture
def helena(db: Database) -> Attendant:
    """Who closes."""
    store_provider(db)
    return the_cast(db)["helena"]


def closed(db: Database, owner: Attendant, **more: Any) -> tuple[int, str]:
    """A conversation that the owner closed, and the phone of its customer."""
    id_ = a_conversation(db, handler="agent", owner=owner, **more)
    with db.transaction() as session:
        row = session.get_one(Conversation, id_)
        row.channel = "meta"
        contact = session.get_one(Contact, row.contact_id)
        contact.channel = "meta"
        alias = session.scalars(select(ContactAlias).where(ContactAlias.contact_id == contact.id)).one()
        alias.channel = "meta"
        wa_id = alias.value
    with db.transaction() as session:
        close(session, id_, owner)
    return id_, wa_id


def tap(wa_id: str, id_: str, title: str = "⭐ Péssimo", message_id: str = "") -> bytes:
    """A row of a list, as Meta tells of it."""
    said = {"type": "list_reply", "list_reply": {"id": id_, "title": title}}
    message = {**text("", wa_id=wa_id, message_id=message_id), "type": "interactive", "interactive": said}
    del message["text"]
    return meta(value([message]))


def says(wa_id: str, words: str) -> bytes:
    return meta(value([text(words, wa_id=wa_id)]))


def survey(db: Database) -> Survey:
    with db.transaction() as session:
        return session.scalars(select(Survey)).one()


def test_survey_is_asked_in_the_farewells_own_bubble(db: Database, helena: Attendant) -> None:
    id_, _ = closed(db, helena)
    (said,) = messages(db, id_, "out")
    row = survey(db)
    assert said.kind == "list"
    assert said.text.startswith("Atendimento encerrado. Seu protocolo é ")
    assert [option[0] for option in said.payload["options"]] == [f"csat:{row.id}:{score}" for score in range(5, 0, -1)]
    assert (row.agent_id, row.queue, row.score, row.key) == (helena.id, "N1", None, said.key)
    # A channel without lists says the farewell alone: numbered lines would ask for a number.
    assert "Avaliar" not in said.payload["words"]


def test_survey_is_asked_in_the_houses_own_words_as_long_as_they_fit(db: Database, helena: Attendant) -> None:
    own = {
        "survey.farewell": "Até logo! Protocolo {protocol}.",
        "survey.question": "Que nota você dá?",
        "survey.button": "Dar uma nota de um a cinco",
        "survey.score_1": "⭐ Muito ruim",
        "survey.comment": "O que houve?",
    }
    with db.transaction() as session:
        for name, words in own.items():
            session.add(BotText(language="pt_BR", name=name, version=1, text=words, instead_of="", by="admin"))
    id_, wa_id = closed(db, helena)
    (said,) = messages(db, id_, "out")
    assert said.text == f"Até logo! Protocolo {conversation(db, id_).protocol}.\n\nQue nota você dá?"
    assert (said.payload["options"][-1][1], said.payload["list_button"]) == ("⭐ Muito ruim", "Avaliar")
    bring(db, tap(wa_id, f"csat:{survey(db).id}:1"))
    assert messages(db, id_, "out")[-1].text == "O que houve?"


def test_vote_opens_nothing_and_waits_for_nothing(db: Database, helena: Attendant) -> None:
    id_, wa_id = closed(db, helena)
    bring(db, tap(wa_id, f"csat:{survey(db).id}:5"))
    assert survey(db).score == 5
    assert len(rows(db, Conversation)) == 1
    vote = messages(db, id_, "in")[-1]
    assert (vote.outcome, vote.handled_at is not None) == ("vote", True)
    assert not rows(db, Outbox, Outbox.topic.in_(("turn", "typing")))
    assert not rows(db, Reading)
    assert not rows(db, Alert)


def test_first_vote_counts_however_often_it_is_tapped(db: Database, helena: Attendant) -> None:
    id_, wa_id = closed(db, helena)
    asked = survey(db).id
    again = tap(wa_id, f"csat:{asked}:4", message_id="wamid.same")
    bring(db, again, again, tap(wa_id, f"csat:{asked}:1"))
    assert survey(db).score == 4
    assert [row.outcome for row in messages(db, id_, "in")][1:] == ["vote", "vote"]
    assert not rows(db, Alert)


@pytest.mark.parametrize("typed", [CPF, "5", "10", "nota 1", "csat:1:5"])
def test_what_is_typed_after_the_end_is_a_message_and_no_vote(db: Database, helena: Attendant, typed: str) -> None:
    id_, wa_id = closed(db, helena)
    bring(db, says(wa_id, typed))
    assert survey(db).score is None
    assert [row.text for row in messages(db, id_, "in")][-1] == typed
    # It came soon after the end: whether the conversation goes on is found out by understanding it.
    assert rows(db, Outbox, Outbox.topic == "after_close", Outbox.ref_id == id_)


def test_somebody_elses_survey_cannot_be_answered(db: Database, helena: Attendant) -> None:
    closed(db, helena)
    asked = survey(db).id
    bring(db, tap("5512981119876", f"csat:{asked}:1"))
    assert survey(db).score is None


def test_late_vote_is_stored_and_does_not_count(db: Database, helena: Attendant) -> None:
    id_, wa_id = closed(db, helena)
    with db.transaction() as session:
        session.execute(update(Survey).values(expires_at=utc_now() - timedelta(seconds=1)))
    bring(db, tap(wa_id, f"csat:{survey(db).id}:1"))
    assert survey(db).score is None
    assert messages(db, id_, "in")[-1].outcome == "vote"
    assert len(rows(db, Conversation)) == 1


def test_survey_is_asked_once_however_often_it_is_closed(db: Database, helena: Attendant) -> None:
    id_, _ = closed(db, helena)
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="agent", version=Conversation.version + 1))
    with db.transaction() as session:
        close(session, id_, helena)
    assert [row.kind for row in messages(db, id_, "out")] == ["list", "text"]
    assert len(rows(db, Survey)) == 1


@pytest.mark.parametrize("over", [False, True])
def test_nobody_is_asked_after_an_outage(db: Database, helena: Attendant, over: bool) -> None:
    with db.transaction() as session:
        at = utc_now() - timedelta(hours=2)
        back = utc_now() - timedelta(minutes=2) if over else None
        row = Incident(scope_kind="cto", scope="CTO-1", cause="fibra rompida", started_at=at, ended_at=back)
        session.add(row)
        session.flush()
        session.add(IncidentContract(incident_id=row.id, contract_ref="1001", back_at=back))
    id_, _ = closed(db, helena, contract_ref="1001")
    assert [row.kind for row in messages(db, id_, "out")] == ["text"]
    assert not rows(db, Survey)


def test_who_refused_such_messages_is_not_asked(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    with db.transaction() as session:
        contact = session.get_one(Conversation, id_).contact_id
        consent.record(session, contact, "out", "customer", {"message_id": 1}, utc_now(), "bot")
        close(session, id_, helena)
    assert not rows(db, Survey)


def test_policy_can_say_that_nobody_is_asked(db: Database, helena: Attendant) -> None:
    with db.transaction() as session:
        session.execute(update(Provider).values(policies={"satisfaction": {"ask": False}}))
    id_ = a_conversation(db, handler="agent", owner=helena)
    with db.transaction() as session:
        close(session, id_, helena)
    assert [row.kind for row in messages(db, id_, "out")] == ["text"]


@pytest.mark.parametrize("approved", [False, True])
def test_closed_window_takes_the_approved_template_or_nothing(db: Database, helena: Attendant, approved: bool) -> None:
    if approved:
        a_template(db, "survey")
    id_ = a_conversation(db, handler="agent", owner=helena, hours_ago=30)
    with db.transaction() as session:
        close(session, id_, helena)
    assert [row.kind for row in messages(db, id_, "out")] == (["template"] if approved else [])
    assert len(rows(db, Survey)) == int(approved)
    assert conversation(db, id_).handler == "closed"


def test_templates_button_belongs_to_the_survey_it_hangs_on(db: Database, helena: Attendant) -> None:
    a_template(db, "survey", channel="meta")
    first, wa_id = closed(db, helena, hours_ago=30)
    with db.transaction() as session:
        session.execute(update(Survey).values(key="asked-by-template"))
        session.add(
            Message(
                conversation_id=first,
                channel="meta",
                direction="out",
                kind="template",
                key="asked-by-template",
                provider_id="wamid.asked",
            )
        )
    button = {"payload": "survey:poor", "text": "Mal"}
    message = {**text("", wa_id=wa_id), "type": "button", "button": button, "context": {"id": "wamid.asked"}}
    del message["text"]
    bring(db, meta(value([message])))
    assert survey(db).score == 1
    assert len(rows(db, Conversation)) == 1


def low_vote(db: Database, helena: Attendant) -> tuple[int, str, int]:
    id_, wa_id = closed(db, helena)
    bring(db, tap(wa_id, f"csat:{survey(db).id}:2"))
    return id_, wa_id, survey(db).id


def test_low_vote_reaches_the_supervision_and_asks_one_comment(db: Database, helena: Attendant) -> None:
    id_, wa_id, survey_id = low_vote(db, helena)
    (alert,) = rows(db, Alert)
    assert alert.text == f"Nota 2 de 5 no atendimento {conversation(db, id_).protocol} (Helena Castro, fila N1)."
    assert alert.detail["conversation_id"] == id_
    assert "Me conta em uma mensagem" in messages(db, id_, "out")[-1].text
    bring(db, says(wa_id, "demorou demais e ninguém resolveu"))
    assert len(rows(db, Conversation)) == 1
    for _ in range(2):
        take_comment(survey_id, bot=a_bot(db, FakeParser({})))
    assert survey(db).comment == "demorou demais e ninguém resolveu"
    assert messages(db, id_, "in")[-1].outcome == "comment"
    assert rows(db, Alert)[0].text.endswith("Deixou um comentário.")
    assert [row.text for row in messages(db, id_, "out")][2:] == [survey_sentences("pt_BR")["survey.thanks"].text]
    assert conversation(db, id_).needs_person == "nota 2 de 5: “demorou demais e ninguém resolveu”"
    # The next text is a message as any other.
    bring(db, says(wa_id, "oi"))
    assert rows(db, Outbox, Outbox.topic == "after_close", Outbox.ref_id == id_)


@pytest.mark.parametrize("words", ["boleto", f"meu cpf é {CPF}"])
def test_other_wish_after_a_low_vote_goes_back_to_who_had_the_conversation(
    db: Database, helena: Attendant, words: str
) -> None:
    id_, wa_id, survey_id = low_vote(db, helena)
    bring(db, says(wa_id, words))
    bot = a_bot(db, FakeParser({"boleto": "invoice_second_copy"}))
    for _ in range(2):
        take_comment(survey_id, bot=bot)
        hear_after_close(id_, bot=bot)
    (row,) = rows(db, Conversation)
    assert (row.id, row.handler, row.queue, row.last_agent_id) == (id_, "queue", "N1", helena.id)
    assert survey(db).comment == ""
    assert [message.handled_at for message in messages(db, id_, "in") if message.text == words] == [None]


@pytest.mark.parametrize("words", ["boleto", f"meu cpf é {CPF}"])
def test_other_wish_after_a_low_vote_is_answered_where_it_is_too_late_to_reopen(
    db: Database, helena: Attendant, words: str
) -> None:
    id_, wa_id, survey_id = low_vote(db, helena)
    bring(db, says(wa_id, words))
    with db.transaction() as session:
        long_ago = Conversation.closed_at - timedelta(hours=25)
        session.execute(update(Conversation).values(closed_at=long_ago))
    bot = a_bot(db, FakeParser({"boleto": "invoice_second_copy"}))
    take_comment(survey_id, bot=bot)
    newest = max(rows(db, Conversation), key=lambda row: row.id)
    assert newest.id != id_
    assert survey(db).comment == ""
    take_turn(newest.id, bot=bot)
    (asked,) = messages(db, newest.id, "in")
    assert (asked.text, asked.outcome) == (words, "answered")
    take_comment(survey_id, bot=bot)
    assert len(messages(db, newest.id, "in")) == 1


def test_comment_that_is_read_after_the_window_closed_is_kept_without_a_word(db: Database, helena: Attendant) -> None:
    id_, wa_id, survey_id = low_vote(db, helena)
    bring(db, says(wa_id, "demorou demais"))
    with db.transaction() as session:
        session.execute(update(Conversation).values(last_inbound_at=utc_now() - timedelta(hours=25)))
    take_comment(survey_id, bot=a_bot(db, FakeParser({})))
    assert survey(db).comment == "demorou demais"
    assert len(messages(db, id_, "out")) == 2


def test_comments_words_reach_who_may_see_the_conversation(db: Database, helena: Attendant) -> None:
    id_, wa_id, survey_id = low_vote(db, helena)
    bring(db, says(wa_id, f"demorou, e meu vizinho {CPF} também acha"))
    with db.transaction() as session:
        keep = waiting_text(session, session.get_one(Survey, survey_id))
        row = locked(session, id_)
        assert row is not None
        keep_comment(session, session.get_one(Survey, survey_id), row, keep, "pt_BR", utc_now())
    app = console_app(db)
    page = Person(app, "karina").get("/console/system").text
    assert "<q>demorou, e meu vizinho" in page
    assert f'/c/{id_}">abrir a conversa' in page
    for login in ("karina", "helena"):
        listed = Person(app, login).get("/console/?tab=alert").text
        assert "nota 2 de 5: “demorou, e meu vizinho" in listed
        assert CPF not in page + listed
    assert "nota 2 de 5" not in Person(app, "joana").get("/console/?tab=alert").text


def test_text_after_the_minutes_for_a_comment_is_a_message(db: Database, helena: Attendant) -> None:
    id_, wa_id, _ = low_vote(db, helena)
    with db.transaction() as session:
        session.execute(update(Survey).values(comment_until=utc_now() - timedelta(seconds=1)))
    bring(db, says(wa_id, "demorou demais"))
    assert rows(db, Outbox, Outbox.topic == "after_close", Outbox.ref_id == id_)
    assert survey(db).comment == ""
