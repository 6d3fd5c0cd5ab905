"""The 24-hour window, decided when a message is sent: words inside it, an approved template outside, or a person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, update

from core.db import Database
from core.errors import Refused
from models.alert import Alert
from models.channel_template import ChannelTemplate
from models.consent import Consent
from models.contact import ContactAlias
from models.conversation import WINDOW, WINDOW_MARGIN, Conversation
from models.message import Message
from tests.integration.doors import rows
from tests.integration.outgoing import Watch, a_chat, a_delivery, a_template, an_answer, the_message, the_worry
from webhooks.channels.fake import FakeChannel
from webhooks.channels.ports import Template, TemplateButton
from webhooks.deliver import deliver
from webhooks.delivery import Delivery


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def delivery(db: Database, channel: FakeChannel, watch: Watch) -> Delivery:
    return a_delivery(db, {"meta": channel}, clock=watch)


def _wrote(db: Database, chat: int, watch: Watch, seconds_ago: float) -> None:
    with db.transaction() as session:
        moment = watch.now.timestamp() - seconds_ago
        values = {"last_inbound_at": watch.now.fromtimestamp(moment, watch.now.tzinfo)}
        session.execute(update(Conversation).where(Conversation.id == chat).values(**values))


def _late(db: Database, watch: Watch) -> int:
    """A conversation whose customer wrote a day ago."""
    chat = a_chat(db)
    _wrote(db, chat, watch, WINDOW.total_seconds())
    return chat


def _events(db: Database) -> list[str]:
    return [message.text for message in rows(db, Message, Message.kind == "sent_as_template")]


@pytest.mark.parametrize(("before_the_end", "sent"), [(1, 1), (0, 0), (-3600, 0)])
def test_words_are_sent_until_five_minutes_before_the_window_closes(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch, before_the_end: float, sent: int
) -> None:
    chat = a_chat(db)
    _wrote(db, chat, watch, (WINDOW - WINDOW_MARGIN).total_seconds() - before_the_end)
    deliver(an_answer(db, chat), delivery=delivery)
    assert len(channel.taken) == sent


def test_window_is_that_of_the_moment_in_which_it_is_sent(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    chat = a_chat(db)
    id_ = an_answer(db, chat)
    watch.pass_by(WINDOW.total_seconds())
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("failed", "window_closed")
    assert "janela de 24 h" in the_worry(db, chat)


def test_invitation_goes_instead_of_words_that_came_too_late_and_agents_are_told(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    a_template(db, "reopen", name="retomar_conversa")
    chat = _late(db, watch)
    id_ = an_answer(db, chat, "O técnico chega às 14 h.")
    deliver(id_, delivery=delivery)
    (sent,) = channel.taken
    assert (sent.kind, sent.template) == ("template", Template("retomar_conversa", "pt_BR"))
    message = the_message(db, id_)
    assert (message.kind, message.text, message.status) == ("text", "O técnico chega às 14 h.", "accepted")
    assert message.payload["sent_as"] == {"template": "reopen", "name": "retomar_conversa", "language": "pt_BR"}
    assert (len(_events(db)), the_worry(db, chat)) == (1, "")


def test_customer_is_invited_once_until_they_write(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    a_template(db, "reopen")
    chat = _late(db, watch)
    first, second = an_answer(db, chat, "um"), an_answer(db, chat, "dois")
    for id_ in (first, second):
        deliver(id_, delivery=delivery)
    assert ([message.kind for message in channel.taken], the_message(db, second).error) == (
        ["template"],
        "window_closed",
    )
    assert "janela" in the_worry(db, chat)


def test_message_may_name_the_template_it_becomes(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    a_template(db, "visit_reminder", variables=["dia", "hora"])
    late = {"template": "visit_reminder", "parameters": ["amanhã", "14 h"]}
    deliver(an_answer(db, _late(db, watch), payload={"late_template": late}), delivery=delivery)
    assert [message.template and message.template.body for message in channel.taken] == [("amanhã", "14 h")]


@pytest.mark.parametrize(
    "unfit",
    [
        {"status": "PAUSED"},
        {"blocked_for": "132001"},
        {"language": "es"},
        {"variables": ["nome"]},
        {"category": "MARKETING"},
        {"channel": "twilio"},
    ],
)
def test_unfit_template_leaves_it_to_a_person(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch, unfit: dict[str, object]
) -> None:
    a_template(db, "reopen", **unfit)
    chat = _late(db, watch)
    id_ = an_answer(db, chat)
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, channel.taken, _events(db)) == ("failed", [], [])
    assert "janela" in the_worry(db, chat)


def test_template_needs_no_window_and_gets_its_values(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    buttons = [{"type": "QUICK_REPLY", "text": "Ver boleto", "id": "intent:invoice_second_copy"}]
    components = [
        {"type": "HEADER", "format": "TEXT", "text": "Aviso da {{1}}"},
        {"type": "BODY", "text": "Olá, {{1}}! A fatura de {{2}} vence amanhã."},
        {"type": "BUTTONS", "buttons": buttons},
    ]
    variables = ["provider", "name", "amount"]
    a_template(db, "invoice_reminder", provider_id="HX1", components=components, variables=variables)
    values = {"provider": "Religa", "name": "Ana", "amount": "R$ 99,90"}
    payload = {"template": "invoice_reminder", "values": values}
    deliver(an_answer(db, _late(db, watch), kind="template", payload=payload), delivery=delivery)
    button = TemplateButton("quick_reply", 0, "intent:invoice_second_copy")
    assert channel.taken[0].template == Template(
        "invoice_reminder_v1", "pt_BR", "UTILITY", ("Religa",), ("Ana", "R$ 99,90"), (button,), "HX1"
    )


def test_one_time_code_goes_by_the_synced_template_or_else_by_the_set_one(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    code: dict[str, Any] = {"kind": "template", "payload": {"template": "code", "parameters": ["123456"]}}
    deliver(an_answer(db, chat, **code), delivery=delivery)
    components = [{"type": "BODY"}, {"type": "BUTTONS", "buttons": [{"type": "OTP", "text": "Copiar"}]}]
    a_template(
        db, "code", name="codigo_novo", category="AUTHENTICATION", components=components, variables=["code", "code"]
    )
    deliver(an_answer(db, chat, **code), delivery=delivery)
    button = (TemplateButton("url", 0, "123456"),)
    assert [message.template for message in channel.taken] == [
        Template(name, "pt_BR", "AUTHENTICATION", body=("123456",), buttons=button)
        for name in ("codigo_de_acesso", "codigo_novo")
    ]


@pytest.mark.parametrize(("decisions", "sent"), [([], 0), (["in"], 1), (["in", "out"], 0), (["out", "in"], 1)])
def test_marketing_goes_only_to_who_agreed(
    db: Database, channel: FakeChannel, delivery: Delivery, decisions: list[str], sent: int
) -> None:
    a_template(db, "offer", category="MARKETING")
    chat = a_chat(db)
    for decision in decisions:
        with db.transaction() as session:
            session.add(Consent(contact_id=1, decision=decision, source="customer"))
    id_ = an_answer(db, chat, kind="template", author="system", payload={"template": "offer"})
    deliver(id_, delivery=delivery)
    assert (len(channel.taken), the_worry(db, chat)) == (sent, "")
    assert the_message(db, id_).error == (None if sent else "no_consent")


def test_missing_template_fails_and_alerts_once(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    chat = a_chat(db)
    for _ in range(2):
        id_ = an_answer(db, chat, kind="template", author="agent:helena", payload={"template": "survey"})
        deliver(id_, delivery=delivery)
    assert (the_message(db, id_).error, "modelo" in the_worry(db, chat)) == ("no_template", True)
    assert [(alert.kind, alert.subject, alert.times) for alert in rows(db, Alert)] == [
        ("template.missing", "meta/survey", 2)
    ]


def test_template_that_was_refused_is_sent_no_more(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    a_template(db, "survey")
    chat = a_chat(db)
    survey: dict[str, Any] = {"kind": "template", "author": "system", "payload": {"template": "survey"}}
    channel.script = [Refused("graph_132015")]
    first, second = an_answer(db, chat, **survey), an_answer(db, chat, **survey)
    deliver(first, delivery=delivery)
    deliver(second, delivery=delivery)
    assert (the_message(db, first).error, the_message(db, second).error) == ("graph_132015", "no_template")
    (template,) = rows(db, ChannelTemplate)
    assert (template.blocked_for, len(channel.asked), the_worry(db, chat)) == ("graph_132015", 1, "")
    assert "template.refused" in {alert.kind for alert in rows(db, Alert)}


def test_contact_without_a_name_to_answer_to_is_shown_to_a_person_and_nothing_is_sent(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    id_ = an_answer(db, a_chat(db))
    with db.transaction() as session:
        session.execute(delete(ContactAlias))
    deliver(id_, delivery=delivery)
    assert channel.asked == []
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("failed", "no_recipient")
    assert "nenhum nome" in the_worry(db, 1)
