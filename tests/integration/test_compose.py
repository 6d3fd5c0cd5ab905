"""From a row to a bubble: every kind with what its payload holds, and in words where the channel cannot show it."""

from __future__ import annotations

from typing import Any

import pytest

from core.db import Database
from core.errors import Refused
from core.later import Later
from models.alert import Alert
from models.message import Message
from tests.integration.doors import bring, rows
from tests.integration.outgoing import a_chat, a_delivery, an_answer, the_message, the_worry
from tests.unit.webhooks.payloads import meta, status, value
from webhooks.channels.fake import FakeChannel
from webhooks.channels.ports import KINDS, Link, Outgoing, Payment, Reaction
from webhooks.deliver import deliver

PIX = "00020126580014br.gov.bcb.pix"
BILL = {"reference": "fat-8812", "item": "Plano 500M", "total_cents": 9990, "pix_code": PIX, "pix_key_type": "EVP"}


def _sent(db: Database, channel: FakeChannel, **more: Any) -> Outgoing:
    deliver(an_answer(db, a_chat(db), "Veja:", **more), delivery=a_delivery(db, {"meta": channel}))
    return channel.taken[-1]


def test_link_opens_its_address(db: Database) -> None:
    payload = {"link": {"title": "Segunda via", "url": "https://suporte.example.com.br/2"}}
    sent = _sent(db, FakeChannel(), kind="link", payload=payload)
    assert (sent.kind, sent.link) == ("link", Link("Segunda via", "https://suporte.example.com.br/2"))


def test_payment_keeps_each_way_to_pay_as_it_came(db: Database) -> None:
    sent = _sent(db, FakeChannel(), kind="payment", payload={"payment": {**BILL, "of_another_version": 1}})
    assert sent.payment == Payment("fat-8812", "Plano 500M", 9990, PIX, pix_key_type="EVP")


def test_reaction_names_the_message_that_it_is_put_on(db: Database) -> None:
    payload = {"reaction": {"provider_id": "wamid.1", "emoji": "👍"}}
    assert _sent(db, FakeChannel(), kind="reaction", payload=payload).reaction == Reaction("wamid.1", "👍")


def test_list_brings_its_rows_and_its_button(db: Database) -> None:
    payload = {"options": [["o1", "Um", "o primeiro"], ["o2", "Dois", ""]], "list_button": "Ver"}
    sent = _sent(db, FakeChannel(), kind="list", payload=payload)
    assert (sent.options, sent.list_button) == ((("o1", "Um", "o primeiro"), ("o2", "Dois", "")), "Ver")


def test_message_that_is_answered_is_quoted(db: Database) -> None:
    assert _sent(db, FakeChannel(), quoted_id="wamid.9").quoted_id == "wamid.9"


def test_kind_that_a_channel_does_not_have_is_put_into_words(db: Database) -> None:
    channel = FakeChannel(kinds=frozenset({"text"}))
    sent = _sent(db, channel, kind="payment", payload={"payment": BILL})
    assert (sent.kind, PIX in sent.text) == ("text", True)


def test_reaction_is_dropped_where_the_channel_has_none(db: Database) -> None:
    channel = FakeChannel(kinds=frozenset({"text"}))
    id_ = an_answer(db, a_chat(db), "", kind="reaction", payload={"reaction": {"provider_id": "x", "emoji": "👍"}})
    deliver(id_, delivery=a_delivery(db, {"meta": channel}))
    assert (the_message(db, id_).status, channel.asked) == ("discarded", [])


@pytest.mark.parametrize("code", ["graph_131009", "graph_131008", "graph_100", "graph_131051"])
@pytest.mark.parametrize("by_receipt", [False, True])
def test_bill_that_is_refused_as_such_goes_once_in_words(db: Database, code: str, by_receipt: bool) -> None:
    channel = FakeChannel(kinds=frozenset(KINDS))
    delivery = a_delivery(db, {"meta": channel})
    chat = a_chat(db)
    id_ = an_answer(db, chat, "Sua fatura:", kind="payment", payload={"payment": BILL})
    if by_receipt:
        deliver(id_, delivery=delivery)
        failed = status("fake.1", "failed", code=int(code.removeprefix("graph_")))
        bring(db, meta(value(statuses=[failed])))
        deliver(id_, delivery=delivery)
    else:
        channel.script = [Refused(code)]
        with pytest.raises(Later):
            deliver(id_, delivery=delivery)
        deliver(id_, delivery=delivery)
    assert [message.kind for message in channel.asked] == ["payment", "text"]
    assert PIX in channel.taken[-1].text
    assert (the_message(db, id_).status, the_worry(db, chat)) == ("accepted", "")
    # The operator learns of it all the same.
    assert [(alert.kind, alert.subject) for alert in rows(db, Alert)] == [("message.refused", "meta/payment")]
    assert len(rows(db, Message, Message.direction == "out")) == 1
