"""What other systems are told: signed, at least once, tried for three days, and never into our own network."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from core.db import Database
from core.later import Later
from handoff.access import Attendant
from handoff.integrations.endpoints import add_endpoint, new_secret_for, send_again, switch
from handoff.outcome import Denied
from models import utc_now
from models.alert import Alert
from models.outbox import Outbox
from models.webhook_endpoint import WebhookDelivery, WebhookEndpoint
from provisioning.vault import Vault
from tests.integration.desk import a_conversation, audited
from tests.integration.other_systems import Clock, Listener, listening, relay
from webhooks.outgoing.relay import forget_events
from webhooks.outgoing.send_out import Outgoing, send_out

ADMIN = Attendant(0, "admin", "Administração", "admin", frozenset())
VAULT = Vault(Fernet.generate_key().decode())


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody who listens."""
    with listening() as found:
        yield found


@pytest.fixture
def outgoing(db: Database) -> Outgoing:
    """The door out, with a clock that the test moves."""
    return Outgoing(db, VAULT, loopback=True, now=Clock(utc_now()))


def an_endpoint(db: Database, url: str, *events: str, loopback: bool = True) -> tuple[int, str]:
    with db.transaction() as session:
        made = add_endpoint(session, VAULT, url=url, events=events or ("*",), about="", by=ADMIN, loopback=loopback)
    assert not isinstance(made, Denied), made
    return made


def send(endpoint_id: int, outgoing: Outgoing) -> float | None:
    """The wait that it asks for, if any."""
    try:
        send_out(endpoint_id, outgoing=outgoing)
    except Later as later:
        return later.seconds
    return None


def deliveries(db: Database) -> list[WebhookDelivery]:
    with db.transaction() as session:
        return session.query(WebhookDelivery).order_by(WebhookDelivery.position).all()


def endpoint(db: Database, endpoint_id: int) -> WebhookEndpoint:
    with db.transaction() as session:
        return session.get_one(WebhookEndpoint, endpoint_id)


def alerts(db: Database) -> list[str]:
    with db.transaction() as session:
        return [row.kind for row in session.query(Alert).filter(Alert.ended_at.is_(None)).order_by(Alert.id)]


def later(outgoing: Outgoing, **spell: float) -> None:
    clock = outgoing.now
    assert isinstance(clock, Clock)
    clock.at += timedelta(**spell)


def test_event_is_sent_once_and_signed_with_the_secret(db: Database, listener: Listener, outgoing: Outgoing) -> None:
    number, secret = an_endpoint(db, listener.url, "message.received")
    conversation = a_conversation(db)
    relay(db)
    relay(db)
    later(outgoing, seconds=5)
    assert send(number, outgoing) is None
    assert send(number, outgoing) is None
    [(headers, body)] = listener.heard
    told = dict(part.split("=", 1) for part in headers["Religa-Signature"].split(","))
    wanted = hmac.new(secret.encode(), f"{told['t']}.".encode() + body, hashlib.sha256).hexdigest()
    assert told["v1"] == wanted
    event = json.loads(body)
    assert (event["type"], event["conversation_id"]) == ("message.received", conversation)
    assert str(event["id"]) == headers["Religa-Event-Id"]
    [row] = deliveries(db)
    assert (row.state, row.status, row.tries) == ("delivered", 204, 1)


def test_relay_plans_one_piece_of_work_for_an_endpoint(db: Database, listener: Listener) -> None:
    an_endpoint(db, listener.url)
    a_conversation(db)
    relay(db)
    relay(db)
    with db.transaction() as session:
        assert session.query(Outbox).filter(Outbox.topic == "webhook_out").count() == 1


def test_endpoint_hears_only_of_what_it_wants_and_of_what_came_after_it(db: Database, listener: Listener) -> None:
    a_conversation(db)
    an_endpoint(db, listener.url, "conversation.*")
    a_conversation(db, name="Bia")
    relay(db)
    assert [row.kind for row in deliveries(db)] == ["conversation.opened"]


def test_both_secrets_sign_for_a_day_after_a_change(db: Database, listener: Listener, outgoing: Outgoing) -> None:
    number, first = an_endpoint(db, listener.url, "message.received")
    with db.transaction() as session:
        second = new_secret_for(session, VAULT, number, ADMIN)
    for hours in (0, 25):
        a_conversation(db, name=f"{hours}")
        relay(db)
        later(outgoing, hours=hours, seconds=5)
        send(number, outgoing)
    signatures = [headers["Religa-Signature"].split(",") for headers, _ in listener.heard]
    assert [len(parts) for parts in signatures] == [3, 2]
    body = listener.heard[0][1]
    stamp = signatures[0][0].removeprefix("t=")
    for secret, mark in zip((second, first), signatures[0][1:], strict=True):
        message = stamp.encode() + b"." + body
        assert mark == "v1=" + hmac.new(str(secret).encode(), message, hashlib.sha256).hexdigest()


def test_failed_event_is_tried_again_after_growing_pauses(db: Database, listener: Listener, outgoing: Outgoing) -> None:
    number, _ = an_endpoint(db, listener.url, "message.received")
    a_conversation(db)
    relay(db)
    later(outgoing, seconds=5)
    listener.status = 500
    first = send(number, outgoing)
    assert first is not None
    assert len(listener.heard) == 1
    assert send(number, outgoing) is not None
    assert len(listener.heard) == 1
    later(outgoing, seconds=first)
    second = send(number, outgoing)
    assert second is not None
    assert second > first
    listener.status = 200
    later(outgoing, seconds=second)
    assert send(number, outgoing) is None
    [row] = deliveries(db)
    assert (row.state, row.tries) == ("delivered", 3)
    assert len(set(listener.ids())) == 1
    assert endpoint(db, number).failures == 0


