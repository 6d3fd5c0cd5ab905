"""A failure that the channel tells of later, in a receipt, is treated as the same failure in its answer."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from core.db import Database
from core.later import Later
from models import utc_now
from models.alert import Alert
from models.consent import Consent
from models.contact import ContactAlias
from models.conversation import WINDOW, Conversation
from models.outbox import Outbox
from models.webhook_event import ParkedStatus
from tests.integration.doors import bring, count, rows
from tests.integration.outgoing import (
    Watch,
    a_chat,
    a_delivery,
    a_template,
    an_answer,
    an_invoice,
    the_message,
    the_worry,
)
from tests.unit.webhooks.payloads import ANA, ANA_SHORT, BSUID, meta, status, twilio, value
from webhooks.channels.fake import FakeChannel
from webhooks.channels.ports import Outgoing, Sent
from webhooks.deliver import deliver
from webhooks.delivery import Delivery


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def delivery(db: Database, channel: FakeChannel) -> Delivery:
    return a_delivery(db, {"meta": channel})


def _sent(db: Database, delivery: Delivery, chat: int, **more: object) -> int:
    id_ = an_answer(db, chat, **more)  # type: ignore[arg-type]
    deliver(id_, delivery=delivery)
    return id_


def _tell(db: Database, message_id: int, state: str, name: str, code: int | None = None) -> None:
    key = the_message(db, message_id).key or ""
    bring(db, meta(value(statuses=[status(name, state, key=key, code=code)])))


def _planned(db: Database, message_id: int) -> float:
    """In how many seconds the newest work for the message is due."""
    row = rows(db, Outbox, Outbox.topic == "deliver", Outbox.ref_id == message_id)[-1]
    return float(row.run_after.timestamp() - utc_now().timestamp())


@pytest.mark.parametrize(("code", "seconds"), [(131000, 5), (130429, 3), (131056, 4), (131016, 5), (131053, 2)])
def test_failure_worth_repeating_is_sent_again_under_the_same_key(
    db: Database, channel: FakeChannel, delivery: Delivery, code: int, seconds: float
) -> None:
    chat = a_chat(db)
    id_ = _sent(db, delivery, chat)
    _tell(db, id_, "failed", "fake.1", code)
    message = the_message(db, id_)
    assert (message.status, message.error, message.provider_id) == ("queued", str(code), None)
    assert (message.resends, the_worry(db, chat)) == (1, "")
    assert seconds - 3 < _planned(db, id_) <= seconds
    deliver(id_, delivery=delivery)
    _tell(db, id_, "delivered", "fake.2")
    assert (the_message(db, id_).status, the_message(db, id_).provider_id) == ("delivered", "fake.2")
    assert len({sent.key for sent in channel.taken}) == 1


def test_failure_is_repeated_three_times_and_then_shown_to_a_person(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    id_ = _sent(db, delivery, chat)
    for place in range(1, 5):
        _tell(db, id_, "failed", f"fake.{place}", 131000)
        deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, the_message(db, id_).resends) == ("failed", 3)
    assert (len(channel.taken), "131000" in the_worry(db, chat)) == (4, True)


def test_repeated_receipt_of_an_earlier_try_changes_nothing(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    id_ = _sent(db, delivery, a_chat(db))
    for _ in range(3):
        _tell(db, id_, "failed", "fake.1", 131000)
        _tell(db, id_, "sent", "fake.1")
    assert (the_message(db, id_).status, the_message(db, id_).resends) == ("queued", 1)
    deliver(id_, delivery=delivery)
    _tell(db, id_, "failed", "fake.1", 131000)
    assert (the_message(db, id_).status, the_message(db, id_).provider_id) == ("accepted", "fake.2")


def test_earlier_try_that_arrived_after_all_is_not_repeated(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    id_ = _sent(db, delivery, a_chat(db))
    _tell(db, id_, "failed", "fake.1", 131000)
    bring(db, meta(value(statuses=[status("fake.1", "delivered")])))
    deliver(id_, delivery=delivery)
    message = the_message(db, id_)
    assert (message.status, message.error, message.provider_id, len(channel.taken)) == (
        "delivered",
        None,
        "fake.1",
        1,
    )


@pytest.mark.parametrize("state", ["delivered", "read"])
@pytest.mark.parametrize("code", [131000, 190, 131026, 131047, 132001])
def test_failure_of_a_message_that_arrived_changes_nothing(
    db: Database, delivery: Delivery, state: str, code: int
) -> None:
    id_ = _sent(db, delivery, a_chat(db))
    _tell(db, id_, state, "fake.1")
    _tell(db, id_, "failed", "fake.1", code)
    assert (the_message(db, id_).status, count(db, Alert)) == (state, 0)


def test_failure_that_is_told_before_the_answer_is_planned_anew(db: Database) -> None:
    id_, channel = an_answer(db, a_chat(db)), FakeChannel()
    delivery = a_delivery(db, {"meta": channel})

    def answer(message: Outgoing) -> Sent:
        _tell(db, id_, "failed", "wamid.1", 131000)
        return Sent("wamid.1")

    channel.script = [answer]
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, the_message(db, id_).provider_id) == ("queued", None)
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, len(channel.taken)) == ("accepted", 2)


@pytest.mark.parametrize("order", [("failed", "delivered"), ("delivered", "failed")])
def test_parked_failure_does_not_repeat_what_arrived(db: Database, order: tuple[str, str]) -> None:
    id_, channel = an_answer(db, a_chat(db)), FakeChannel()
    for state in order:
        code = 131000 if state == "failed" else None
        bring(db, meta(value(statuses=[status("wamid.1", state, code=code)])))
    channel.script = [lambda message: Sent("wamid.1")]
    deliver(id_, delivery=a_delivery(db, {"meta": channel}))
    assert (the_message(db, id_).status, count(db, ParkedStatus)) == ("delivered", 0)


def test_unreachable_number_is_tried_once_in_its_other_form(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    id_ = _sent(db, delivery, chat)
    _tell(db, id_, "failed", "fake.1", 131026)
    deliver(id_, delivery=delivery)
    assert [message.to.wa_id for message in channel.taken] == [ANA, ANA_SHORT]
    _tell(db, id_, "failed", "fake.2", 131026)
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, len(channel.taken)) == ("failed", 2)
    assert "131026" in the_worry(db, chat)


def test_form_that_was_reached_is_answered_from_then_on(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    chat = a_chat(db)
    id_ = _sent(db, delivery, chat)
    _tell(db, id_, "failed", "fake.1", 131026)
    deliver(id_, delivery=delivery)
    _tell(db, id_, "delivered", "fake.2")
    _sent(db, delivery, chat)
    assert [message.to.wa_id for message in channel.taken] == [ANA, ANA_SHORT, ANA_SHORT]


def test_number_as_the_channel_writes_it_is_kept(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    channel.script = [lambda message: Sent("wamid.1", wa_id=ANA_SHORT)]
    _sent(db, delivery, a_chat(db))
    names = {alias.value for alias in rows(db, ContactAlias, ContactAlias.kind == "wa_id")}
    assert names == {ANA, ANA_SHORT}


def test_person_without_a_number_cannot_be_tried_otherwise(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    id_ = _sent(db, delivery, a_chat(db, wa_id="", bsuid=BSUID))
    _tell(db, id_, "failed", "fake.1", 131026)
    assert the_message(db, id_).status == "failed"


def test_window_that_is_open_by_our_count_is_tried_once_more(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    id_ = _sent(db, delivery, chat)
    for place in (1, 2):
        _tell(db, id_, "failed", f"fake.{place}", 131047)
        deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("failed", "window_closed")
    assert (len(channel.taken), "janela" in the_worry(db, chat)) == (2, True)


def test_window_that_closed_on_the_way_brings_the_invitation(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    a_template(db, "reopen")
    chat = a_chat(db)
    id_ = _sent(db, delivery, chat)
    with db.transaction() as session:
        session.execute(update(Conversation).values(last_inbound_at=utc_now() - WINDOW))
    _tell(db, id_, "failed", "fake.1", 131047)
    deliver(id_, delivery=delivery)
    assert [message.kind for message in channel.taken] == ["text", "template"]
    assert (the_message(db, id_).status, the_worry(db, chat)) == ("accepted", "")


@pytest.mark.parametrize("code", [131049, 130472, 131050])
@pytest.mark.parametrize("asked_for", [True, False])
def test_dropped_message_is_told_to_a_person_where_the_customer_waits_for_it(
    db: Database, delivery: Delivery, code: int, asked_for: bool
) -> None:
    chat = a_chat(db)
    a_template(db, "outage_notice")
    notice: dict[str, Any] = {"kind": "template", "author": "system", "payload": {"template": "outage_notice"}}
    id_ = an_answer(db, chat, **({} if asked_for else notice))
    deliver(id_, delivery=delivery)
    _tell(db, id_, "failed", "fake.1", code)
    assert (the_message(db, id_).status, count(db, Alert)) == ("failed", 0)
    assert (str(code) in the_worry(db, chat)) is asked_for


def test_failure_that_concerns_nobody_is_dropped_in_silence(db: Database, delivery: Delivery) -> None:
    chat = a_chat(db)
    id_ = _sent(db, delivery, chat)
    _tell(db, id_, "failed", "fake.1", 130501)
    assert (the_message(db, id_).status, the_worry(db, chat), count(db, Alert)) == ("failed", "", 0)


def test_refused_marketing_is_a_refusal_on_record(db: Database, delivery: Delivery) -> None:
    id_ = _sent(db, delivery, a_chat(db))
    for _ in range(2):
        _tell(db, id_, "failed", "fake.1", 131050)
    (entry,) = rows(db, Consent)
    assert (entry.purpose, entry.decision, entry.source) == ("marketing", "out", "whatsapp")
    assert entry.proof == {"code": "131050", "message_id": id_}


def test_fault_of_ours_is_not_repeated_and_alerts(db: Database, delivery: Delivery) -> None:
    chat = a_chat(db)
    id_ = _sent(db, delivery, chat)
    _tell(db, id_, "failed", "fake.1", 131009)
    (alert,) = rows(db, Alert)
    assert (the_message(db, id_).status, alert.kind, alert.subject) == ("failed", "message.refused", "meta/text")
    assert "131009" in the_worry(db, chat)


def test_changed_identity_asks_a_person_to_make_sure(db: Database, delivery: Delivery) -> None:
    chat = a_chat(db)
    _tell(db, _sent(db, delivery, chat), "failed", "fake.1", 137000)
    assert "confirme quem é" in the_worry(db, chat)


def test_refused_file_is_uploaded_once_more(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    chat = a_chat(db)
    id_ = an_invoice(db, chat)
    for place in (1, 2):
        deliver(id_, delivery=delivery)
        _tell(db, id_, "failed", f"fake.{place}", 131053)
    assert (the_message(db, id_).status, [sent.file is not None for sent in channel.taken]) == ("failed", [True, True])


@pytest.mark.parametrize("code", ["131000", "graph_x", "", "999999999999999999999"])
def test_code_that_no_table_knows_is_a_refusal(db: Database, delivery: Delivery, code: str) -> None:
    chat = a_chat(db)
    id_ = _sent(db, delivery, chat)
    bring(db, meta(value(statuses=[status("fake.1", "failed", errors=[{"code": code}])])))
    assert the_message(db, id_).status == ("queued" if code == "131000" else "failed")


def test_twilios_receipts_are_treated_by_its_own_table(db: Database, channel: FakeChannel) -> None:
    watch = Watch()
    delivery = a_delivery(db, {"twilio": channel}, clock=watch)
    bring(db, twilio(WaId=ANA), source="twilio")
    id_ = _sent(db, delivery, 1)
    bring(db, b"MessageSid=fake.1&MessageStatus=failed&ErrorCode=63018", source="twilio")
    assert (the_message(db, id_).status, the_message(db, id_).error) == ("queued", "63018")
    bring(db, b"MessageSid=fake.1&MessageStatus=delivered", source="twilio")
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, len(channel.taken)) == ("delivered", 1)
    other = _sent(db, delivery, 1)
    bring(db, b"MessageSid=fake.2&MessageStatus=undelivered&ErrorCode=63024", source="twilio")
    deliver(other, delivery=delivery)
    assert channel.taken[-1].to.address == f"whatsapp:+{ANA_SHORT}"


def test_message_behind_one_that_is_sent_again_waits_for_it(
    db: Database, channel: FakeChannel, delivery: Delivery
) -> None:
    chat = a_chat(db)
    first = _sent(db, delivery, chat, body="um")
    second = an_answer(db, chat, "dois")
    _tell(db, first, "failed", "fake.1", 131000)
    with pytest.raises(Later):
        deliver(second, delivery=delivery)
    deliver(first, delivery=delivery)
    deliver(second, delivery=delivery)
    assert [message.text for message in channel.taken] == ["um", "um", "dois"]
