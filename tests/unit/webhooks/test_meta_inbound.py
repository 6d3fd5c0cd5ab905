"""Reading Meta's webhooks: every message and receipt becomes one item, whatever else is in the body."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.place import place_in
from tests.unit.webhooks.payloads import ANA, BRUNO, BSUID, NOW, meta, status, text, value
from webhooks.channels.meta_inbound import read
from webhooks.items import (
    AccountChanged,
    CallArrived,
    ContactRenamed,
    EchoArrived,
    IdentityChanged,
    Item,
    MessageArrived,
    MessageEdited,
    MessageRevoked,
    NotActedUpon,
    PreferenceChanged,
    ReactionArrived,
    ReceiptArrived,
    TemplateChanged,
)

# What each real payload must become; a name that is missing here is a test failure, so that new ones get looked at.
EXPECTED = {
    "account_update_account_reconnected_pywa": "info account.news",
    "account_update_account_restriction_pywa": "critical account.restricted",
    "account_update_account_violation_pywa": "critical account.violation",
    "account_update_partner_added_pywa": "info account.news",
    "account_update_partner_removed_wa_app_disconnection_pywa": "critical account.disconnected",
    "account_update_pricing_tiering_update_pywa": "info account.pricing_tier",
    "button_message_openapi": "button",
    "call_connect_user_initiated_pywa": "call connect",
    "call_permission_update_accept_pywa": "call permission",
    "call_terminate_call_terminate_pywa": "call terminate, warning webhook.error",
    "callback_button_button_pywa": "button",
    "callback_button_quick_reply_pywa": "button",
    "callback_selection_callback_pywa": "list",
    "contact_sharing_message_openapi": "contacts",
    "deleted_message_revoke_pywa": "revoked",
    "echo_bsuid_chatwoot": "echo text",
    "flow_completion_without_flow_token_pywa": "flow",
    "group_settings_update_openapi": "ignored group_settings_update",
    "image_message_openapi": "image",
    "interactive_button_reply_message_openapi": "button",
    "interactive_list_reply_message_openapi": "list",
    "message_audio_pywa": "audio",
    "message_chosen_location_pywa": "location",
    "message_contacts_pywa": "contacts",
    "message_current_location_pywa": "location",
    "message_document_pywa": "document",
    "message_forwarded_pywa": "text",
    "message_image_pywa": "image",
    "message_reaction_pywa": "reaction",
    "message_reply_pywa": "text",
    "message_static_sticker_pywa": "sticker",
    "message_status_failed_pywa": "receipt failed",
    "message_status_read_pywa": "receipt read",
    "message_status_sent_pywa": "receipt sent",
    "message_status_with_tracker_pywa": "receipt sent",
    "message_text_pywa": "text",
    "message_unsupported_pywa": "unsupported",
    "message_video_pywa": "video",
    "message_voice_pywa": "audio",
    "nfm_reply_nested_chatwoot": "flow",
    "order_message_openapi": "order",
    "outgoing_message_text_pywa": "echo text",
    "referral_welcome_message_chatwoot": "text",
    "system_message_openapi": "renamed",
    "system_phone_number_change_pywa": "renamed",
    "template_quality_update_yellow_pywa": "template message_template_quality_update",
    "template_status_update_approved_pywa": "template message_template_status_update",
    "template_status_update_rejected_pywa": "template message_template_status_update",
    "text_message_from_click_to_whatsapp_ad_openapi": "text",
    "text_message_openapi": "text",
    "text_phone_and_bsuid_chatwoot": "text",
    "user_marketing_preferences_resume_pywa": "consent in",
}


_WORDS: dict[type[Any], Callable[[Any], str]] = {
    MessageArrived: lambda item: item.kind,
    MessageEdited: lambda item: "edited",
    MessageRevoked: lambda item: "revoked",
    ReactionArrived: lambda item: "reaction",
    EchoArrived: lambda item: f"echo {item.kind}",
    ContactRenamed: lambda item: "renamed",
    IdentityChanged: lambda item: "identity",
    PreferenceChanged: lambda item: f"consent {item.decision}",
    CallArrived: lambda item: f"call {item.event}",
    AccountChanged: lambda item: f"{item.severity} {item.alert}",
    TemplateChanged: lambda item: f"template {item.what}",
    ReceiptArrived: lambda item: f"receipt {item.status}",
    NotActedUpon: lambda item: f"{item.outcome} {item.kind}",
}


def _word(item: Item) -> str:
    return _WORDS[type(item)](item)


def _one(body: bytes) -> Any:
    (item,) = read(body, NOW)
    return item


def test_every_real_payload_becomes_what_the_table_says(shared_data: Path) -> None:
    files = sorted((shared_data / "whatsapp").glob("meta_*.json"))
    found = {
        path.stem.removeprefix("meta_"): ", ".join(_word(item) for item in read(path.read_bytes(), NOW))
        for path in files
    }
    assert found == EXPECTED


def test_all_real_messages_in_one_batch_become_as_many_items(shared_data: Path) -> None:
    bodies = [path.read_bytes() for path in sorted((shared_data / "whatsapp").glob("meta_*.json"))]
    batch = {"object": "x", "entry": [entry for body in bodies for entry in json.loads(body)["entry"]]}
    alone = [_word(item) for body in bodies for item in read(body, NOW)]
    assert [_word(item) for item in read(json.dumps(batch).encode(), NOW)] == alone


@pytest.mark.parametrize(("messages", "receipts"), [(0, 3), (1, 1), (7, 5), (1000, 0)])
def test_batch_becomes_one_item_for_each_message_and_receipt(messages: int, receipts: int) -> None:
    wrote = [text(f"{place}") for place in range(messages)]
    told = [status(f"wamid.out{place}", "sent") for place in range(receipts)]
    items = read(meta(value(wrote[: messages // 2], told), value(wrote[messages // 2 :])), NOW)
    assert sum(isinstance(item, MessageArrived) for item in items) == messages
    assert sum(isinstance(item, ReceiptArrived) for item in items) == receipts


def test_messages_come_before_receipts_in_a_change() -> None:
    items = read(meta(value([text()], [status("wamid.out1", "sent")])), NOW)
    assert [type(item) for item in items] == [MessageArrived, ReceiptArrived]


@pytest.mark.parametrize("absent", [{}, {"from": ""}, {"from": None}])
def test_sender_is_known_by_bsuid_when_the_phone_is_hidden(absent: dict[str, Any]) -> None:
    item = _one(meta(value([text(wa_id="", bsuid=BSUID, **absent)])))
    assert (item.sender.wa_id, item.sender.bsuid) == ("", BSUID)


def test_message_without_any_sender_is_kept_but_not_acted_upon() -> None:
    item = _one(meta(value([text(wa_id="")])))
    assert isinstance(item, NotActedUpon)
    assert (item.outcome, item.raw["text"]) == ("unknown", {"body": "oi"})


def test_names_come_from_the_contact_when_the_message_has_none() -> None:
    contact = {"profile": {"name": "Ana Souza"}, "wa_id": ANA, "user_id": BSUID}
    sender = _one(meta(value([text(wa_id="")], contacts=[contact]))).sender
    assert (sender.wa_id, sender.bsuid, sender.profile_name) == (ANA, BSUID, "Ana Souza")


def test_contacts_are_matched_by_name_when_they_are_in_another_order() -> None:
    contacts = [
        {"profile": {"name": "Bruno Lima"}, "wa_id": BRUNO, "user_id": "BR.2"},
        {"profile": {"name": "Ana Souza"}, "wa_id": ANA, "user_id": "BR.1"},
    ]
    items = read(meta(value([text(wa_id=ANA), text(wa_id=BRUNO)], contacts=contacts)), NOW)
    names = [(i.sender.profile_name, i.sender.bsuid) for i in items if isinstance(i, MessageArrived)]
    assert names == [("Ana Souza", "BR.1"), ("Bruno Lima", "BR.2")]


def test_a_single_contact_of_somebody_else_gives_the_sender_no_names() -> None:
    contact = {"profile": {"name": "Bruno Lima"}, "wa_id": BRUNO, "user_id": "BR.2"}
    sender = _one(meta(value([text(wa_id=ANA)], contacts=[contact]))).sender
    assert (sender.wa_id, sender.bsuid, sender.profile_name) == (ANA, "", "")


def test_a_single_contact_is_not_given_to_several_messages_it_does_not_name() -> None:
    contact = {"profile": {"name": "Ana Souza"}, "wa_id": ANA}
    hidden = text(wa_id="", bsuid="BR.2")
    items = read(meta(value([text(wa_id=ANA), hidden], contacts=[contact])), NOW)
    senders = [item.sender for item in items if isinstance(item, MessageArrived)]
    assert [(s.wa_id, s.bsuid) for s in senders] == [(ANA, ""), ("", "BR.2")]


def test_old_voice_type_is_audio() -> None:
    assert _one(meta(value([text(type="voice", voice={"id": "m1"})]))).kind == "audio"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "interactive"},
        {"type": "interactive", "interactive": None},
        {"type": "interactive", "interactive": []},
        {"type": "interactive", "interactive": {"type": "nfm_reply"}},
        {"type": "hologram", "hologram": {"depth": 3}},
        {"type": "unsupported", "errors": [{"code": 131051}]},
        {"type": "ephemeral"},
        {"type": None, "text": None},
        {"type": {"odd": 1}, "text": None},
    ],
)
def test_message_that_nobody_can_read_is_visible_as_unsupported(message: dict[str, Any]) -> None:
    item = _one(meta(value([text(**message)])))
    assert (item.kind, item.text, item.sender.wa_id) == ("unsupported", "", ANA)
    assert item.payload["type"] == message["type"]


@pytest.mark.parametrize("kind", ["reaction", "system", "edit", "revoke"])
def test_change_of_nothing_is_kept_for_a_person(kind: str) -> None:
    assert _word(_one(meta(value([text(type=kind)])))) == f"unknown messages.{kind}"


def test_group_message_opens_nothing() -> None:
    assert isinstance(_one(meta(value([text(group_id="g1")]))), NotActedUpon)


def test_values_beside_messages_are_kept_too() -> None:
    items = read(meta(value([text()], errors=[{"code": 131000}])), NOW)
    assert [_word(item) for item in items] == ["text", "warning webhook.error"]


def test_tapped_options_carry_their_id() -> None:
    reply = {"type": "list_reply", "list_reply": {"id": "row-2", "title": "Segunda via"}}
    item = _one(meta(value([text(type="interactive", interactive=reply)])))
    assert (item.kind, item.reply_id, item.text) == ("list", "row-2", "Segunda via")


@pytest.mark.parametrize("given_time", ["1795348000", 1795348000, 1795348000.7])
def test_time_is_read_from_text_and_from_numbers(given_time: object) -> None:
    assert _one(meta(value([text(timestamp=given_time)]))).at == datetime.fromtimestamp(1795348000, UTC)


@pytest.mark.parametrize(
    "given_time", [None, "", "ontem", 0, "-1", -(10**12), 10**15, "9" * 5000, 253402300799, True, [], {}, 1e300]
)
def test_time_of_arrival_stands_in_when_the_given_one_cannot_be_true(given_time: object) -> None:
    item = _one(meta(value([text(timestamp=given_time)])))
    assert item.at == NOW


def test_time_of_a_late_repetition_is_kept() -> None:
    at = NOW - timedelta(days=6)
    assert _one(meta(value([text(at=at.timestamp())]))).at == at


def test_what_postgresql_cannot_store_is_taken_out_of_texts() -> None:
    raw = meta(value([text("antes")])).replace(b"antes", b"a\\u0000n\\ud800tes").replace(b'"wamid', b'"w\\u0000amid')
    item = _one(raw)
    assert (item.text, item.provider_id[:5]) == ("an?tes", "wamid")


def test_numbers_that_json_does_not_know_are_kept_as_text() -> None:
    raw = meta(value([text(type="location", location={"latitude": 7})])).replace(b"7}", b"NaN}")
    assert _one(raw).payload["location"]["latitude"] == "nan"


def test_name_longer_than_any_index_is_no_name() -> None:
    items = read(meta(value([text(message_id="w" * 3000), text(wa_id="5" * 3000)], [status("x" * 3000, "sent")])), NOW)
    assert [item.outcome for item in items if isinstance(item, NotActedUpon)] == ["unknown"] * 3


@pytest.mark.parametrize(("state", "outcome"), [("deleted", "ignored"), ("warning", "unknown"), ("", "unknown")])
def test_state_of_a_receipt_that_says_nothing_is_kept(state: str, outcome: str) -> None:
    item = _one(meta(value(statuses=[{**status("wamid.out1", "sent"), "status": state}])))
    assert (item.outcome, item.raw["id"]) == (outcome, "wamid.out1")


def test_receipt_carries_key_and_error_code() -> None:
    item = _one(meta(value(statuses=[status("wamid.out1", "failed", key="k1", code=131026)])))
    assert (item.provider_id, item.key, item.status, item.error_code) == ("wamid.out1", "k1", "failed", "131026")


def test_played_voice_note_was_read() -> None:
    assert _one(meta(value(statuses=[status("wamid.out1", "played")]))).status == "read"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"x"', b"null", b"{", b"\xff\xfe{", b"[" * 100_000, b'{"a":' * 9000 + b"1" + b"}" * 9000]
)
def test_body_that_is_no_object_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the promise is the kind, not the words
        read(body, NOW)


@pytest.mark.parametrize("body", [b"{}", b'{"entry": 7}', b'{"entry": [null, {"changes": "x"}]}'])
def test_object_without_changes_is_kept(body: bytes) -> None:
    assert _word(_one(body)) == "unknown empty"


leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
names = (
    "id",
    "from",
    "from_user_id",
    "type",
    "timestamp",
    "text",
    "interactive",
    "group_id",
    "button",
    "image",
    "errors",
)
kinds = st.sampled_from(["text", "image", "interactive", "button", "location", "reaction", "hologram"]) | anything
odd = st.dictionaries(st.sampled_from(names), anything, max_size=6) | st.builds(
    lambda kind, more: {**text(), "type": kind, **more}, kinds, st.dictionaries(st.sampled_from(names[4:]), anything)
)


@given(document=anything)
def test_any_json_is_read_or_is_a_value_error(document: object) -> None:
    try:
        assert read(json.dumps(document).encode(), NOW)
    except ValueError:
        assert not isinstance(document, dict)


@given(messages=st.lists(odd | anything, max_size=4), statuses=st.lists(odd, max_size=3), contacts=anything)
def test_no_message_object_is_ever_lost(messages: list[Any], statuses: list[Any], contacts: object) -> None:
    odd_value = {"messages": messages, "statuses": statuses, "contacts": contacts}
    items = read(json.dumps({"entry": [{"changes": [{"field": "messages", "value": odd_value}]}]}).encode(), NOW)
    expected = sum(isinstance(message, dict) for message in messages) + len(statuses)
    assert len(items) == max(expected, 1)


def test_number_too_large_for_arithmetic_stays_text() -> None:
    body = meta(value([text(type="location", location={"latitude": 10**400, "longitude": 1})]))
    (item,) = read(body, NOW)
    assert isinstance(item, MessageArrived)
    assert item.payload["location"] == {"latitude": str(10**400), "longitude": 1}
    assert place_in(item.payload) is None
