"""What comes beside messages: calls, new names, wishes about marketing, news of the account. Each has its effect."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.db import Database
from models import utc_now
from models.alert import Alert
from models.consent import Consent
from models.contact import Contact, ContactAlias
from models.conversation import Conversation
from models.message import Message
from models.webhook_event import WebhookEvent, WebhookItem
from tests.integration.doors import TERMS, bring, count, counts, planned, read_event, rows, store
from tests.integration.effects_seen import channel_state
from tests.unit.webhooks.payloads import ANA, BRUNO, BSUID, meta, system, text, twilio, value


def _call(event: str = "connect", call_id: str = "wacid.1", **more: Any) -> bytes:
    call = {"id": call_id, "from": ANA, "event": event, "timestamp": str(int(time.time())), **more}
    return meta({"calls": [{"direction": "USER_INITIATED", **call}]}, field="calls")


def _thread(db: Database) -> list[tuple[str, str]]:
    return [(message.direction, message.kind) for message in rows(db, Message)]


def test_call_is_an_event_and_is_answered_in_writing_once(db: Database) -> None:
    bring(db, _call(), _call(), _call("terminate"), _call(call_id="wacid.2"))
    assert _thread(db) == [("event", "call"), ("out", "text"), ("event", "call"), ("event", "call")]
    said = rows(db, Message)[1]
    assert (said.text, said.author, planned(db, "deliver")) == (TERMS.texts("call.not_taken"), "bot", [said.id])
    (conversation,) = rows(db, Conversation)
    assert conversation.window_open(utc_now())


def test_call_that_comes_again_after_closing_opens_nothing(db: Database) -> None:
    bring(db, _call())
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="closed"))
    bring(db, _call(), _call("terminate"))
    assert count(db, Conversation) == 1


def test_call_in_a_persons_conversation_is_only_shown_to_that_person(db: Database) -> None:
    bring(db, meta(value([text()])))
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="queue", queue="N1"))
    bring(db, _call())
    assert _thread(db) == [("in", "text"), ("event", "call")]


def test_call_told_too_late_is_shown_to_a_person(db: Database) -> None:
    bring(db, _call(timestamp=str(int(time.time()) - 3600)))
    assert _thread(db) == [("event", "call")]
    assert "ligou" in rows(db, Conversation)[0].needs_person


def test_end_of_a_call_alone_opens_nothing(db: Database) -> None:
    bring(db, _call("terminate"), _call("connect", "wacid.3", direction="BUSINESS_INITIATED", to=ANA))
    assert count(db, Conversation) == 0
    assert {item.outcome for item in rows(db, WebhookItem)} == {"ignored"}


def _moved(key: str) -> dict[str, Any]:
    message = system("user_changed_number", message_id="s1")
    message["system"][key] = BRUNO
    return message


@pytest.mark.parametrize("key", ["wa_id", "new_wa_id"])
def test_new_number_is_the_same_contact(db: Database, key: str) -> None:
    change = meta(value([_moved(key)]))
    bring(db, meta(value([text()])), change, change, meta(value([text(wa_id=BRUNO)])))
    assert counts(db)[:2] == (1, 1)
    assert _thread(db) == [("in", "text"), ("event", "number_changed"), ("in", "text")]


def test_new_bsuid_is_the_same_contact(db: Database) -> None:
    said = {"previous_user_id": BSUID, "user_id": "BR.2"}
    bring(db, meta(value([text(wa_id="", bsuid=BSUID)])))
    bring(db, meta(value([system("user_changed_user_id", wa_id="", **said)])))
    bring(db, meta(value([text(wa_id="", bsuid="BR.2")])))
    assert counts(db)[:2] == (1, 1)


def test_change_of_somebody_unknown_is_kept_and_makes_no_contact(db: Database) -> None:
    bring(db, meta(value([system("user_changed_number", new_wa_id=BRUNO)])))
    assert (count(db, Contact), [item.outcome for item in rows(db, WebhookItem)]) == (0, ["ignored"])


def test_change_to_a_number_of_another_contact_merges_nothing(db: Database) -> None:
    bring(db, meta(value([text()])), meta(value([text(wa_id=BRUNO)])))
    bring(db, meta(value([system("user_changed_number", new_wa_id=BRUNO)])))
    owners = {alias.value: alias.contact_id for alias in rows(db, ContactAlias, ContactAlias.kind == "wa_id")}
    # Her old number is nobody's now: its next owner must not inherit what she proved by it.
    assert owners == {BRUNO: 2}
    assert [alert.kind for alert in rows(db, Alert)] == ["contact.conflict"]


def test_number_on_another_phone_has_to_prove_who_it_is_again(db: Database) -> None:
    bring(db, meta(value([text()])))
    with db.transaction() as session:
        proved = {"customer_ref": "9", "proved_by": "two_facts", "proved_at": utc_now() - timedelta(days=1)}
        session.execute(update(Contact).values(**proved))
    bring(db, meta(value([system("customer_identity_changed", identity="abc")])))
    (contact,) = rows(db, Contact)
    assert (contact.proved_by, contact.proved_at) == (None, None)
    assert _thread(db)[1] == ("event", "identity_changed")


def _wish(wish: str, at: int, **who: str) -> bytes:
    one = {"wa_id": ANA, "category": "marketing_messages", "value": wish, "timestamp": at, **who}
    return meta({"user_preferences": [one]}, field="user_preferences")


def test_wish_about_marketing_is_a_consent_with_its_proof_and_opens_nothing(db: Database) -> None:
    now = int(time.time())
    bring(db, _wish("stop", now - 9), _wish("stop", now - 9), _wish("resume", now - 1))
    first, second = rows(db, Consent)
    assert (first.decision, second.decision, first.source) == ("out", "in", "whatsapp")
    assert first.proof["said"]["value"] == "stop"
    assert ANA not in str(first.proof)
    assert (count(db, Conversation), count(db, Contact)) == (0, 1)


def test_word_that_twilio_took_as_refusal_is_kept_once(db: Database) -> None:
    form = twilio(MessageSid="SM1", Body="PARAR", OptOutType="STOP")
    bring(db, form, form, source="twilio")
    assert [(row.decision, row.source) for row in rows(db, Consent)] == [("out", "twilio")]


def _account(field: str, **said: Any) -> bytes:
    return meta(said, field=field)


def test_news_of_the_account_are_alerts_and_kept(db: Database) -> None:
    bring(db, _account("account_update", event="ACCOUNT_VIOLATION", violation_info={"violation_type": "SPAM"}))
    (alert,), (item,) = rows(db, Alert), rows(db, WebhookItem)
    assert (alert.kind, alert.severity, alert.subject) == ("account.violation", "critical", "1")
    assert "SPAM" in alert.text
    assert (item.outcome, item.raw["event"]) == ("stored", "ACCOUNT_VIOLATION")


def test_alert_ends_when_its_cause_is_gone(db: Database) -> None:
    bring(db, _account("account_update", event="PARTNER_REMOVED"))
    bring(db, _account("account_update", event="ACCOUNT_RECONNECTED"))
    open_ones = [alert.kind for alert in rows(db, Alert, Alert.ended_at.is_(None))]
    assert open_ones == ["account.news"]
    state = channel_state(db)
    assert state is not None
    assert state.account_status == ""


def test_limits_and_quality_of_the_number_are_kept_in_its_state(db: Database) -> None:
    number = {"display_phone_number": "551230001000"}
    bring(db, _account("phone_number_quality_update", **number, event="FLAGGED", current_limit="TIER_1K"))
    bring(db, _account("phone_number_quality_update", **number, event="THROUGHPUT_UPGRADE"))
    bring(db, _account("business_capability_update", max_daily_conversations_per_business=10000))
    state = channel_state(db)
    assert state is not None
    assert (state.quality, state.throughput, state.messaging_limit) == ("RED", "HIGH", "10000")


@pytest.mark.parametrize("field", ["account_alerts", "flows", "security", "phone_number_name_update", "account_update"])
def test_field_about_the_account_is_an_alert_also_where_its_event_is_new(db: Database, field: str) -> None:
    bring(db, _account(field, event="EVENT_OF_TOMORROW"))
    assert count(db, Alert) == 1


def test_news_read_again_count_once(db: Database) -> None:
    (event_id,) = store(db, _account("account_update", event="ACCOUNT_DELETED"))
    for _ in range(2):
        with db.transaction() as session:
            session.execute(update(WebhookEvent).values(state="new"))
        read_event(db, event_id)
    assert [alert.times for alert in rows(db, Alert)] == [1]


def test_error_that_belongs_to_no_message_is_an_alert(db: Database) -> None:
    bring(db, meta(value([text()], errors=[{"code": 131000, "title": "Something went wrong"}])))
    assert [(alert.kind, alert.subject) for alert in rows(db, Alert)] == [("webhook.error", "131000")]


def test_body_that_cannot_be_read_is_an_alert(db: Database) -> None:
    bring(db, b"{")
    assert [alert.kind for alert in rows(db, Alert)] == ["webhook.failed"]


@pytest.mark.parametrize(
    "field", ["history", "smb_app_state_sync", "group_settings_update", "group_of_tomorrow", "new"]
)
def test_field_without_an_effect_is_kept_and_opens_nothing(db: Database, field: str) -> None:
    bring(db, meta(value([text()], groups=[{"id": "g1"}]), field=field))
    (item,) = rows(db, WebhookItem)
    assert item.raw["messages"]
    assert (count(db, Contact), count(db, Message)) == (0, 0)


def test_message_has_the_times_of_sending_of_the_door_and_of_handling(db: Database) -> None:
    (event_id,) = store(db, meta(value([text(at=time.time() - 40)])))
    at_the_door = utc_now() - timedelta(seconds=20)
    with db.transaction() as session:
        session.execute(update(WebhookEvent).values(received_at=at_the_door))
    read_event(db, event_id)
    (message,) = rows(db, Message)
    assert message.received_at == at_the_door
    assert message.provider_at < at_the_door
    assert message.handled_at is None


def test_opened_chat_waits_for_a_greeting(db: Database) -> None:
    bring(db, meta(value([text(type="request_welcome")])))
    assert _thread(db) == [("in", "welcome")]
    assert len(planned(db, "turn")) == 1


@pytest.mark.parametrize("kind", ["pin", "poll_update", "edit"])
def test_unsupported_change_is_shown_where_a_conversation_is_open_and_opens_none(db: Database, kind: str) -> None:
    odd: dict[str, Any] = {"type": "unsupported", "unsupported": {"type": kind}}
    bring(db, meta(value([text(**odd)])))
    assert count(db, Conversation) == 0
    bring(db, meta(value([text()])), meta(value([text(**odd)])))
    assert _thread(db) == [("in", "text"), ("in", "unsupported")]
    asked = rows(db, Message)[1]
    assert (asked.outcome, asked.payload["details"]["type"]) == (None if kind == "edit" else "silent", kind)


def test_message_keeps_what_it_answers_and_where_it_came_from(db: Database) -> None:
    ad: dict[str, Any] = {"headline": "Fibra 500 Mega", "source_url": "https://fb.me/1", "ctwa_clid": "abc"}
    context: dict[str, Any] = {"id": "wamid.quoted", "forwarded": True}
    bring(db, meta(value([text(referral=ad, context=context)])))
    (message,) = rows(db, Message)
    assert message.quoted_id == "wamid.quoted"
    assert (message.payload["ad"], message.payload["forwarded"]) == (ad, "once")
