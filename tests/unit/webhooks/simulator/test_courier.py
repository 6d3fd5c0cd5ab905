"""Owed webhooks reach the product in order, again and again until it accepts them."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.webhooks.simulator.standin import wait_until
from webhooks.simulator.courier import Courier
from webhooks.simulator.failures import FailureMode
from webhooks.simulator.meta import BusinessNumber
from webhooks.simulator.people import Person, Phone
from webhooks.simulator.store import Store


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class Product:
    """Accepts webhooks, or refuses while told to."""

    def __init__(self) -> None:
        self.accepts = True
        self.seen: list[dict[str, Any]] = []

    def __call__(self, raw: bytes) -> bool:
        if self.accepts:
            self.seen.append(json.loads(raw)["entry"][0]["changes"][0]["value"])
        return self.accepts

    def statuses(self) -> list[str]:
        return [value["statuses"][0]["status"] for value in self.seen if "statuses" in value]

    def texts(self) -> list[str]:
        return [value["messages"][0]["text"]["body"] for value in self.seen if "messages" in value]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    return Store(tmp_path / "simulator.sqlite3", clock=clock)


@pytest.fixture
def ana(store: Store) -> Phone:
    return store.introduce(Person("Ana Souza", "5512981110001"))


@pytest.fixture
def product() -> Product:
    return Product()


@pytest.fixture
def carry(store: Store, product: Product) -> Callable[[], None]:
    courier = Courier(store, BusinessNumber("100", "200", "551230000000", "Conecta"), product)

    def all_due() -> None:
        while courier.carry_one():
            pass

    return all_due


def test_customer_message_gets_its_tick_once_the_product_accepted_it(
    store: Store, ana: Phone, product: Product, carry: Callable[[], None]
) -> None:
    message = store.add_from_customer(ana, "text", {"text": "oi"})
    assert message.status == "queued"
    carry()
    assert product.texts() == ["oi"]
    assert store.chat(ana.wa_id)[0].status == "sent"


def test_customer_message_is_repeated_later_when_the_product_refuses(
    store: Store, ana: Phone, product: Product, carry: Callable[[], None], clock: Clock
) -> None:
    product.accepts = False
    store.add_from_customer(ana, "text", {"text": "oi"})
    carry()
    assert store.chat(ana.wa_id)[0].status == "queued"
    product.accepts = True
    carry()
    assert product.texts() == [], "it must back off before the second try"
    clock.move(seconds=2)
    carry()
    assert product.texts() == ["oi"]
    assert store.mail.waiting() == 0


def test_customer_message_is_given_up_after_seven_days(
    store: Store, ana: Phone, product: Product, carry: Callable[[], None], clock: Clock
) -> None:
    product.accepts = False
    store.add_from_customer(ana, "text", {"text": "oi"})
    clock.move(days=7, minutes=1)
    carry()
    assert store.mail.waiting() == 0
    assert store.chat(ana.wa_id)[0].status == "queued"


def test_messages_of_one_chat_arrive_in_the_order_they_were_written(
    store: Store, ana: Phone, product: Product, carry: Callable[[], None]
) -> None:
    for number in range(5):
        store.add_from_customer(ana, "text", {"text": str(number)})
    carry()
    assert product.texts() == ["0", "1", "2", "3", "4"]


def test_statuses_go_sent_delivered_read(
    store: Store, ana: Phone, product: Product, carry: Callable[[], None], clock: Clock
) -> None:
    answer = store.add_from_business(ana, "text", {"text": "oi"}, "outbox-1")
    clock.move(seconds=1)
    carry()
    assert product.statuses() == ["sent", "delivered"]
    assert store.read_by_customer(ana.wa_id, answer.seq) == 1
    assert store.read_by_customer(ana.wa_id, answer.seq) == 0
    carry()
    assert product.statuses() == ["sent", "delivered", "read"]
    assert {value["statuses"][0]["biz_opaque_callback_data"] for value in product.seen} == {"outbox-1"}


def test_read_waits_for_delivered_when_the_product_was_away(
    store: Store, ana: Phone, product: Product, carry: Callable[[], None], clock: Clock
) -> None:
    product.accepts = False
    answer = store.add_from_business(ana, "text", {"text": "oi"}, None)
    clock.move(seconds=1)
    carry()
    store.read_by_customer(ana.wa_id, answer.seq)
    product.accepts = True
    clock.move(seconds=30)
    carry()
    assert product.statuses() == ["sent", "delivered", "read"]


def test_claimed_webhook_comes_back_when_its_carrier_died(store: Store, ana: Phone, clock: Clock) -> None:
    store.add_from_customer(ana, "text", {"text": "oi"})
    assert store.mail.claim() is not None
    assert store.mail.claim() is None
    clock.move(minutes=1)
    again = store.mail.claim()
    assert again is not None
    assert again.tries == 2


def test_webhook_is_delivered_twice_when_that_was_switched_on(
    store: Store, ana: Phone, product: Product, carry: Callable[[], None]
) -> None:
    store.failures.add(FailureMode("webhooks", "duplicate", 0, 1))
    store.add_from_customer(ana, "text", {"text": "oi"})
    store.add_from_customer(ana, "text", {"text": "tchau"})
    carry()
    assert product.texts() == ["oi", "oi", "tchau"]


def test_carrier_goes_on_after_the_file_could_not_be_used(
    store: Store, ana: Phone, product: Product, caplog: pytest.LogCaptureFixture
) -> None:
    troubles = [sqlite3.OperationalError("disk full")]
    arrived = threading.Event()

    def post(raw: bytes) -> bool:
        if troubles:
            raise troubles.pop()
        arrived.set()
        return product(raw)

    store.add_from_customer(ana, "text", {"text": "um"})
    store.add_from_customer(store.introduce(Person("Bruno Lima", "5512981110002")), "text", {"text": "dois"})
    Courier(store, BusinessNumber("100", "200", "551230000000", "Conecta"), post).ensure_running()
    assert arrived.wait(15)
    wait_until(lambda: "trying again" in caplog.text)
