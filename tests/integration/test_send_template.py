"""A template to a contact, in or outside of a conversation: sent once, only when it may be, and nobody is displaced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core.db import Database
from handoff import consent
from handoff.life.scheduled import Wanted, schedule
from handoff.outcome import Denied, Done
from handoff.repair import close_idle
from handoff.templates import NOT_BY_HAND, reply_with_template, send_template, sendable
from models import utc_now
from models.audit import Audit
from models.channel_template import ChannelTemplate
from models.contact import Contact
from models.conversation import Conversation
from models.message import Message
from tests.integration.desk import a_conversation, a_provider, the_cast
from tests.integration.doors import at_once, planned, rows
from tests.integration.template_rows import a_template

VALUES = {"name": "Ana", "protocol": "123"}


def a_contact(db: Database) -> int:
    a_provider(db)
    with db.transaction() as session:
        contact = Contact(channel="whatsapp", profile_name="Ana")
        session.add(contact)
        session.flush()
        return contact.id


def send(db: Database, contact_id: int, purpose: str = "reopen", key: str = "k1", **values: str) -> Done | Denied:
    with db.transaction() as session:
        contact = session.get_one(Contact, contact_id)
        return send_template(
            session, contact, purpose, {**VALUES, **values}, language="pt_BR", reason="outage", key=key
        )


def test_notice_opens_a_conversation_of_the_bot_and_waits_for_sending(db: Database) -> None:
    a_template(db)
    sent = send(db, a_contact(db))
    assert isinstance(sent, Done)
    (message,), (conversation,) = rows(db, Message), rows(db, Conversation)
    assert message.payload["values"] == VALUES
    assert (message.kind, message.payload["template"], message.payload["parameters"]) == (
        "template",
        "reopen",
        ["Ana", "123"],
    )
    assert message.text.startswith("Oi, Ana! Temos uma resposta sobre o seu atendimento 123.")
    assert (message.reason, message.payload["options"]) == ("outage", [["intent:greet", "Continuar", ""]])
    assert (conversation.handler, planned(db, "deliver")) == ("bot", [message.id])


def test_notice_goes_into_the_open_conversation_and_leaves_it_to_its_owner(db: Database) -> None:
    a_template(db)
    cast = the_cast(db)
    known = a_conversation(db, handler="agent", owner=cast["helena"])
    with db.transaction() as session:
        conversation = session.get_one(Conversation, known)
        send_template(session, conversation, "reopen", VALUES, language="pt_BR", reason="outage", key="k1")
    (conversation,) = rows(db, Conversation)
    assert (conversation.handler, conversation.agent_id, conversation.version) == ("agent", cast["helena"].id, 1)


def test_same_key_is_one_message_however_many_ask_at_once(db: Database) -> None:
    a_template(db)
    contact = a_contact(db)
    at_once([lambda: send(db, contact)] * 4, threads=4)
    assert len(rows(db, Message)) == 1
    with db.transaction() as session:
        session.execute(update(ChannelTemplate).values(status="PAUSED"))
    again = send(db, contact)
    assert isinstance(again, Done)
    assert again.repeated


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": "PENDING"}, "em análise"),
        ({"status": "REJECTED"}, "recusado"),
        ({"blocked_for": "graph_132001"}, "graph_132001"),
        ({"language": "es"}, "ainda não existe"),
    ],
)
def test_template_that_may_not_be_sent_is_refused_with_the_reason(
    db: Database, changes: dict[str, Any], why: str
) -> None:
    a_template(db, **changes)
    answer = send(db, a_contact(db))
    assert isinstance(answer, Denied)
    assert why in answer.reason
    assert rows(db, Conversation) == []


def test_value_that_whatsapp_would_refuse_is_named(db: Database) -> None:
    a_template(db)
    answer = send(db, a_contact(db), name="Ana\nMaria")
    assert isinstance(answer, Denied)
    assert answer.reason.startswith("Nome: o valor não pode ter quebra de linha")


def test_marketing_is_sent_only_to_whom_agreed(db: Database) -> None:
    a_template(db, category="MARKETING")
    contact = a_contact(db)
    assert isinstance(send(db, contact), Denied)
    with db.transaction() as session:
        consent.record(session, contact, "in", "import", {"file": "a.csv"}, utc_now(), "ana")
        assert len(sendable(session, session.get_one(Contact, contact), "pt_BR")) == 1
    assert isinstance(send(db, contact), Done)


def test_person_picks_among_the_newest_of_each_purpose_without_codes(db: Database) -> None:
    a_template(db)
    newest = a_template(db, name="reopen_2")
    a_template(db, "code", category="AUTHENTICATION")
    a_template(db, "", name="someone_elses")
    with db.transaction() as session:
        contact = session.get_one(Contact, a_contact(db))
        assert [row.id for row in sendable(session, contact, "pt_BR")] == [newest]


def test_owner_writes_outside_of_the_window_with_a_template_once(db: Database) -> None:
    a_template(db)
    cast = the_cast(db)
    talk = a_conversation(db, handler="agent", owner=cast["helena"], hours_ago=30)
    for _ in range(2):
        with db.transaction() as session:
            done = reply_with_template(session, talk, cast["helena"], "reopen", VALUES, "t1", language="pt_BR")
            assert isinstance(done, Done)
    sent = [message for message in rows(db, Message) if message.direction == "out"]
    assert [(message.author, message.reason) for message in sent] == [("agent:helena", "agent")]
    with db.transaction() as session:
        actions = session.scalars(select(Audit.action)).all()
    assert actions == ["template.sent"]


@pytest.mark.parametrize(
    ("purpose", "category"), [("code", "AUTHENTICATION"), ("survey", "UTILITY"), ("nps", "UTILITY")]
)
def test_what_is_in_no_persons_list_is_not_sent_by_a_person(db: Database, purpose: str, category: str) -> None:
    a_template(db, purpose, category=category)
    helena = the_cast(db)["helena"]
    talk = a_conversation(db, handler="agent", owner=helena)
    later = Wanted(utc_now() + timedelta(hours=1), template=purpose, values=VALUES)
    with db.transaction() as session:
        now = reply_with_template(session, talk, helena, purpose, VALUES, "t1", language="pt_BR")
        assert now == NOT_BY_HAND
        assert schedule(session, talk, helena, later, "t2", language="pt_BR", now=utc_now()) == NOT_BY_HAND
    assert [row for row in rows(db, Message) if row.direction == "out"] == []


def test_nobody_but_the_owner_sends_a_template(db: Database) -> None:
    a_template(db)
    cast = the_cast(db)
    talk = a_conversation(db, handler="agent", owner=cast["helena"])
    with db.transaction() as session:
        answer = reply_with_template(session, talk, cast["igor"], "reopen", VALUES, "t1", language="pt_BR")
    assert answer == Denied("Esta conversa está com Helena Castro.")


def test_conversation_in_which_only_we_wrote_is_closed_after_a_day(db: Database) -> None:
    a_template(db)
    send(db, a_contact(db))
    with db.transaction() as session:
        session.execute(update(Conversation).values(opened_at=utc_now() - timedelta(hours=25)))
        assert close_idle(session) == 1
