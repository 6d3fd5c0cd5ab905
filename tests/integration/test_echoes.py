"""A person answered from the phone's own app: shown once, the bot is quiet, and nobody is forgotten."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from core.db import Database
from models import utc_now
from models.conversation import Conversation
from models.message import Message
from models.outbox import Outbox
from models.webhook_event import ParkedChange, WebhookItem
from tests.integration.doors import TERMS, at_once, bring, count, counts, planned, read_event, rows, store
from tests.integration.outgoing import a_chat, a_delivery, a_template, an_answer
from tests.unit.webhooks.payloads import ANA, BSUID, echo, echoes, edit, meta, revoke, status, text, value
from webhooks.channels.fake import FakeChannel
from webhooks.channels.ports import Outgoing, Sent
from webhooks.deliver import deliver

QUIET = timedelta(seconds=9)


def _said(db: Database) -> list[tuple[str, str, str]]:
    return [(message.direction, message.author, message.text) for message in rows(db, Message)]


def test_echo_is_shown_as_the_persons_answer_and_quiets_the_bot(db: Database) -> None:
    bring(db, meta(value([text("caiu", at=time.time() - 5)])), echoes(echo("já resolvi")))
    assert _said(db) == [("in", "customer", "caiu"), ("out", "phone_app", "já resolvi")]
    (asked, answered), (conversation,) = rows(db, Message), rows(db, Conversation)
    assert (asked.outcome, answered.status, answered.provider_id is not None) == ("person", "sent", True)
    assert conversation.handler == "bot"
    assert conversation.quiet_until == answered.provider_at + TERMS.quiet


def test_echo_to_somebody_new_opens_a_conversation_in_which_the_bot_is_quiet(db: Database) -> None:
    bring(db, echoes(echo(to_user_id=BSUID)))
    assert counts(db) == (1, 1, 1)
    bring(db, meta(value([text(wa_id="", bsuid=BSUID)])))
    assert counts(db) == (1, 1, 2)
    (turn,) = rows(db, Outbox, Outbox.topic == "turn")
    assert turn.run_after == rows(db, Conversation)[0].quiet_until
    assert planned(db, "typing") == []


def test_message_after_the_quiet_time_is_answered_as_ever(db: Database) -> None:
    bring(db, echoes(echo(at=time.time() - TERMS.quiet.total_seconds() - 60)), meta(value([text()])))
    (turn,) = rows(db, Outbox, Outbox.topic == "turn")
    assert turn.run_after <= utc_now()


def test_message_that_came_after_the_echo_still_waits(db: Database) -> None:
    now = time.time()
    bring(db, meta(value([text("antes", at=now - 9), text("depois", at=now - 1)])), echoes(echo(at=now - 5)))
    assert [message.outcome for message in rows(db, Message)][:2] == ["person", None]


def test_answer_of_the_bot_that_has_not_left_is_discarded(db: Database) -> None:
    bring(db, meta(value([text()])))
    _add_out(db, "Posso ajudar?", status="queued", author="bot")
    _add_out(db, "Oi, sou a Júlia", status="queued", author="agent:julia")
    bring(db, echoes(echo()))
    assert [(m.author, m.status) for m in rows(db, Message)][1:3] == [("bot", "discarded"), ("agent:julia", "queued")]


def test_late_echo_leaves_the_answer_to_what_was_written_after_it(db: Database) -> None:
    now = time.time()
    bring(db, meta(value([text("voltou a cair", at=now - 2)])))
    with db.transaction() as session:
        session.execute(update(Message).values(handled_at=utc_now(), outcome="answered"))
    _add_out(db, "Vou medir a sua conexão", status="queued", author="bot")
    bring(db, echoes(echo("religamos", at=now - TERMS.quiet.total_seconds() - 60)))
    assert [(m.author, m.status) for m in rows(db, Message)][1] == ("bot", "queued")


def test_echo_that_comes_many_times_at_once_is_one_message(db: Database) -> None:
    ids = store(db, *[echoes(echo(message_id="wamid.e"))] * 20)
    at_once([partial(read_event, db, event_id) for event_id in ids])
    assert counts(db) == (1, 1, 1)


def test_echo_of_a_closed_conversation_that_comes_again_opens_nothing(db: Database) -> None:
    body = echoes(echo(message_id="wamid.e"))
    bring(db, body)
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="closed"))
    bring(db, body)
    assert counts(db) == (1, 1, 1)


@pytest.mark.parametrize(
    ("ours", "extra"),
    [
        ({"provider_id": "wamid.e", "status": "delivered"}, {}),
        ({"key": "k1", "status": "sending"}, {"biz_opaque_callback_data": "k1"}),
        ({"status": "sending"}, {}),
        ({"status": "unknown"}, {}),
    ],
)
def test_echo_of_our_own_message_names_it_and_is_no_second_one(
    db: Database, ours: dict[str, str], extra: dict[str, str]
) -> None:
    bring(db, meta(value([text()])))
    _add_out(db, "Segue o boleto", author="bot", **ours)
    bring(db, echoes(echo("Segue o boleto", message_id="wamid.e", **extra)))
    _, sent = rows(db, Message)
    assert (sent.author, sent.provider_id) == ("bot", "wamid.e")
    assert sent.status in {"sent", "delivered"}
    assert rows(db, Conversation)[0].quiet_until is None


@pytest.mark.parametrize("told_by", ["answer", "receipt"])
def test_echo_of_our_template_is_undone_once_it_is_known_as_ours(db: Database, told_by: str) -> None:
    chat = a_chat(db)
    a_template(db, "outage", variables=["until"])
    template = an_answer(db, chat, "", kind="template", payload={"template": "outage", "values": {"until": "18h"}})
    behind = an_answer(db, chat, "Já avisamos a equipe")
    channel = FakeChannel()

    def echoed_first(outgoing: Outgoing) -> Sent:
        bring(db, echoes(echo("Olá! 18h", message_id="wamid.e", at=time.time() - 1)))
        assert rows(db, Conversation)[0].quiet_until is not None
        if told_by == "receipt":
            bring(db, meta(value(statuses=[status("wamid.e", "sent", key=outgoing.key)])))
        return Sent("wamid.e")

    with db.transaction() as session:
        session.execute(update(Message).where(Message.direction == "in").values(provider_at=utc_now() - QUIET))
    channel.script = [echoed_first]
    deliver(template, delivery=a_delivery(db, {"meta": channel}))
    asked, sent, next_one = rows(db, Message)
    assert (sent.author, sent.provider_id, sent.status) == (
        "bot",
        "wamid.e",
        "sent" if told_by == "receipt" else "accepted",
    )
    assert (asked.handled_at, asked.outcome, next_one.status) == (None, None, "queued")
    assert rows(db, Conversation)[0].quiet_until is None
    assert behind in planned(db, "deliver")
    assert chat in planned(db, "turn")
    assert rows(db, WebhookItem) == []


def _add_out(db: Database, body: str, **values: Any) -> None:
    with db.transaction() as session:
        conversation = session.scalars(select(Conversation)).one()
        session.add(Message(conversation_id=conversation.id, channel="meta", direction="out", text=body, **values))


@pytest.mark.parametrize("change_first", [False, True])
def test_edit_and_revocation_by_the_person_are_shown(db: Database, change_first: bool) -> None:
    changed = {**edit("wamid.e", "amanhã às 9h"), "to": ANA, "from": "551230001000"}
    gone = {**revoke("wamid.f"), "to": ANA, "from": "551230001000"}
    bodies = [
        echoes(echo("amanhã às 8h", message_id="wamid.e"), echo("ops", message_id="wamid.f")),
        echoes(changed, gone),
    ]
    bring(db, *(reversed(bodies) if change_first else bodies))
    first, second = rows(db, Message)
    assert (first.text, second.revoked_at is not None) == ("amanhã às 9h", True)
    assert count(db, ParkedChange) == 0


def test_receipts_of_an_echo_move_it_forward_even_if_they_come_first(db: Database) -> None:
    bring(db, meta(value(statuses=[status("wamid.e", "delivered")])), echoes(echo(message_id="wamid.e")))
    assert rows(db, Message)[0].status == "delivered"
    bring(db, meta(value(statuses=[status("wamid.e", "read")])))
    assert rows(db, Message)[0].status == "read"


def test_picture_that_a_person_sent_is_shown_as_one(db: Database) -> None:
    bring(db, echoes(echo("", type="image", image={"id": "m1", "caption": "a foto"})))
    (message,) = rows(db, Message)
    assert (message.kind, message.text) == ("image", "a foto")


def test_echo_in_a_persons_conversation_answers_what_waits_there(db: Database) -> None:
    bring(db, meta(value([text(at=time.time() - 3)])))
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="queue", queue="N1", needs_person="olhe"))
    bring(db, echoes(echo()))
    assert rows(db, Message)[0].outcome == "person"
    (conversation,) = rows(db, Conversation)
    assert (conversation.handler, conversation.needs_person) == ("queue", None)


def test_standby_messages_are_shown_and_left_to_the_other_automaton(db: Database) -> None:
    inner = {"messages": [text("oi", message_id="w1")], "message_echoes": [echo("Olá, sou a IA", message_id="w2")]}
    receipt = {"statuses": [status("w2", "delivered")]}
    bring(db, meta({"standby": {**inner, **receipt}}, field="standby"))
    assert _said(db) == [("in", "customer", "oi"), ("out", "phone_app", "Olá, sou a IA")]
    asked, answered = rows(db, Message)
    assert (asked.outcome, answered.status, answered.payload["standby"]) == ("standby", "delivered", True)
    assert (planned(db, "turn"), count(db, WebhookItem)) == ([], 0)


def test_later_echo_prolongs_the_quiet_time_and_an_older_one_does_not_shorten_it(db: Database) -> None:
    now = time.time()
    bring(db, echoes(echo(at=now - 10)), echoes(echo(at=now - 5)), echoes(echo(at=now - 600)))
    until = rows(db, Conversation)[0].quiet_until
    assert until - utc_now() > TERMS.quiet - timedelta(seconds=60)
