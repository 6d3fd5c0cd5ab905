"""One contract for every channel: what is sent arrives once, and each failure says truly whether it may be repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.db import Database
from core.errors import Misconfigured, Refused, Unreachable
from core.later import Later
from models.message import Message
from tests.contract.channels.rigs import (
    SENDER,
    MetaRig,
    Rig,
    TwilioRig,
    a_meta_channel,
    a_twilio_channel,
    answering,
    meta_rig,
    twilio_rig,
)
from tests.integration.doors import bring, rows
from tests.integration.outgoing import (
    Watch,
    a_delivery,
    an_answer,
    an_invoice,
    patience_ran_out,
    the_message,
    the_worry,
)
from tests.unit.webhooks.payloads import ANA, BSUID, meta, status, text, twilio, value
from webhooks.channel_stop import PROBE_SECONDS
from webhooks.channels.ports import Channel, File, Outgoing, Recipient
from webhooks.deliver import deliver

TO_ANA = Recipient(wa_id=ANA, address=f"whatsapp:+{ANA}")
INVOICE = File("fatura.pdf", "application/pdf", b"%PDF-1.4 fatura", "https://suporte.example.com.br/media/x/fatura.pdf")


def _say(body: str = "Olá, Ana!", kind: str = "text", **more: object) -> Outgoing:
    return Outgoing(key="k1", to=TO_ANA, kind=kind, text=body, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", ["Olá, Ana!", "😀" * 500, "a & b < c\nd = 100%", "/restart"])
def test_text_arrives_as_written_under_the_name_we_are_told(rig: Rig, body: str) -> None:
    sent = rig.channel.send(_say(body))
    (arrived,) = rig.arrived()
    assert (arrived.provider_id, arrived.text) == (sent.provider_id, body)


@pytest.mark.parametrize(("kind", "count"), [("buttons", 3), ("list", 7)])
def test_options_arrive_in_order(rig: Rig, kind: str, count: int) -> None:
    options = tuple((f"o{place}", f"Opção {place}", "") for place in range(count))
    rig.channel.send(_say("Escolha:", kind, options=options, list_button="Ver opções"))
    (arrived,) = rig.arrived()
    assert (arrived.text, arrived.options) == ("Escolha:", tuple(title for _, title, _ in options))


def test_document_arrives_with_its_name(rig: Rig) -> None:
    rig.channel.send(_say("Vence em 30/11", "document", file=INVOICE))
    assert [arrived.file for arrived in rig.arrived()] == ["fatura.pdf"]


@pytest.mark.parametrize("failure", ["server_error", "too_many"])
def test_temporary_failure_certainly_did_not_leave(rig: Rig, failure: str) -> None:
    rig.fail_next(failure)
    with pytest.raises(Unreachable) as raised:
        rig.channel.send(_say())
    assert (raised.value.ambiguous, raised.value.permanent, rig.arrived()) == (False, False, [])
    rig.channel.send(_say())
    assert len(rig.arrived()) == 1


def test_pair_or_rate_limit_says_how_long_to_wait(rig: Rig) -> None:
    rig.fail_next("too_many")
    with pytest.raises(Unreachable) as raised:
        rig.channel.send(_say())
    assert raised.value.retry_after is not None
    assert raised.value.retry_after > 0


def test_refused_connection_certainly_did_not_leave(rig: Rig) -> None:
    with pytest.raises(Unreachable) as raised:
        rig.unreachable().send(_say())
    assert raised.value.ambiguous is False


def test_lost_answer_is_ambiguous(rig: Rig) -> None:
    rig.fail_next("drop")
    with pytest.raises(Unreachable) as raised:
        rig.channel.send(_say())
    assert raised.value.ambiguous is True
    assert len(rig.arrived()) == 1


def test_refused_token_stops_the_channel_and_is_not_shown(rig: Rig) -> None:
    rig.fail_next("bad_token")
    with pytest.raises(Misconfigured) as raised:
        rig.channel.send(_say())
    assert "token" not in str(raised.value)
    assert rig.arrived() == []


def test_customer_who_cannot_be_reached_is_refused_for_good(rig: Rig) -> None:
    # On Meta nobody has this BSUID; Twilio is told to say so.
    if isinstance(rig, TwilioRig):
        rig.fail_next("undeliverable")
    with pytest.raises(Refused) as raised:
        rig.channel.send(Outgoing(key="k1", to=Recipient(bsuid="BR.404"), kind="text", text="oi"))
    assert raised.value.code in {"graph_131026", "twilio_63024"}
    assert rig.arrived() == []


def test_typing_indicator_never_sends_a_message(rig: Rig) -> None:
    if isinstance(rig, MetaRig):
        url = f"{rig.product.base_url}/simulator/api/chats/{ANA}"
        wrote = rig.product.session.get(url, timeout=10).json()["messages"][0]["id"]
        rig.channel.show_typing(wrote)
        assert rig.product.session.get(url, timeout=10).json()["typing"] is True
    else:
        rig.channel.show_typing("SM1")
    assert rig.arrived() == []


# The same scenarios through the whole of `deliver`.


def _chat(db: Database, rig: Rig) -> int:
    if rig.source == "meta":
        bring(db, meta(value([text()])))
    else:
        bring(db, twilio(WaId=ANA), source="twilio")
    return 1


def _receipt(db: Database, rig: Rig, message_id: int, state: str) -> None:
    key, name = the_message(db, message_id).key or "", rig.arrived()[-1].provider_id
    if rig.source == "meta":
        bring(db, meta(value(statuses=[status(name, state, key=key)])))
    else:
        bring(db, f"OurKey={key}&MessageSid={name}&MessageStatus={state}".encode(), source="twilio")


@pytest.mark.parametrize("failure", ["server_error", "too_many"])
def test_delivered_exactly_once_after_a_temporary_failure(db: Database, rig: Rig, failure: str) -> None:
    delivery = a_delivery(db, {rig.source: rig.channel})
    id_ = an_answer(db, _chat(db, rig))
    rig.fail_next(failure)
    with pytest.raises(Unreachable):
        deliver(id_, delivery=delivery)
    for _ in range(3):
        deliver(id_, delivery=delivery)
    (arrived,) = rig.arrived()
    assert (the_message(db, id_).status, the_message(db, id_).provider_id) == ("accepted", arrived.provider_id)
    _receipt(db, rig, id_, "delivered")
    assert the_message(db, id_).status == "delivered"


def test_lost_answer_is_never_sent_again(db: Database, rig: Rig) -> None:
    delivery = a_delivery(db, {rig.source: rig.channel})
    chat = _chat(db, rig)
    id_ = an_answer(db, chat)
    rig.fail_next("drop")
    with pytest.raises(Later):
        deliver(id_, delivery=delivery)
    patience_ran_out(db, id_)
    deliver(id_, delivery=delivery)
    assert (the_message(db, id_).status, len(rig.arrived())) == ("unknown", 1)
    assert "não sabemos" in the_worry(db, chat)


def test_lost_answer_is_settled_by_a_receipt_with_our_key(db: Database, rig: Rig) -> None:
    delivery = a_delivery(db, {rig.source: rig.channel})
    id_ = an_answer(db, _chat(db, rig))
    rig.fail_next("drop")
    with pytest.raises(Later):
        deliver(id_, delivery=delivery)
    _receipt(db, rig, id_, "delivered")
    assert (the_message(db, id_).status, the_message(db, id_).provider_id) == (
        "delivered",
        rig.arrived()[0].provider_id,
    )


def test_message_waits_while_the_channel_is_stopped(db: Database, rig: Rig) -> None:
    watch = Watch()
    delivery = a_delivery(db, {rig.source: rig.channel}, clock=watch)
    id_ = an_answer(db, _chat(db, rig))
    rig.fail_next("bad_token")
    for _ in range(2):
        with pytest.raises(Later):
            deliver(id_, delivery=delivery)
    assert the_message(db, id_).status == "queued"
    watch.pass_by(PROBE_SECONDS)
    deliver(id_, delivery=delivery)
    assert len(rig.arrived()) == 1


def test_invoice_brings_file_and_words(db: Database, rig: Rig) -> None:
    delivery = a_delivery(db, {rig.source: rig.channel})
    document = an_invoice(db, _chat(db, rig))
    deliver(document, delivery=delivery)
    for follow in rows(db, Message, Message.id > document):
        deliver(follow.id, delivery=delivery)
    arrived = rig.arrived()
    assert [one.file for one in arrived if one.file] == ["fatura.pdf"]
    assert [one.text for one in arrived if one.text] == ["Vence em 30/11"]


# What only one of them has.


def test_meta_uploads_a_document_first_and_shows_its_caption(tmp_path: Path) -> None:
    with meta_rig(tmp_path) as rig:
        rig.channel.send(_say("Vence em 30/11", "document", file=INVOICE))
        (bubble,) = rig.chat()
        media = f"{rig.product.base_url}/simulator/media/{bubble['content']['media_id']}"
        assert rig.product.session.get(media, timeout=10).content == INVOICE.data
        assert [(arrived.text, arrived.file) for arrived in rig.arrived()] == [("Vence em 30/11", "fatura.pdf")]


def test_meta_repeats_a_failed_upload_without_doubt(tmp_path: Path) -> None:
    with meta_rig(tmp_path) as rig:
        wanted = {"mode": "500", "next": 1, "on": "media"}
        rig.product.session.post(f"{rig.product.base_url}/simulator/control", json=wanted, timeout=10)
        with pytest.raises(Unreachable) as raised:
            rig.channel.send(_say("Vence", "document", file=INVOICE))
        assert raised.value.ambiguous is False
        assert rig.chat() == []


def test_meta_writes_to_a_bsuid_in_recipient_and_nothing_is_dropped(tmp_path: Path) -> None:
    with meta_rig(tmp_path) as rig:
        chats = rig.product.session.get(f"{rig.product.base_url}/simulator/api/chats", timeout=10).json()["chats"]
        key = next(chat["key"] for chat in chats if chat.get("wa_id") == ANA)
        rig.channel.send(Outgoing(key="k1", to=Recipient(bsuid=key), kind="text", text="oi"))
        state = rig.product.session.get(f"{rig.product.base_url}/simulator/control", timeout=10).json()
        assert (state["dropped"], [arrived.text for arrived in rig.arrived()]) == (0, ["oi"])


def test_twilio_gets_sender_callback_and_address_as_given(tmp_path: Path) -> None:
    with twilio_rig(tmp_path) as rig:
        for to in (TO_ANA, Recipient(wa_id=ANA), Recipient(bsuid=BSUID), Recipient(address="whatsapp:BR.9")):
            rig.channel.send(Outgoing(key="k1", to=to, kind="text", text="oi"))
        got = rig.store.messages(sender=SENDER)[::-1]
        sent_to = [message.recipient for message in got]
        assert sent_to == [f"whatsapp:+{ANA}", f"whatsapp:+{ANA}", f"whatsapp:{BSUID}", "whatsapp:BR.9"]
        assert {message.callback for message in got} == {"https://suporte.example.com.br/webhooks/twilio?OurKey=k1"}


@pytest.mark.parametrize("answer", [b"", b"{", b"[]", b"{}", b'{"messages": []}', b'{"messages": [{}]}', b"<html>"])
def test_answer_that_takes_the_message_but_names_it_not_is_ambiguous(answer: bytes) -> None:
    with answering(answer) as url:
        channels: list[Channel] = [a_meta_channel(url), a_twilio_channel(url)]
        for channel in channels:
            with pytest.raises(Unreachable) as raised:
                channel.send(_say())
            assert raised.value.ambiguous is True
