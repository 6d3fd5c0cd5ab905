"""Reading Twilio's forms: one message or one receipt each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.webhooks.payloads import ANA, BSUID, NOW, twilio
from webhooks.channels.twilio_inbound import read
from webhooks.items import MessageArrived, NotActedUpon, PreferenceChanged, ReceiptArrived


def _one(body: bytes) -> Any:
    (item,) = read(body, NOW)
    return item


def _ids(body: bytes) -> list[tuple[str, str]]:
    return [(item.provider_id, item.kind) for item in read(body, NOW) if isinstance(item, MessageArrived)]


def test_every_real_form_is_a_message(shared_data: Path) -> None:
    found = {path.name: _ids(path.read_bytes()) for path in (shared_data / "whatsapp").glob("*.form")}
    assert found == {"twilio_two_media_chatwoot.form": [("SMxx", "image"), ("SMxx/1", "image")]}


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
        ({"ListId": "row-2"}, "list", "row-2"),
        ({"ButtonText": "Sim", "MessageType": "button"}, "button", ""),
        ({"MessageType": "interactive", "ListTitle": "Segunda via"}, "list", ""),
        ({"MessageType": "location"}, "location", ""),
        ({"MessageType": "contacts", "NumMedia": "1", "MediaContentType0": "text/vcard"}, "contacts", ""),
        ({"MessageType": "sticker", "NumMedia": "1", "MediaContentType0": "image/webp"}, "sticker", ""),
        ({"MessageType": "hologram"}, "unsupported", ""),
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


def test_files_of_one_form_are_a_message_each_and_the_words_go_with_the_first() -> None:
    files = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(3)}
    types = {f"MediaContentType{n}": mime for n, mime in enumerate(["image/png", "audio/ogg", "application/pdf"])}
    items = read(twilio(MessageSid="SM7", Body="olha", NumMedia="3", **files, **types), NOW)
    found = [(i.provider_id, i.kind, i.text, i.media.url) for i in items if isinstance(i, MessageArrived) and i.media]
    assert found == [
        ("SM7", "image", "olha", "https://api.twilio.com/0"),
        ("SM7/1", "audio", "", "https://api.twilio.com/1"),
        ("SM7/2", "document", "", "https://api.twilio.com/2"),
    ]


def test_message_tells_what_it_answers_where_it_is_and_that_it_was_forwarded() -> None:
    item = _one(
        twilio(OriginalRepliedMessageSid="SM1", Forwarded="true", Latitude="-23.1", Longitude="-45.8", Label="Casa")
    )
    assert item.quoted_id == "SM1"
    assert item.marks == {"forwarded": "once"}
    assert item.details == {"latitude": "-23.1", "longitude": "-45.8", "name": "Casa"}


def test_word_that_twilio_took_as_refusal_is_a_consent_withdrawn() -> None:
    message, preference = read(twilio(Body="PARAR", OptOutType="STOP"), NOW)
    assert isinstance(message, MessageArrived)
    assert isinstance(preference, PreferenceChanged)
    assert (preference.decision, preference.source) == ("out", "twilio")


@given(
    body=st.binary(max_size=60) | st.dictionaries(st.text(max_size=5), st.text(max_size=5)).map(lambda d: twilio(**d))
)
def test_any_form_is_one_item(body: bytes) -> None:
    assert len(read(body, NOW)) == 1


def test_null_characters_are_taken_out() -> None:
    item = _one(twilio(Body="a\x00b"))
    assert isinstance(item, MessageArrived)
    assert item.text == "ab"
