"""Real payloads through the real doors: alone, twice, shuffled and all in one batch, with effects from a table."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from core.db import Database
from models.conversation import Conversation
from models.message import Message
from models.webhook_event import WebhookEvent, WebhookItem
from tests.integration.doors import SECRET, meta_headers, read_event, rows
from tests.integration.effects_seen import effects_seen
from webhooks.channels.twilio_inbound import fields
from webhooks.media_links import MediaLinks
from webhooks.twilio import twilio_blueprint
from webhooks.whatsapp import whatsapp_blueprint

TOKEN = "token-da-conta"
PUBLIC = "https://suporte.example.com.br"
OPENED = "contact, conversation bot"

# What each payload does to an empty database; a file that is missing here is a failure, so that new ones get looked at.
# What becomes of a template is told in the tests of templates.
EFFECTS = {
    "meta_account_update_account_reconnected_pywa": "alert info account.news, kept stored account.news",
    "meta_account_update_account_restriction_pywa": "alert critical account.restricted, kept stored account.restricted",
    "meta_account_update_account_violation_pywa": "alert critical account.violation, kept stored account.violation",
    "meta_account_update_partner_added_pywa": "alert info account.news, kept stored account.news",
    "meta_account_update_partner_removed_wa_app_disconnection_pywa": (
        "alert critical account.disconnected, kept stored account.disconnected"
    ),
    "meta_account_update_pricing_tiering_update_pywa": (
        "alert info account.pricing_tier, kept stored account.pricing_tier"
    ),
    "meta_button_message_openapi": f"{OPENED}, in button",
    "meta_call_connect_user_initiated_pywa": f"{OPENED}, event call, out text by bot",
    "meta_call_permission_update_accept_pywa": "contact, kept ignored calls.permission",
    "meta_call_terminate_call_terminate_pywa": (
        "alert warning webhook.error, contact, kept ignored calls.terminate, kept stored webhook.error"
    ),
    "meta_callback_button_button_pywa": f"{OPENED}, in button",
    "meta_callback_button_quick_reply_pywa": f"{OPENED}, in button",
    "meta_callback_selection_callback_pywa": f"{OPENED}, in list",
    "meta_contact_sharing_message_openapi": f"{OPENED}, in contacts",
    "meta_deleted_message_revoke_pywa": "parked revoke",
    "meta_echo_bsuid_chatwoot": f"{OPENED}, out text by phone_app",
    "meta_flow_completion_without_flow_token_pywa": f"{OPENED}, in flow",
    "meta_group_settings_update_openapi": "kept ignored group_settings_update",
    "meta_image_message_openapi": f"{OPENED}, in image",
    "meta_interactive_button_reply_message_openapi": f"{OPENED}, in button",
    "meta_interactive_list_reply_message_openapi": f"{OPENED}, in list",
    "meta_message_audio_pywa": f"{OPENED}, in audio",
    "meta_message_chosen_location_pywa": f"{OPENED}, in location",
    "meta_message_contacts_pywa": f"{OPENED}, in contacts",
    "meta_message_current_location_pywa": f"{OPENED}, in location",
    "meta_message_document_pywa": f"{OPENED}, in document",
    "meta_message_forwarded_pywa": f"{OPENED}, in text",
    "meta_message_image_pywa": f"{OPENED}, in image",
    "meta_message_reaction_pywa": "parked reaction",
    "meta_message_reply_pywa": f"{OPENED}, in text",
    "meta_message_static_sticker_pywa": f"{OPENED}, in sticker",
    "meta_message_status_failed_pywa": "parked failed",
    "meta_message_status_read_pywa": "parked read",
    "meta_message_status_sent_pywa": "parked sent",
    "meta_message_status_with_tracker_pywa": "parked sent",
    "meta_message_text_pywa": f"{OPENED}, in text",
    "meta_message_unsupported_pywa": f"{OPENED}, in unsupported",
    "meta_message_video_pywa": f"{OPENED}, in video",
    "meta_message_voice_pywa": f"{OPENED}, in audio",
    "meta_nfm_reply_nested_chatwoot": f"{OPENED}, in flow",
    "meta_order_message_openapi": f"{OPENED}, in order",
    "meta_outgoing_message_text_pywa": f"{OPENED}, out text by phone_app",
    "meta_referral_welcome_message_chatwoot": f"{OPENED}, in text",
    "meta_system_message_openapi": "kept ignored messages.system",
    "meta_system_phone_number_change_pywa": "kept ignored messages.system",
    "meta_template_quality_update_yellow_pywa": "kept stored message_template_quality_update",
    "meta_template_status_update_approved_pywa": "kept stored message_template_status_update",
    "meta_template_status_update_rejected_pywa": "kept stored message_template_status_update",
    "meta_text_message_from_click_to_whatsapp_ad_openapi": f"{OPENED}, in text",
    "meta_text_message_openapi": f"{OPENED}, in text",
    "meta_text_phone_and_bsuid_chatwoot": f"{OPENED}, in text",
    "meta_user_marketing_preferences_resume_pywa": "consent in whatsapp, contact",
    "twilio_two_media_chatwoot": f"{OPENED}, 2 in image",
}
# In all of Meta's payloads together seven people are named; with six of them there is a conversation.
PEOPLE = Counter({"contact": 7, "conversation bot": 6})
# Where a conversation of that person is open by then, it is shown there as an event.
ONLY_WHERE_OPEN = {
    "event number_changed": "kept ignored messages.system",
    "event call_permission": "kept ignored calls.permission",
}


def _payloads(shared_data: Path) -> dict[str, bytes]:
    files = sorted((shared_data / "whatsapp").glob("*.*"))
    return {path.stem: path.read_bytes() for path in files if path.suffix in {".json", ".form"}}


def _meta(shared_data: Path) -> dict[str, bytes]:
    """Meta's payloads with the ids of each made its own: some repositories use one id everywhere."""
    return {name: _renumbered(body, name) for name, body in _payloads(shared_data).items() if name.startswith("meta_")}


