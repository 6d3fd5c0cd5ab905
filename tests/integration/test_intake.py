"""From stored webhooks to rows: once each, one contact a person, one open conversation, whatever the order."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import update

from core.db import Database
from models import utc_now
from models.agent import Agent
from models.contact import Contact
from models.conversation import Conversation
from models.message import Message
from models.webhook_event import ParkedStatus, WebhookEvent, WebhookItem
from tests.integration.contact_rows import phones_of
from tests.integration.doors import at_once, bring, count, counts, planned, read_event, rows, store
from tests.unit.webhooks.payloads import ANA, ANA_SHORT, BRUNO, BSUID, meta, status, text, twilio, value
from webhooks.contacts import recipient_of


def test_message_becomes_contact_conversation_and_planned_work(db: Database) -> None:
    contact = {"profile": {"name": "Ana Souza"}, "wa_id": ANA}
    bring(db, meta(value([text("caiu", message_id="wamid.1")], contacts=[contact])))
    (person,), (conversation,), (message,) = rows(db, Contact), rows(db, Conversation), rows(db, Message)
    assert (person.profile_name, conversation.handler, conversation.contact_id) == ("Ana Souza", "bot", person.id)
    assert (message.text, message.direction, message.provider_id, message.status) == (
        "caiu",
        "in",
        "wamid.1",
        "received",
    )
    assert (planned(db, "turn"), planned(db, "typing")) == ([conversation.id], [message.id])
    assert conversation.protocol.isdigit()


def test_event_read_twice_changes_nothing(db: Database) -> None:
    (event_id,) = store(db, meta(value([text()], [status("wamid.x", "sent")])))
    read_event(db, event_id)
    with db.transaction() as session:
        session.execute(update(WebhookEvent).values(state="new"))
    read_event(db, event_id)
    assert counts(db) == (1, 1, 1)
    assert (len(planned(db, "turn")), count(db, ParkedStatus)) == (1, 1)


def test_same_webhook_fifty_times_in_parallel_is_one_message(db: Database) -> None:
    body = meta(value([text(bsuid=BSUID)]))
    ids = store(db, *[body] * 50)
    at_once([partial(read_event, db, event_id) for event_id in ids])
    assert counts(db) == (1, 1, 1)
    assert len(planned(db, "turn")) == 1
    assert {event.state for event in rows(db, WebhookEvent)} == {"done"}


def test_one_event_read_in_parallel_is_one_message(db: Database) -> None:
    (event_id,) = store(db, meta(value([text(), text(wa_id=BRUNO)])))
    at_once([partial(read_event, db, event_id) for _ in range(20)])
    assert counts(db) == (2, 2, 2)


def test_parallel_messages_of_a_new_person_open_one_conversation(db: Database) -> None:
    names: tuple[dict[str, Any], ...] = (
        {"wa_id": ANA},
        {"wa_id": ANA_SHORT},
        {"wa_id": ANA, "bsuid": BSUID},
        {"wa_id": ANA_SHORT, "bsuid": BSUID},
    )
    ids = store(db, *[meta(value([text(str(place), **names[place % 4])])) for place in range(40)])
    at_once([partial(read_event, db, event_id) for event_id in ids])
    assert counts(db) == (1, 1, 40)
    assert count(db, WebhookItem) == 0


def test_parallel_messages_under_different_names_open_one_conversation(db: Database) -> None:
    bring(db, meta(value([text(bsuid=BSUID)])))
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="closed"))
    bodies = [text(str(n)) if n % 2 else text(str(n), wa_id="", bsuid=BSUID) for n in range(30)]
    ids = store(db, *[meta(value([body])) for body in bodies])
    at_once([partial(read_event, db, event_id) for event_id in ids])
    assert counts(db) == (1, 2, 31)
    assert count(db, WebhookItem) == 0


def test_person_with_and_without_ninth_digit_is_one_and_is_answered_as_last_received(db: Database) -> None:
    for wa_id in (ANA, ANA_SHORT):
        bring(db, meta(value([text(wa_id=wa_id)])))
        with db.transaction() as session:
            assert recipient_of(session, 1).wa_id == wa_id
    bring(db, meta(value([text(wa_id=ANA)])))
    with db.transaction() as session:
        assert recipient_of(session, 1).wa_id == ANA
    assert counts(db) == (1, 1, 3)


def test_person_as_phone_and_bsuid_then_bsuid_then_phone_is_one(db: Database) -> None:
    hidden: dict[str, Any] = {"wa_id": "", "bsuid": BSUID}
    for names in ({"bsuid": BSUID}, hidden, {**hidden, "from": ""}, {}):
        bring(db, meta(value([text(**names)])))
    assert counts(db) == (1, 1, 4)


def test_person_known_by_bsuid_only_is_answered_by_it(db: Database) -> None:
    bring(db, meta(value([text(wa_id="", bsuid=BSUID)])))
    with db.transaction() as session:
        to = recipient_of(session, 1)
    assert (to.wa_id, to.bsuid) == ("", BSUID)


def test_two_people_are_never_merged(db: Database) -> None:
    bring(
        db,
        meta(value([text(wa_id=ANA, bsuid="BR.1")])),
        meta(value([text(wa_id=BRUNO, bsuid="BR.2")])),
        # Bruno's phone with Ana's BSUID: the phone wins, and nothing is rewritten.
        meta(value([text(wa_id=BRUNO, bsuid="BR.1")])),
        meta(value([text(wa_id="", bsuid="BR.1")])),
        meta(value([text(wa_id="", bsuid="BR.2")])),
    )
    assert counts(db)[:2] == (2, 2)
    by_person = [message.conversation_id for message in rows(db, Message)]
    assert by_person == [1, 2, 2, 1, 2]


def test_new_number_under_a_known_bsuid_is_another_person(db: Database) -> None:
    bring(
        db,
        meta(value([text(wa_id=ANA, bsuid=BSUID)])),
        meta(value([text(wa_id=BRUNO, bsuid=BSUID)])),
        meta(value([text(wa_id=BRUNO)])),
    )
    assert counts(db)[:2] == (2, 2)
    assert [message.conversation_id for message in rows(db, Message)] == [1, 2, 2]
    with db.transaction() as session:
        assert phones_of(session, 1) == (f"+{ANA}",)


def test_contact_list_of_others_gives_nobody_a_wrong_name(db: Database) -> None:
    others = [{"profile": {"name": "Bruno Lima"}, "wa_id": BRUNO, "user_id": "BR.2"}]
    bring(db, meta(value([text(wa_id=ANA)], contacts=others)), meta(value([text(wa_id=BRUNO)], contacts=others)))
    assert [contact.profile_name for contact in rows(db, Contact)] == ["", "Bruno Lima"]


def test_landline_is_not_given_a_ninth_digit(db: Database) -> None:
    bring(db, meta(value([text(wa_id="551230001000")])), meta(value([text(wa_id="5512930001000")])))
    assert count(db, Contact) == 2


def test_messages_out_of_order_keep_their_times_and_the_latest_opens_the_window(db: Database) -> None:
    now = int(time.time())
    bring(db, *[meta(value([text(str(ago), at=now - ago)])) for ago in (5, 60, 1, 30)])
    kept = [message.provider_at for message in rows(db, Message)]
    assert kept == [datetime.fromtimestamp(now - ago, UTC) for ago in (5, 60, 1, 30)]
    assert rows(db, Conversation)[0].last_inbound_at == max(kept)


def test_old_message_is_shown_to_a_person_instead_of_answered(db: Database) -> None:
    bring(db, meta(value([text(at=time.time() - 16 * 60)])))
    (message,), (conversation,) = rows(db, Message), rows(db, Conversation)
    assert (message.outcome, message.handled_at is not None) == ("too_old", True)
    assert "mensagem antiga" in conversation.needs_person
    assert (planned(db, "turn"), planned(db, "typing")) == ([], [])


def test_message_just_within_the_limit_is_answered(db: Database) -> None:
    bring(db, meta(value([text(at=time.time() - 14 * 60)])))
    assert len(planned(db, "turn")) == 1


@pytest.mark.parametrize("odd", ["", "0", "99999999999999", None])
def test_message_without_a_true_time_is_answered(db: Database, odd: object) -> None:
    bring(db, meta(value([text(timestamp=odd)])))
    assert len(planned(db, "turn")) == 1
    assert rows(db, Conversation)[0].window_open(utc_now())


def test_message_after_closing_opens_a_new_conversation_with_its_own_protocol(db: Database) -> None:
    bring(db, meta(value([text()])))
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="closed"))
    bring(db, meta(value([text()])))
    first, second = rows(db, Conversation)
    assert (first.handler, second.handler, first.contact_id) == ("closed", "bot", second.contact_id)
    assert first.protocol != second.protocol


@pytest.mark.parametrize("handler", ["queue", "agent"])
def test_no_turn_is_planned_when_a_person_owns_the_conversation(db: Database, handler: str) -> None:
    bring(db, meta(value([text()])))
    with db.transaction() as session:
        agent = Agent(login="helena", name="Helena Castro", role="agent", queues=["N1"], password_hash="x")
        session.add(agent)
        session.flush()
        session.execute(update(Conversation).values(handler=handler, queue="N1", agent_id=agent.id))
    before = planned(db, "turn")
    bring(db, meta(value([text("e aí?", at=time.time() - 3600)])))
    assert (planned(db, "turn"), rows(db, Message)[1].handled_at) == (before, None)


def test_item_the_database_refuses_does_not_hurt_the_others(db: Database) -> None:
    body = meta(value([text("um"), text("dois"), text("três", wa_id=BRUNO)], [status("wamid.x", "sent")]))
    with db.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE message ADD CONSTRAINT no_two CHECK (text <> 'dois')"))
    try:
        bring(db, body)
    finally:
        with db.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE message DROP CONSTRAINT no_two"))
    assert [message.text for message in rows(db, Message)] == ["um", "três"]
    assert count(db, ParkedStatus) == 1
    (refused,) = rows(db, WebhookItem)
    assert (refused.kind, refused.outcome, refused.position) == ("MessageArrived", "failed", 1)
    assert rows(db, WebhookEvent)[0].state == "done"


def test_unknown_kinds_are_counted_and_shown(db: Database) -> None:
    bring(db, meta(value([text(type="hologram"), text(group_id="g1")])), meta({"event": "x"}, field="brand_new"))
    assert [message.kind for message in rows(db, Message)] == ["unsupported"]
    kept = [(item.kind, item.outcome) for item in rows(db, WebhookItem)]
    assert kept == [("messages.group", "ignored"), ("brand_new.x", "unknown")]


@pytest.mark.parametrize("body", ["😀" * 4096, "a\x00b", "\u202eoirártnoc", "'; DROP TABLE message; --", "/restart"])
def test_strange_text_is_only_text(db: Database, body: str) -> None:
    bring(db, meta(value([text(body)])))
    assert [message.text for message in rows(db, Message)] == [body.replace("\x00", "")]


def test_twilio_message_is_answered_to_its_address(db: Database) -> None:
    bring(db, twilio(Body="oi", WaId=ANA, ProfileName="Ana Souza"), twilio(Body="oi de novo"), source="twilio")
    assert counts(db) == (1, 1, 2)
    with db.transaction() as session:
        assert recipient_of(session, 1).address == f"whatsapp:+{ANA}"


def test_same_person_on_two_channels_is_two_contacts(db: Database) -> None:
    bring(db, meta(value([text()])))
    bring(db, twilio(WaId=ANA), source="twilio")
    assert counts(db) == (2, 2, 2)
