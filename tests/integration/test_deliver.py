"""Sending over a channel that can be told to fail: exactly once, in order, never lost without a person seeing it."""

from __future__ import annotations

import contextlib
import itertools
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from core.db import Database
from core.errors import Failure, Misconfigured, Refused, Unreachable
from core.later import Later
from models import utc_now
from models.conversation import WINDOW, Conversation
from models.message import Message
from models.webhook_event import ParkedStatus, WebhookEvent
from tests.integration.doors import at_once, bring, count, read_event, rows
from tests.integration.outgoing import (
    PATIENCE,
    PDF,
    Watch,
    a_chat,
    a_delivery,
    a_person_takes_over,
    an_answer,
    an_invoice,
    patience_ran_out,
    the_message,
    the_worry,
)
from tests.unit.webhooks.payloads import ANA, ANA_SHORT, BRUNO, BSUID, meta, status, value
from webhooks.channels.fake import FakeChannel
from webhooks.channels.ports import Outgoing, Sent
from webhooks.deliver import deliver
from webhooks.delivery import Delivery
from webhooks.typing_indicator import show_typing

SILENCE = Unreachable("no_answer", ambiguous=True)


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def delivery(db: Database, channel: FakeChannel) -> Delivery:
    return a_delivery(db, {"meta": channel})


def _receipt(db: Database, message_id: int, *states: str, code: int | None = None) -> None:
    """The outside tells by our key how far the message got."""
    message = the_message(db, message_id)
    name = message.provider_id or "wamid.late"
    for state in states:
        bring(db, meta(value(statuses=[status(name, state, key=message.key or "", code=code)])))