def test_event_is_given_up_and_endpoint_paused_after_three_days(
    db: Database, listener: Listener, outgoing: Outgoing
) -> None:
    number, _ = an_endpoint(db, listener.url, "message.received")
    a_conversation(db)
    relay(db)
    later(outgoing, seconds=5)
    listener.status = 503
    began = outgoing.now()
    while deliveries(db)[0].state == "waiting":
        wait = send(number, outgoing)
        later(outgoing, seconds=wait or 0)
    assert timedelta(days=2.5) < outgoing.now() - began < timedelta(days=3.5)
    later(outgoing, days=1)
    a_conversation(db, name="Bia")
    relay(db)
    send(number, outgoing)
    assert alerts(db) == ["webhook.given_up", "webhook.paused"]
    assert endpoint(db, number).paused_at is not None
    assert send(number, outgoing) is None
    heard = len(listener.heard)
    listener.status = 200
    with db.transaction() as session:
        switch(session, number, ADMIN, on=True)
        for row in deliveries(db):
            send_again(session, row.id, ADMIN)
    assert send(number, outgoing) is None
    assert len(listener.heard) == heard + 2
    assert {row.state for row in deliveries(db)} == {"delivered"}
    assert alerts(db) == []
    assert audited(db, "delivery.sent_again") == [("admin", f"endpoint:{number}")] * 2


def test_endpoint_that_says_gone_is_paused_at_once(db: Database, listener: Listener, outgoing: Outgoing) -> None:
    number, _ = an_endpoint(db, listener.url)
    a_conversation(db)
    relay(db)
    later(outgoing, seconds=5)
    listener.status = 410
    send(number, outgoing)
    assert alerts(db) == ["webhook.paused"]


def test_redirect_is_not_followed(db: Database, listener: Listener, outgoing: Outgoing) -> None:
    number, _ = an_endpoint(db, listener.url, "message.received")
    a_conversation(db)
    relay(db)
    later(outgoing, seconds=5)
    listener.status, listener.headers = 302, {"Location": listener.url}
    send(number, outgoing)
    assert len(listener.heard) == 1
    assert deliveries(db)[0].error == "http_302"


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::1]", "127.0.0.1", "[::ffff:192.168.0.1]"])
def test_nothing_is_sent_into_our_own_network(db: Database, outgoing: Outgoing, host: str) -> None:
    number, _ = an_endpoint(db, f"https://{host}/hook", loopback=False)
    a_conversation(db)
    relay(db)
    later(outgoing, seconds=5)
    send(number, Outgoing(db, VAULT, loopback=False, now=outgoing.now))
    assert deliveries(db)[0].error == "internal_address"


def test_internal_host_that_a_setting_names_is_told(db: Database, listener: Listener, outgoing: Outgoing) -> None:
    number, _ = an_endpoint(db, listener.url, "message.received")
    a_conversation(db)
    relay(db)
    later(outgoing, seconds=5)
    place = listener.url.split("/")[2]
    send(number, Outgoing(db, VAULT, frozenset({place}), loopback=False, now=outgoing.now))
    assert deliveries(db)[0].state == "delivered"


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://u:p@example.com/", "ftp://example.com", "https://", "https://[", "x"]
)
def test_address_that_is_not_https_is_refused(db: Database, url: str) -> None:
    with db.transaction() as session:
        made = add_endpoint(session, VAULT, url=url, events=("*",), about="", by=ADMIN, loopback=True)
    assert isinstance(made, Denied)


class KilledError(BaseException):
    """The process ends here."""


class Dying:
    """The time, until the process is killed when it asks for it once more."""

    def __init__(self, clock: Callable[[], datetime], times: int) -> None:
        self._clock, self._left = clock, times

    def __call__(self) -> datetime:
        if self._left == 0:
            raise KilledError
        self._left -= 1
        return self._clock()


@pytest.mark.parametrize(("lives", "heard"), [(0, 0), (1, 0), (2, 1)])
def test_event_whose_sender_was_killed_is_sent_again(
    db: Database, listener: Listener, outgoing: Outgoing, lives: int, heard: int
) -> None:
    number, _ = an_endpoint(db, listener.url, "message.received")
    a_conversation(db)
    relay(db)
    later(outgoing, seconds=5)
    with pytest.raises(KilledError):
        send_out(number, outgoing=replace(outgoing, now=Dying(outgoing.now, lives)))
    assert len(listener.heard) == heard
    wait = send(number, outgoing)
    if wait is not None:
        later(outgoing, seconds=wait)
        assert send(number, outgoing) is None
    assert len(listener.heard) == heard + 1
    assert len(set(listener.ids())) == 1
    assert deliveries(db)[0].state == "delivered"


def test_secret_stands_nowhere_in_clear(db: Database, listener: Listener) -> None:
    number, secret = an_endpoint(db, listener.url)
    assert secret.encode() not in endpoint(db, number).secrets


def test_without_a_key_nothing_is_sent_and_it_is_said_why(db: Database, listener: Listener, outgoing: Outgoing) -> None:
    number, _ = an_endpoint(db, listener.url)
    a_conversation(db)
    relay(db)
    later(outgoing, seconds=5)
    send(number, Outgoing(db, None, loopback=True, now=outgoing.now))
    assert deliveries(db)[0].error == "device_key"


def test_old_events_and_deliveries_are_deleted(db: Database, listener: Listener) -> None:
    an_endpoint(db, listener.url)
    a_conversation(db)
    relay(db)
    forget_events(0, db=db, keep=timedelta(seconds=-1))
    assert deliveries(db) == []