def _news_of_numbers_last(bodies: list[bytes]) -> list[bytes]:
    """Whoever writes from a number after its owner has left it is somebody else: then they would be more people."""
    return sorted(bodies, key=lambda body: b"user_changed_number" in body)


def _renumbered(body: bytes, name: str) -> bytes:
    document: dict[str, Any] = json.loads(body)
    for entry in document["entry"]:
        for change in entry["changes"]:
            for part in ("messages", "message_echoes", "statuses", "calls"):
                for one in change["value"].get(part, ()):
                    one["id"] = f"{one['id']}/{name}"
    return json.dumps(document).encode()


def _client(db: Database) -> FlaskClient:
    app = Flask("doors")
    app.register_blueprint(whatsapp_blueprint(db=db, app_secret=SECRET, verify_token="escolhido"))
    links = MediaLinks(PUBLIC, "k" * 32)
    app.register_blueprint(twilio_blueprint(db=db, auth_token=TOKEN, public_url=PUBLIC, links=links))
    return app.test_client()


def _post(db: Database, name: str, *bodies: bytes) -> None:
    """Brings the bodies to the door of their channel, signed, and takes them in as the worker does."""
    client = _client(db)
    for body in bodies:
        if name.startswith("meta"):
            answer = client.post("/webhooks/whatsapp", data=body, headers=meta_headers(body))
        else:
            url = f"{PUBLIC}/webhooks/twilio"
            signature = RequestValidator(TOKEN).compute_signature(url, MultiDict(fields(body)))
            form = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
            answer = client.post("/webhooks/twilio", data=body, headers=form)
        assert answer.status_code == 200
    for event in rows(db, WebhookEvent, WebhookEvent.state == "new"):
        read_event(db, event.id)


def _expected(name: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    for part in EFFECTS[name].split(", "):
        number, _, rest = part.partition(" ")
        counted[rest if number.isdigit() else part] += int(number) if number.isdigit() else 1
    return counted


def _seen(db: Database) -> Counter[str]:
    return Counter({word: times for word, times in effects_seen(db).items() if " template." not in word})


def _all_together() -> Counter[str]:
    """The effects of all of Meta's payloads on one database. An alert of the same kind and account is open once."""
    total = sum((_expected(name) for name in EFFECTS if name.startswith("meta_")), Counter[str]())
    total.subtract({"contact": total["contact"], "conversation bot": total["conversation bot"]})
    return +(total + PEOPLE)


def _comparable(seen: Counter[str]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for word, times in seen.items():
        counted[ONLY_WHERE_OPEN.get(word, word)] += times
    return counted


def test_table_names_every_payload(shared_data: Path) -> None:
    assert sorted(_payloads(shared_data)) == sorted(EFFECTS)


@pytest.mark.parametrize("name", sorted(EFFECTS))
@pytest.mark.parametrize("times", [1, 2])
def test_payload_has_its_effects_once_however_often_it_comes(
    db: Database, shared_data: Path, name: str, times: int
) -> None:
    body = _payloads(shared_data).get(name)
    if body is None:
        pytest.skip(f"shared data not present: whatsapp/{name}")
    _post(db, name, *[body] * times)
    kept_twice = {word: count * times for word, count in _expected(name).items() if word.startswith("kept")}
    assert _seen(db) == _expected(name) | Counter(kept_twice)


@pytest.mark.parametrize("seed", range(3))
def test_payloads_in_any_order_have_the_effects_of_each(db: Database, shared_data: Path, seed: int) -> None:
    bodies = list(_meta(shared_data).values())
    random.Random(seed).shuffle(bodies)
    _post(db, "meta", *_news_of_numbers_last(bodies))
    assert _differences(_comparable(_seen(db)), _all_together()) == {}


def test_all_payloads_in_one_batch_have_the_effects_of_each(db: Database, shared_data: Path) -> None:
    bodies = _news_of_numbers_last(list(_meta(shared_data).values()))
    entries = [entry for body in bodies for entry in json.loads(body)["entry"]]
    _post(db, "meta", json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode())
    assert _differences(_comparable(_seen(db)), _all_together()) == {}
    assert [item.kind for item in rows(db, WebhookItem) if item.outcome in {"unknown", "failed"}] == []


def test_one_id_in_many_payloads_is_one_message(db: Database, shared_data: Path) -> None:
    bodies = [body for name, body in _payloads(shared_data).items() if name.startswith("meta_")]
    bodies = _news_of_numbers_last(bodies)
    entries = [entry for body in bodies for entry in json.loads(body)["entry"]]
    _post(db, "meta", json.dumps({"entry": entries}).encode(), *bodies)
    ids = [message.provider_id for message in rows(db, Message) if message.provider_id]
    assert len(ids) == len(set(ids))
    assert len(rows(db, Conversation)) == PEOPLE["conversation bot"]
    assert [item.kind for item in rows(db, WebhookItem) if item.outcome in {"unknown", "failed"}] == []


def _differences(seen: Counter[str], expected: Counter[str]) -> dict[str, tuple[int, int]]:
    """Alerts of one kind about several accounts are several; how many is not the point here."""
    words = {word for word in seen | expected if not word.startswith("alert")}
    return {word: (seen[word], expected[word]) for word in words if seen[word] != expected[word]}
