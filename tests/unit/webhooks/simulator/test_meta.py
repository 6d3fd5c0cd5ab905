"""The webhooks that the simulator sends: Meta's shape, signed over the bytes that go out."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from webhooks.simulator.messages import ChatMessage
from webhooks.simulator.meta import BusinessNumber, encode, envelope, signature
from webhooks.simulator.people import Phone
from webhooks.simulator.updates import message_update, status_update

NUMBER = BusinessNumber("100", "200", "551230000000", "Conecta Vale Telecom")
ANA = Phone("5512981110001", "BR.1", "Ana Souza")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FILE = {"media_id": "333", "mime_type": "application/pdf", "sha256": "00" * 32, "size": 9, "filename": "conta.pdf"}


def a_message(kind: str, content: dict[str, Any], **fields: Any) -> ChatMessage:
    values = {"author": "customer", "status": "queued", "callback": None} | fields
    return ChatMessage("wamid.A", 1, ANA.wa_id, kind=kind, content=content, created_at=NOON, revision=1, **values)


def item(kind: str, content: dict[str, Any], phone: Phone = ANA) -> dict[str, Any]:
    payload = envelope(NUMBER, [message_update(NUMBER.display_phone, phone, a_message(kind, content))])
    found: dict[str, Any] = payload["entry"][0]["changes"][0]["value"]["messages"][0]
    return found


def test_webhook_has_the_envelope_of_meta() -> None:
    payload = envelope(NUMBER, [message_update(NUMBER.display_phone, ANA, a_message("text", {"text": "oi"}))])
    assert payload["object"] == "whatsapp_business_account"
    change = payload["entry"][0]["changes"][0]
    assert change["field"] == "messages"
    assert change["value"]["metadata"] == {"display_phone_number": "551230000000", "phone_number_id": "200"}
    assert change["value"]["contacts"] == [
        {"profile": {"name": "Ana Souza"}, "user_id": "BR.1", "wa_id": "5512981110001"}
    ]


def test_message_carries_its_type_and_object() -> None:
    written = item("text", {"text": "oi"})
    assert (written["from"], written["id"], written["timestamp"]) == ("5512981110001", "wamid.A", "1795348800")
    assert (written["type"], written["text"]) == ("text", {"body": "oi"})
    paper = item("document", FILE | {"text": "segue"})["document"]
    assert (paper["id"], paper["filename"], paper["caption"]) == ("333", "conta.pdf", "segue")
    assert paper["sha256"] == "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    assert item("audio", FILE | {"voice": True})["audio"]["voice"] is True
    place = {"latitude": -23.1, "longitude": -45.8, "name": "Casa", "address": ""}
    assert item("location", place)["location"] == {"latitude": -23.1, "longitude": -45.8, "name": "Casa"}


def test_tapped_option_names_the_message_it_answers() -> None:
    reply = {"option_id": "sim", "text": "Sim", "reply_to": "wamid.B"}
    tapped = item("button_reply", reply)
    assert tapped["context"] == {"from": "551230000000", "id": "wamid.B"}
    assert tapped["interactive"] == {"type": "button_reply", "button_reply": {"id": "sim", "title": "Sim"}}
    chosen = item("list_reply", reply | {"description": "agora"})
    assert chosen["interactive"]["list_reply"] == {"id": "sim", "title": "Sim", "description": "agora"}


def test_webhook_has_no_number_when_the_phone_hides_it() -> None:
    hidden = Phone("5512981110001", "BR.1", "Ana", hides_number=True)
    assert b"5512981110001" not in encode(
        envelope(NUMBER, [message_update(NUMBER.display_phone, hidden, a_message("text", {"text": "oi"}))])
    )
    assert item("text", {"text": "oi"}, hidden)["from_user_id"] == "BR.1"


def test_status_carries_the_callback_and_the_recipient() -> None:
    sent = a_message("text", {"text": "oi"}, author="business", status="accepted", callback="outbox-7")
    status = status_update(ANA, sent, "delivered", NOON).value["statuses"][0]
    assert (status["id"], status["status"], status["recipient_id"]) == ("wamid.A", "delivered", "5512981110001")
    assert status["biz_opaque_callback_data"] == "outbox-7"
    failed = status_update(ANA, sent, "failed", NOON, 131047).value
    assert failed["statuses"][0]["errors"][0]["code"] == 131047


def test_signature_covers_the_escaped_bytes() -> None:
    raw = encode({"text": "ação https://x"})
    assert b"\\u00e7" in raw
    assert b"https:\\/\\/x" in raw
    assert json.loads(raw) == {"text": "ação https://x"}
    assert signature("s", raw) == "sha256=" + hmac.new(b"s", raw, hashlib.sha256).hexdigest()
