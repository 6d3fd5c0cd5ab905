"""Trouble that is switched on: webhooks doubled, mixed, packed and lost; sends refused, unanswered, misreported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.unit.webhooks.simulator.standin import ANA, TOKEN, StandIn, standing_in, wait_until
from tests.unit.webhooks.simulator.test_courier import Clock, Product
from webhooks.simulator.courier import Courier
from webhooks.simulator.failures import FailureMode
from webhooks.simulator.limits import PAIR_BURST, Limits
from webhooks.simulator.meta import BusinessNumber
from webhooks.simulator.people import Person, Phone
from webhooks.simulator.refusal import Refusal
from webhooks.simulator.store import Store

TEXT = {"messaging_product": "whatsapp", "to": ANA, "type": "text", "text": {"body": "Olá"}}
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[StandIn]:
    with standing_in(tmp_path) as running:
        running.write("oi")
        wait_until(lambda: len(running.values("messages")) == 1)
        yield running


def trouble(product: StandIn, **wanted: object) -> None:
    answer = product.session.post(f"{product.base_url}/simulator/control", json=wanted, timeout=10)
    assert answer.status_code == 200, answer.text


class Post:
    """A courier over a store with a clock of its own, and every body that it posted."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.store = Store(folder / "own.sqlite3", clock=self.clock)
        self.ana = self.store.introduce(Person("Ana Souza", ANA))
        self.bodies: list[dict[str, Any]] = []
        self.courier = Courier(self.store, BusinessNumber("100", "200", "551230000000", "Conecta"), self._take)

    def _take(self, raw: bytes) -> bool:
        self.bodies.append(json.loads(raw))
        return True

    def carry(self) -> None:
        while self.courier.carry_one():
            pass

    def texts(self) -> list[str]:
        return [item["text"]["body"] for body in self.bodies for item in items(body, "messages")]


def items(body: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    changes = [change for entry in body["entry"] for change in entry["changes"]]
    return [item for change in changes for item in change["value"].get(kind, [])]


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post(tmp_path)


def test_webhook_is_repeated_as_often_as_asked_and_once_more_later(post: Post) -> None:
    post.store.failures.add(FailureMode("webhooks", "duplicate", seconds=60, amount=3))
    post.store.add_from_customer(post.ana, "text", {"text": "oi"})
    post.carry()
    assert post.texts() == ["oi"] * 3
    post.clock.move(seconds=61)
    post.carry()
    assert post.texts() == ["oi"] * 4


def test_shuffled_webhooks_lose_their_order_and_nothing_else(post: Post) -> None:
    post.store.failures.add(FailureMode("webhooks", "shuffle", seconds=10, remaining=None))
    written = [str(number) for number in range(20)]
    for text in written:
        post.store.add_from_customer(post.ana, "text", {"text": text})
    for _ in range(21):
        post.clock.move(seconds=0.5)
        post.carry()
    assert sorted(post.texts(), key=int) == written
    assert post.texts() != written


def test_same_seed_brings_the_same_order(tmp_path: Path) -> None:
    orders = []
    for name in ("a", "b"):
        post = Post(tmp_path / name)
        post.store.failures.add(FailureMode("webhooks", "shuffle", seconds=10, remaining=None, seed=7))
        for number in range(10):
            post.store.add_from_customer(post.ana, "text", {"text": str(number)})
        for _ in range(41):
            post.clock.move(seconds=0.25)
            post.carry()
        orders.append(post.texts())
    assert orders[0] == orders[1]


def test_batch_holds_many_updates_in_several_entries_and_changes(post: Post) -> None:
    post.store.failures.add(FailureMode("webhooks", "batch", seconds=30, amount=1000))
    for number in range(40):
        post.store.add_from_customer(post.ana, "text", {"text": str(number)})
        post.store.add_from_business(post.ana, "text", {"text": "resposta"}, f"k{number}")
    post.carry()
    assert post.bodies == [], "it collects for a while"
    post.clock.move(seconds=31)
    post.carry()
    assert len(post.bodies) == 1
    body = post.bodies[0]
    assert post.texts() == [str(number) for number in range(40)]
    assert len(items(body, "statuses")) == 80
    assert len(body["entry"]) > 1
    assert max(len(entry["changes"]) for entry in body["entry"]) > 1
    assert max(len(c["value"].get("messages", ())) for e in body["entry"] for c in e["changes"]) > 1
    assert post.store.mail.waiting() == 0


def test_batch_is_no_larger_than_asked(post: Post) -> None:
    post.store.failures.add(FailureMode("webhooks", "batch", seconds=0, amount=7))
    for number in range(20):
        post.store.add_from_customer(post.ana, "text", {"text": str(number)})
    post.carry()
    assert [len(items(body, "messages")) for body in post.bodies] == [7, 7, 6]


def test_status_that_is_lost_never_comes(post: Post) -> None:
    post.store.failures.add(FailureMode("webhooks", "lose_status", remaining=2))
    post.store.add_from_business(post.ana, "text", {"text": "um"}, "k1")
    post.clock.move(minutes=1)
    post.carry()
    assert post.bodies == []


def test_chance_strikes_its_share_of_calls_and_the_same_ones_for_a_seed(tmp_path: Path, post: Post) -> None:
    def struck(seed: int) -> list[bool]:
        post.store.failures.clear()
        post.store.failures.add(FailureMode("messages", "500", remaining=None, chance=0.2, seed=seed))
        return [post.store.failures.take("messages") is not None for _ in range(200)]

    first = struck(1)
    assert 20 <= sum(first) <= 60
    assert struck(1) == first
    assert struck(2) != first


def test_status_comes_before_the_answer(product: StandIn) -> None:
    trouble(product, mode="status_first")
    answer = product.graph("messages", TEXT | {"biz_opaque_callback_data": "k1"})
    assert answer.status_code == 200
    assert [status["biz_opaque_callback_data"] for status in product.values("statuses")][:1] == ["k1"]


def test_message_that_gets_no_answer_was_not_accepted(product: StandIn) -> None:
    trouble(product, mode="drop_before")
    with pytest.raises(requests.ConnectionError):
        product.graph("messages", TEXT)
    chat = product.session.get(f"{product.base_url}/simulator/api/chats/{ANA}", timeout=10).json()
    assert [message["author"] for message in chat["messages"]] == ["customer"]


def test_page_of_a_proxy_is_no_graph_answer(product: StandIn) -> None:
    trouble(product, mode="503")
    answer = product.graph("messages", TEXT)
    assert answer.status_code == 503
    assert "error" not in answer.text
    assert product.graph("messages", TEXT).status_code == 200


def test_any_code_can_be_answered_or_reported_later(product: StandIn) -> None:
    trouble(product, mode="131047")
    assert product.graph("messages", TEXT).json()["error"]["code"] == 131047
    trouble(product, mode="131042")
    assert product.graph("messages", TEXT).json()["error"]["code"] == 131042
    trouble(product, mode="fail_later", code=130472)
    assert product.graph("messages", TEXT).status_code == 200
    wait_until(lambda: len(product.values("statuses")) == 1)
    status = product.values("statuses")[0]
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 130472)


