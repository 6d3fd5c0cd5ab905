"""Reading Twilio's forms: one message or one receipt each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.webhooks.payloads import ANA, BSUID, NOW, twilio
from webhooks.channels.twilio_inbound import read
from webhooks.items import MessageArrived, NotActedUpon, ReceiptArrived


def _one(body: bytes) -> Any:
    (item,) = read(body, NOW)
    return item


def test_every_real_form_is_a_message(shared_data: Path) -> None:
    found = {path.name: _one(path.read_bytes()).kind for path in (shared_data / "whatsapp").glob("*.form")}
    assert found == {"twilio_two_media_chatwoot.form": "image"}


def test_message_carries_sender_text_and_time_of_arrival() -> None:
    item = _one(twilio(ProfileName="Ana Souza", WaId=ANA))
    assert (item.sender.wa_id, item.sender.address, item.sender.profile_name) == (ANA, f"whatsapp:+{ANA}", "Ana Souza")
    assert (item.kind, item.text, item.at) == ("text", "oi", NOW)


@pytest.mark.parametrize(
    ("fields", "wa_id", "bsuid"),
    [
        ({"From": f"whatsapp:+{ANA}"}, ANA, ""),
        ({"From": f"whatsapp:{BSUID}"}, "", BSUID),
        ({"From": f"whatsapp:{BSUID}", "WaId": ""}, "", BSUID),
        ({"From": f"whatsapp:+{ANA}", "ExternalUserId": f"whatsapp:{BSUID}"}, ANA, BSUID),
    ],
)
def test_sender_is_known_by_phone_and_by_bsuid(fields: dict[str, str], wa_id: str, bsuid: str) -> None:
    sender = _one(twilio(**fields)).sender
    assert (sender.wa_id, sender.bsuid) == (wa_id, bsuid)


@pytest.mark.parametrize(
    ("fields", "kind", "reply_id"),
    [
        ({"ButtonPayload": "sim", "ButtonText": "Sim"}, "button", "sim"),
        ({"ListId": "row-2"}, "button", "row-2"),
        ({"Latitude": "-23.1", "Longitude": "-45.8"}, "location", ""),
        ({"NumMedia": "1", "MediaContentType0": "audio/ogg"}, "audio", ""),
        ({"NumMedia": "1", "MediaContentType0": "application/pdf"}, "document", ""),
        ({"NumMedia": ""}, "text", ""),
        ({"Body": ""}, "text", ""),
        ({"SomethingNew": "1"}, "text", ""),
    ],
)
def test_kind_follows_what_the_form_holds(fields: dict[str, str], kind: str, reply_id: str) -> None:
    item = _one(twilio(**fields))
    assert (item.kind, item.reply_id) == (kind, reply_id)


@pytest.mark.parametrize(
    ("said", "status"),
    [("queued", "accepted"), ("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("undelivered", "failed")],
)
def test_status_callback_is_a_receipt(said: str, status: str) -> None:
    item = _one(b"MessageSid=SM9&ErrorCode=63016&MessageStatus=" + said.encode())
    assert isinstance(item, ReceiptArrived)
    assert (item.provider_id, item.status, item.error_code) == ("SM9", status, "63016")


@pytest.mark.parametrize("body", [b"", b"Body=oi", b"MessageSid=SM1&Body=oi", b"MessageSid=SM1&MessageStatus=lost"])
def test_form_that_says_too_little_is_kept(body: bytes) -> None:
    assert isinstance(_one(body), NotActedUpon)


@given(
    body=st.binary(max_size=60) | st.dictionaries(st.text(max_size=5), st.text(max_size=5)).map(lambda d: twilio(**d))
)
def test_any_form_is_one_item(body: bytes) -> None:
    assert len(read(body, NOW)) == 1


def test_null_characters_are_taken_out() -> None:
    item = _one(twilio(Body="a\x00b"))
    assert isinstance(item, MessageArrived)
    assert item.text == "ab"