def test_message_is_sent_and_knows_its_name(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    id_ = an_answer(db, a_chat(db))
    deliver(id_, delivery=delivery)
    message = the_message(db, id_)
    assert (message.status, message.provider_id, message.error) == ("accepted", "fake.1", None)
    (sent,) = channel.taken
    assert (sent.text, sent.to.wa_id, sent.key) == ("Olá!", ANA, message.key)


def test_no_transaction_is_open_while_the_channel_is_spoken_to(db: Database, delivery: Delivery) -> None:
    channel, id_ = FakeChannel(), an_answer(db, a_chat(db))

    def look(message: Outgoing) -> Sent:
        with db.transaction() as session:
            row = session.get_one(Message, id_, with_for_update={"nowait": True})
            assert row.status == "sending"
        return Sent("wamid.1")

    channel.script = [look]
    deliver(id_, delivery=a_delivery(db, {"meta": channel}))
    assert the_message(db, id_).provider_id == "wamid.1"


def test_called_in_twenty_threads_sends_once(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    id_ = an_answer(db, a_chat(db))

    def once() -> None:
        with contextlib.suppress(Later):
            deliver(id_, delivery=delivery)

    at_once([once] * 20, threads=20)
    assert len(channel.asked) == 1
    assert the_message(db, id_).status == "accepted"


@pytest.mark.parametrize("failure", [Unreachable("graph_http_500"), Unreachable("graph_130429", retry_after=3.0)])
def test_message_that_did_not_leave_is_sent_exactly_once_later(
    db: Database, channel: FakeChannel, delivery: Delivery, failure: Unreachable
) -> None:
    id_ = an_answer(db, a_chat(db))
    channel.script = [failure]
    with pytest.raises(Unreachable) as raised:
        deliver(id_, delivery=delivery)
    assert raised.value.retry_after == failure.retry_after
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("queued", failure.code)
    deliver(id_, delivery=delivery)
    deliver(id_, delivery=delivery)
    assert len(channel.taken) == 1
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("accepted", None)


def test_message_without_an_answer_waits_for_its_receipt(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    id_ = an_answer(db, chat)
    channel.script = [SILENCE]
    with pytest.raises(Later) as raised:
        deliver(id_, delivery=delivery)
    assert raised.value.seconds == PATIENCE.total_seconds()
    with pytest.raises(Later):
        deliver(id_, delivery=delivery)
    assert the_message(db, id_).status == "sending"
    _receipt(db, id_, "sent")
    patience_ran_out(db, id_)
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, the_message(db, id_).provider_id) == ("sent", "wamid.late")
    assert (len(channel.asked), the_worry(db, chat)) == (1, "")


def test_message_without_answer_and_receipt_is_shown_to_a_person_and_not_repeated(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    id_ = an_answer(db, chat)
    channel.script = [SILENCE]
    with pytest.raises(Later):
        deliver(id_, delivery=delivery)
    patience_ran_out(db, id_)
    deliver(id_, delivery=delivery)
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, len(channel.asked)) == ("unknown", 1)
    assert "não sabemos" in the_worry(db, chat)


def _unknown(db: Database, channel: FakeChannel, delivery: Delivery, chat: int) -> int:
    id_ = an_answer(db, chat)
    channel.script = [SILENCE]
    with pytest.raises(Later):
        deliver(id_, delivery=delivery)
    patience_ran_out(db, id_)
    deliver(id_, delivery=delivery)
    return id_


@pytest.mark.parametrize("state", ["sent", "delivered", "read"])
def test_late_receipt_ends_the_worry_about_an_unknown_message(
    db: Database, channel: FakeChannel, delivery: Delivery, state: str
) -> None:
    chat = a_chat(db)
    id_ = _unknown(db, channel, delivery, chat)
    _receipt(db, id_, state)
    assert (the_message(db, id_).status, the_message(db, id_).error, the_worry(db, chat)) == (state, None, "")


def test_worry_stays_while_another_message_is_unknown(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    chat = a_chat(db)
    first, second = (_unknown(db, channel, delivery, chat) for _ in range(2))
    _receipt(db, first, "delivered")
    assert "não sabemos" in the_worry(db, chat)
    bring(db, meta(value(statuses=[status("wamid.2", "delivered", key=the_message(db, second).key or "")])))
    assert the_worry(db, chat) == ""


def test_worry_about_something_else_stays(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    chat = a_chat(db)
    id_ = _unknown(db, channel, delivery, chat)
    with db.transaction() as session:
        session.execute(update(Conversation).values(needs_person="mensagem antiga"))
    _receipt(db, id_, "delivered")
    assert the_worry(db, chat) == "mensagem antiga"


def test_late_failure_of_an_unknown_message_becomes_the_worry(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    id_ = _unknown(db, channel, delivery, chat)
    _receipt(db, id_, "failed", code=131021)
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("failed", "131021")
    assert "131021" in the_worry(db, chat)


def test_missing_channel_keeps_the_message(db: Database) -> None:
    id_ = an_answer(db, a_chat(db))
    with pytest.raises(Later):
        deliver(id_, delivery=a_delivery(db, {}))
    assert the_message(db, id_).status == "queued"


def test_refused_message_failed_and_is_shown_to_a_person(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    id_ = an_answer(db, chat)
    channel.script = [Refused("graph_131021")]
    deliver(id_, delivery=delivery)
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("failed", "graph_131021")
    assert "graph_131021" in the_worry(db, chat)
    assert len(channel.asked) == 1


def test_number_that_the_answer_calls_unreachable_is_tried_once_in_its_other_form(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    id_ = an_answer(db, chat)
    channel.script = [Refused("graph_131026"), Refused("graph_131026")]
    with pytest.raises(Later) as raised:
        deliver(id_, delivery=delivery)
    assert raised.value.seconds == 0
    deliver(id_, delivery=delivery)
    assert [message.to.wa_id for message in channel.asked] == [ANA, ANA_SHORT]
    assert (the_message(db, id_).status, "131026" in the_worry(db, chat)) == ("failed", True)


def test_fault_of_the_channel_is_repeated_with_longer_waits_and_has_an_end(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    id_, waits = an_answer(db, chat), []
    channel.script = [Unreachable("graph_131000")] * 9
    for _ in range(8):
        with pytest.raises(Unreachable) as raised:
            deliver(id_, delivery=delivery)
        waits.append(raised.value.retry_after)
    assert waits == [5, 10, 20, 40, 80, 160, 320, 320]
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, "131000" in the_worry(db, chat)) == ("failed", True)


def test_messages_of_a_conversation_keep_their_order(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    chat = a_chat(db)
    first, second = an_answer(db, chat, "um"), an_answer(db, chat, "dois")
    channel.script = [Unreachable("graph_http_500")]
    with pytest.raises(Later):
        deliver(second, delivery=delivery)
    with pytest.raises(Unreachable):
        deliver(first, delivery=delivery)
    with pytest.raises(Later):
        deliver(second, delivery=delivery)
    deliver(first, delivery=delivery)
    deliver(second, delivery=delivery)
    assert [message.text for message in channel.taken] == ["um", "dois"]


def test_one_conversation_does_not_hold_up_another(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    an_answer(db, a_chat(db), "preso")
    deliver(an_answer(db, a_chat(db, wa_id=BRUNO), "livre"), delivery=delivery)
    assert [message.to.wa_id for message in channel.taken] == [BRUNO]


def test_bots_answer_is_discarded_when_a_person_took_over(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    by_bot, by_agent = an_answer(db, chat, "do robô"), an_answer(db, chat, "da Helena", author="agent:helena")
    a_person_takes_over(db, chat)
    deliver(by_bot, delivery=delivery)
    deliver(by_agent, delivery=delivery)
    assert (the_message(db, by_bot).status, the_message(db, by_agent).status) == ("discarded", "accepted")
    assert [message.text for message in channel.taken] == ["da Helena"]


def test_bot_says_nothing_after_a_person_answered_from_the_phone(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    by_bot, by_agent = an_answer(db, chat), an_answer(db, chat, "da Helena", author="agent:helena")
    with db.transaction() as session:
        session.execute(update(Conversation).values(quiet_until=utc_now() + timedelta(minutes=5)))
    for id_ in (by_bot, by_agent):
        deliver(id_, delivery=delivery)
    assert ([message.text for message in channel.taken], the_message(db, by_bot).status) == (
        ["da Helena"],
        "discarded",
    )


def test_message_behind_one_without_an_answer_looks_for_it_less_and_less_often(
    db: Database, channel: FakeChannel
) -> None:
    watch, chat = Watch(), a_chat(db)
    delivery = a_delivery(db, {"meta": channel}, clock=watch)
    first, second = an_answer(db, chat, "um"), an_answer(db, chat, "dois")
    channel.script = [SILENCE]
    waits = []
    with pytest.raises(Later):
        deliver(first, delivery=delivery)
    for seconds in (0.1, 0.9, 2, 20):
        watch.pass_by(seconds)
        with pytest.raises(Later) as raised:
            deliver(second, delivery=delivery)
        waits.append(raised.value.seconds)
    assert waits == pytest.approx([0.3, 1, 3, 5])


def test_free_text_is_not_sent_after_the_window_closed(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    chat = a_chat(db)
    id_, template = (
        an_answer(db, chat),
        an_answer(db, chat, kind="template", payload={"template": "code", "parameters": ["123456"]}),
    )
    with db.transaction() as session:
        session.execute(update(Conversation).values(last_inbound_at=utc_now() - WINDOW))
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("failed", "window_closed")
    assert "janela" in the_worry(db, chat)
    deliver(template, delivery=delivery)
    assert [message.kind for message in channel.taken] == ["template"]


def test_document_goes_with_its_file_and_caption(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    deliver(an_invoice(db, a_chat(db)), delivery=delivery)
    (sent,) = channel.taken
    assert sent.file is not None
    assert (sent.kind, sent.text, sent.file.filename, sent.file.data) == (
        "document",
        "Vence em 30/11",
        "fatura.pdf",
        PDF,
    )


def test_caption_follows_as_text_where_the_channel_shows_none(db: Database) -> None:
    channel = FakeChannel(captions_documents=False)
    channel.script = [Unreachable("twilio_20429")]
    delivery = a_delivery(db, {"meta": channel})
    document = an_invoice(db, a_chat(db))
    with pytest.raises(Unreachable):
        deliver(document, delivery=delivery)
    deliver(document, delivery=delivery)
    (follow,) = rows(db, Message, Message.id > document)
    deliver(follow.id, delivery=delivery)
    assert [(message.kind, message.text) for message in channel.taken] == [("document", ""), ("text", "Vence em 30/11")]


def test_customer_with_a_hidden_number_is_answered_by_bsuid(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    deliver(an_answer(db, a_chat(db, wa_id="", bsuid=BSUID)), delivery=delivery)
    assert (channel.taken[0].to.wa_id, channel.taken[0].to.bsuid) == ("", BSUID)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(["accept", "sent", "delivered", "read", "delivered"]))
def test_receipts_in_any_order_and_before_the_answer_end_in_read(db: Database, order: list[str]) -> None:
    id_ = _sent_among_receipts(db, order)
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("read", None)
    assert set(the_message(db, id_).receipts) == {"sent", "delivered", "read"}
    assert rows(db, ParkedStatus, ParkedStatus.provider_id == f"wamid.{id_}") == []


@pytest.mark.parametrize("order", list(itertools.permutations(["accept", "sent", "failed"])))
def test_failure_is_final_and_shown_in_any_order(db: Database, order: tuple[str, ...]) -> None:
    id_ = _sent_among_receipts(db, list(order))
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("failed", "131021")
    assert "131021" in the_worry(db, the_message(db, id_).conversation_id)


@pytest.mark.parametrize("order", list(itertools.permutations(["accept", "failed", "delivered"])))
def test_delivered_message_did_not_fail_in_any_order(db: Database, order: tuple[str, ...]) -> None:
    id_ = _sent_among_receipts(db, list(order))
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("delivered", None)
    assert the_worry(db, the_message(db, id_).conversation_id) == ""


def _sent_among_receipts(db: Database, order: list[str]) -> int:
    """Sends a message; the receipts before "accept" come while the answer is awaited, without our key."""
    id_ = an_answer(db, a_chat(db))
    channel, name = FakeChannel(), f"wamid.{id_}"
    before, after = order[: order.index("accept")], order[order.index("accept") + 1 :]

    def tell(states: list[str]) -> None:
        for state in states:
            code = 131021 if state == "failed" else None
            bring(db, meta(value(statuses=[status(name, state, code=code)])))

    def answer(message: Outgoing) -> Sent:
        tell(before)
        return Sent(name)

    channel.script = [answer]
    deliver(id_, delivery=a_delivery(db, {"meta": channel}))
    tell(after)
    return id_


@pytest.mark.parametrize("state", ["delivered", "failed"])
def test_receipt_with_our_key_before_the_answer_is_kept(db: Database, state: str) -> None:
    id_ = an_answer(db, a_chat(db))
    channel = FakeChannel()

    def answer(message: Outgoing) -> Sent:
        _receipt(db, id_, state, code=131021)
        return Sent("wamid.late")

    channel.script = [answer]
    deliver(id_, delivery=a_delivery(db, {"meta": channel}))
    message = the_message(db, id_)
    assert (message.status, message.error) == (state, "131021" if state == "failed" else None)


def test_repeated_failure_does_not_bring_back_a_settled_worry(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    id_ = an_answer(db, chat)
    deliver(id_, delivery=delivery)
    _receipt(db, id_, "failed", code=131021)
    with db.transaction() as session:
        session.execute(update(Conversation).values(needs_person=None))
    _receipt(db, id_, "failed", code=131021)
    assert the_worry(db, chat) == ""


def test_receipt_of_a_message_that_is_not_ours_is_parked_and_hurts_nothing(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    id_ = an_answer(db, a_chat(db))
    deliver(id_, delivery=delivery)
    statuses = [status("wamid.stranger", "delivered"), status("fake.1", "delivered")]
    bring(db, meta(value(statuses=statuses)), meta(value(statuses=statuses)))
    assert (the_message(db, id_).status, count(db, ParkedStatus)) == ("delivered", 1)


@pytest.mark.parametrize("odd", [{"code": 131021}, ["x"], "x", [None], []])
def test_parked_failure_with_odd_errors_is_applied(db: Database, odd: object) -> None:
    id_ = an_answer(db, a_chat(db))
    bring(db, meta(value(statuses=[status("wamid.9", "failed", errors=odd)])))
    channel = FakeChannel()
    channel.script = [lambda message: Sent("wamid.9")]
    deliver(id_, delivery=a_delivery(db, {"meta": channel}))
    assert the_message(db, id_).status == "failed"


def test_pricing_of_a_receipt_is_kept(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    id_ = an_answer(db, a_chat(db))
    deliver(id_, delivery=delivery)
    pricing = {"billable": True, "category": "service"}
    bring(db, meta(value(statuses=[status("fake.1", "sent", pricing=pricing)])))
    assert the_message(db, id_).receipts["sent"]["pricing"] == pricing


def test_parallel_receipts_end_in_the_furthest(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    id_ = an_answer(db, a_chat(db))
    deliver(id_, delivery=delivery)
    at_once([partial(_receipt, db, id_, state) for state in ["sent", "delivered", "read"] * 4], threads=6)
    # Each thread reads the newest webhook, which may be another's: what nobody read is read now.
    for left in rows(db, WebhookEvent, WebhookEvent.state == "new"):
        read_event(db, left.id)
    assert the_message(db, id_).status == "read"


def test_typing_is_shown_only_while_the_bot_owes_an_answer(db: Database, channel: FakeChannel) -> None:
    chat = a_chat(db)
    (wrote,) = rows(db, Message)
    show_typing(wrote.id, db=db, channels={"meta": channel})
    a_person_takes_over(db, chat)
    show_typing(wrote.id, db=db, channels={"meta": channel})
    assert channel.typing == [wrote.provider_id]


@pytest.mark.parametrize("failure", [SILENCE, Refused("graph_131009"), Misconfigured("graph_190")])
def test_failing_typing_is_only_a_courtesy_missed(db: Database, failure: Failure) -> None:
    asked: list[str] = []

    class Broken(FakeChannel):
        def show_typing(self, provider_id: str) -> None:
            asked.append(provider_id)
            raise failure

    a_chat(db)
    show_typing(1, db=db, channels={"meta": Broken()})
    assert len(asked) == 1