def test_number_is_rewritten_in_the_answer_and_from_then_on(product: StandIn) -> None:
    trouble(product, mode="rewrite_wa_id")
    contact = product.graph("messages", TEXT).json()["contacts"][0]
    assert (contact["input"], contact["wa_id"]) == (ANA, "551281110001")
    wait_until(lambda: len(product.values("statuses")) == 2)
    assert product.values("statuses")[-1]["recipient_id"] == "551281110001"
    product.write("e agora?", ANA)
    wait_until(lambda: len(product.values("messages")) == 2)
    assert product.values("messages")[-1]["from"] == "551281110001"


def test_limits_are_counted_for_each_person_and_paid_back(tmp_path: Path, post: Post) -> None:
    limits = Limits(post.store._database, post.clock)
    for _ in range(PAIR_BURST):
        limits.count(ANA)
        post.clock.move(seconds=0.02)
    with pytest.raises(Refusal, match="131056"):
        limits.count(ANA)
    limits.count("5512981110002")
    post.clock.move(seconds=6)
    limits.count(ANA)
    with pytest.raises(Refusal, match="131056"):
        limits.count(ANA)


def test_limits_are_counted_for_the_number(post: Post) -> None:
    limits = Limits(post.store._database, post.clock)
    for person in range(80):
        limits.count(f"551298111{person:04d}")
    with pytest.raises(Refusal, match="130429"):
        limits.count("5512981119999")
    post.clock.move(seconds=1)
    limits.count("5512981119999")


def test_strict_limits_refuse_through_the_graph(product: StandIn) -> None:
    trouble(product, mode="strict_limits")
    codes = [product.graph("messages", TEXT).json().get("error", {}).get("code") for _ in range(PAIR_BURST + 2)]
    assert codes[:PAIR_BURST] == [None] * PAIR_BURST
    assert codes[-1] == 131056


def test_file_is_gone_expired_or_another_than_its_hash_says(product: StandIn) -> None:
    media_id = product.upload(b"%PDF-1.4 conta", "application/pdf", "conta.pdf")
    url = f"{product.base_url}/simulator/graph/v24.0/{media_id}"
    trouble(product, mode="gone", on="media")
    assert product.session.get(url, headers=BEARER, timeout=10).json()["error"]["error_subcode"] == 33
    trouble(product, mode="wrong_hash", on="media")
    facts = product.session.get(url, headers=BEARER, timeout=10).json()
    assert facts["sha256"] == "0" * 64
    trouble(product, mode="link_expired", on="media")
    assert product.session.get(facts["url"], headers=BEARER, timeout=10).status_code == 404
    trouble(product, mode="slow", on="media", seconds=0.1)
    assert product.session.get(facts["url"], headers=BEARER, timeout=10).content == b"%PDF-1.4 conta"


def test_customers_file_is_gone_after_a_week(post: Post) -> None:
    from webhooks.simulator.media import CUSTOMERS_KEPT_FOR

    kept = post.store.media.put(b"x", "image/png", "a.png", kept_for=CUSTOMERS_KEPT_FOR)
    uploaded = post.store.media.put(b"x", "image/png", "a.png")
    post.clock.move(days=8)
    assert post.store.media.info(kept.id) is None
    assert post.store.media.info(uploaded.id) is not None


def test_file_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "old.sqlite3"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE mail (id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL,"
                    " phone TEXT NOT NULL, event TEXT NOT NULL, error_code INTEGER, happened_at REAL NOT NULL,"
                    " due_at REAL NOT NULL, leased_until REAL NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0,"
                    " done_at REAL, accepted INTEGER)")  # fmt: skip
    store = Store(path, clock=Clock())
    phone: Phone = store.introduce(Person("Ana Souza", ANA))
    store.add_from_customer(phone, "text", {"text": "oi"})
    product = Product()
    assert Courier(store, BusinessNumber("100", "200", "551230000000", "Conecta"), product).carry_one()
    assert product.texts() == ["oi"]


def test_read_mark_does_not_use_up_trouble_that_waits_for_a_send(product: StandIn) -> None:
    trouble(product, mode="190", on="messages", next=1)
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": product.values("messages")[0]["id"]}
    assert product.graph("messages", read).status_code == 200
    assert product.graph("messages", TEXT).json()["error"]["code"] == 190
