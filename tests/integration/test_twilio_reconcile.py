"""Comparing Twilio's list with ours: what the webhook lost is taken in once, at its own time; nothing else changes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select

from core.db import Database
from core.errors import Unreachable
from core.later import Later
from core.settings import load
from models.alert import Alert
from models.channel_state import ChannelState
from models.message import Message
from models.webhook_event import WebhookEvent
from tests.architecture.test_queues import COMPLETE
from tests.contract.channels.rigs import ACCOUNT, AUTH_TOKEN, PUBLIC, SENDER, TwilioRig, a_twilio_client, twilio_rig
from tests.integration.doors import planned, read_event, rows
from tests.integration.outgoing import a_delivery, an_answer, the_message, the_worry
from tests.unit.webhooks.payloads import ANA
from webhooks.channels.ports import MediaRef
from webhooks.channels.twilio_media import TwilioMedia
from webhooks.channels.twilio_record import TwilioRecord
from webhooks.deliver import deliver
from webhooks.media_links import MediaLinks
from webhooks.reconcile_twilio import reconcile_twilio
from webhooks.twilio import twilio_blueprint
from wiring import build

FROM_ANA = f"whatsapp:+{ANA}"


@contextmanager
def _twilio(db: Database, folder: Path, ago: timedelta = timedelta(minutes=10)) -> Iterator[TwilioRig]:
    """Twilio, in whose world it is `ago`, and our door. Ana's first message has come by its webhook."""
    links = MediaLinks(PUBLIC, "k" * 32)
    door = twilio_blueprint(db=db, auth_token=AUTH_TOKEN, public_url=PUBLIC, links=links)
    with twilio_rig(folder, doors=[door], clock=lambda: datetime.now(UTC) - ago) as rig:
        rig.control(carry=True)
        _read_all(db)
        yield rig


@pytest.fixture
def twilio(db: Database, tmp_path: Path) -> Iterator[TwilioRig]:
    with _twilio(db, tmp_path) as rig:
        yield rig


def _read_all(db: Database) -> None:
    for event_id in planned(db, "intake"):
        read_event(db, event_id)


def _run(db: Database, twilio: TwilioRig) -> None:
    """One run, and the intake of what it found."""
    record = TwilioRecord(a_twilio_client(twilio.api_url), api_url=twilio.api_url, sender=SENDER)
    reconcile_twilio(0, db=db, record=record)
    _read_all(db)


def _write(twilio: TwilioRig, text: str, **more: object) -> None:
    """Ana writes, and the webhook is lost."""
    twilio.control(write={"from": FROM_ANA, "text": text, "silent": True, **more})


def _inbound(db: Database) -> list[str]:
    return [message.text for message in rows(db, Message, Message.direction == "in")]


def _alerts(db: Database) -> list[Alert]:
    return rows(db, Alert)


def test_lost_message_is_taken_in_exactly_once_at_its_own_time(db: Database, twilio: TwilioRig) -> None:
    _write(twilio, "caiu a internet")
    for _ in range(3):
        _run(db, twilio)
    assert _inbound(db) == ["oi", "caiu a internet"]
    late = rows(db, Message, Message.text == "caiu a internet")[0]
    at = twilio.store.message_of(late.provider_id).at
    assert late.provider_at is not None
    assert abs(late.provider_at.timestamp() - at) < 2
    (alert,) = _alerts(db)
    assert (alert.kind, alert.times, alert.detail) == ("webhooks.lost", 1, {"count": 1})


def test_webhook_that_comes_after_all_changes_nothing(db: Database, twilio: TwilioRig) -> None:
    twilio.control(write={"from": FROM_ANA, "text": "alô?"})
    _run(db, twilio)
    twilio.control(carry=True)
    _read_all(db)
    assert _inbound(db) == ["oi", "alô?"]


def test_message_that_came_is_not_lost_even_while_nobody_read_it_yet(db: Database, twilio: TwilioRig) -> None:
    twilio.control(write={"from": FROM_ANA, "text": "alô?"}, carry=True)
    _run(db, twilio)
    assert (_inbound(db), _alerts(db), len(rows(db, WebhookEvent))) == (["oi", "alô?"], [], 2)


def test_message_that_was_lost_long_ago_is_shown_to_a_person_and_not_answered(db: Database, tmp_path: Path) -> None:
    with _twilio(db, tmp_path, timedelta(hours=3)) as twilio:
        _write(twilio, "caiu a internet")
        _run(db, twilio)
    late = rows(db, Message, Message.text == "caiu a internet")[0]
    assert (late.outcome, bool(the_worry(db, late.conversation_id))) == ("too_old", True)


def test_message_that_is_still_on_its_way_is_left_alone(db: Database, tmp_path: Path) -> None:
    with _twilio(db, tmp_path, timedelta(seconds=10)) as twilio:
        _write(twilio, "alô?")
        _run(db, twilio)
        assert (_inbound(db), _alerts(db)) == (["oi"], [])


def test_file_comes_with_its_address(db: Database, twilio: TwilioRig) -> None:
    _write(twilio, "olha", media=[{"mime_type": "image/png", "base64": base64.b64encode(b"\x89PNG").decode()}])
    _run(db, twilio)
    event = rows(db, WebhookEvent)[-1]
    form = parse_qs(event.body.decode())
    assert form["MediaContentType0"] == ["image/png"]
    source = TwilioMedia(twilio.session, api_url=twilio.api_url, account_sid=ACCOUNT, auth_token=AUTH_TOKEN)
    assert source.fetch(MediaRef(url=form["MediaUrl0"][0]), limit=100).data == b"\x89PNG"
    assert [message.kind for message in rows(db, Message)] == ["text", "image"]


def test_many_lost_messages_are_found_over_all_pages(db: Database, twilio: TwilioRig) -> None:
    for number in range(501):
        twilio.store.add_message(direction="inbound", sender=FROM_ANA, recipient=SENDER, body=f"n{number}")
    old = datetime.now(UTC).timestamp() - 300
    with twilio.store.database.write() as connection:
        connection.execute("UPDATE twilio_message SET at = ?", (old,))
    record = TwilioRecord(a_twilio_client(twilio.api_url), api_url=twilio.api_url, sender=SENDER)
    reconcile_twilio(0, db=db, record=record)
    assert len(rows(db, WebhookEvent)) == 1 + 501


def test_callback_names_our_message_although_its_answer_was_lost(db: Database, twilio: TwilioRig) -> None:
    id_ = an_answer(db, 1, channel="twilio")
    twilio.fail_next("drop")
    with pytest.raises(Later):
        deliver(id_, delivery=a_delivery(db, {"twilio": twilio.channel}))
    sid = twilio.store.messages(sender=SENDER)[0].sid
    twilio.control(read=sid, carry=True)
    _read_all(db)
    assert (the_message(db, id_).status, the_message(db, id_).provider_id) == ("read", sid)


def test_state_that_no_callback_told_is_found_and_never_goes_back(db: Database, twilio: TwilioRig) -> None:
    delivery = a_delivery(db, {"twilio": twilio.channel})
    ids = [an_answer(db, 1, channel="twilio") for _ in range(2)]
    for id_ in ids:
        deliver(id_, delivery=delivery)
    names = [the_message(db, id_).provider_id or "" for id_ in ids]
    twilio.store.move(names[0], "read", None)
    twilio.store.move(names[1], "undelivered", 63005)
    for _ in range(2):
        _run(db, twilio)
    assert [(the_message(db, id_).status, the_message(db, id_).error) for id_ in ids] == [
        ("read", None),
        ("failed", "63005"),
    ]
    events = len(rows(db, WebhookEvent))
    twilio.store.move(names[0], "sent", None)
    _run(db, twilio)
    assert (the_message(db, ids[0]).status, len(rows(db, WebhookEvent))) == ("read", events)


def test_run_looks_at_the_end_of_the_one_before_and_again_when_twilio_did_not_tell(
    db: Database, twilio: TwilioRig
) -> None:
    _run(db, twilio)
    with db.transaction() as session:
        mark = session.scalars(select(ChannelState.reconciled_until)).one()
    assert mark is not None
    assert timedelta(0) < datetime.now(UTC) - mark < timedelta(minutes=5)
    _write(twilio, "alô?")
    twilio.control(on="list", mode="500")
    with pytest.raises(Unreachable):
        _run(db, twilio)
    _run(db, twilio)
    assert _inbound(db) == ["oi", "alô?"]


def test_comparing_is_planned_only_where_twilio_is_configured() -> None:
    twilio = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "whatsapp:+551230001000"}
    assert "reconcile_twilio" in build(load({**COMPLETE, **twilio})).chores
    assert "reconcile_twilio" not in build(load(COMPLETE)).chores
