"""It survives: processes really killed and connections really cut while customers write, then the reckoning."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from tests.e2e.chat import Chat, environment, idle
from tests.e2e.hardship import Killer, Moments, Writer, crowd, drawn, leases_run_out, reckon, released_once, settled
from tests.e2e.outside import Customers, eventually, words
from tests.e2e.system import System, running_system

PROCESSES = ("web", "turns", "outbound", "network", "clock", "nlu", "simnet")
# Webhooks and bubbles of a crowd whose every message is answered.
MOMENTS_OF_A_CROWD = 60


@pytest.fixture(scope="module")
def started() -> Iterator[System]:
    """One system with its own NLU server, hurt by every test of this module."""
    with running_system("") as system:
        yield system


@pytest.fixture
def system(started: System) -> Iterator[System]:
    """The system, whole again; afterwards it is, once more, and everything in it adds up."""
    settled(started)
    yield started
    started.graph.on_message = lambda body: None
    settled(started)
    reckon(started)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_killed_process_loses_and_repeats_nothing(system: System, name: str) -> None:
    killer = Killer(system, name)
    moments = Moments(killer, drawn(name, 2, MOMENTS_OF_A_CROWD))
    system.graph.on_message = moments.tick
    crowd(system, f"1{PROCESSES.index(name)}", moments)
    assert killer.done() >= 1
    settled(system)
    released_once(system)


def test_everything_killed_in_turn_loses_and_repeats_nothing(system: System) -> None:
    killers = [Killer(system, name) for name in (*PROCESSES[:5], "valkey", "postgres")]
    order = random.Random("in turn").sample(killers, len(killers))

    def next_one() -> None:
        order.pop()()

    crowd(system, "20", Moments(next_one, drawn("in turn", len(killers), 36)))
    assert sum(killer.done() for killer in killers) >= 5
    settled(system)
    released_once(system)


def test_a_bubble_that_left_before_the_crash_is_settled_by_its_receipt(system: System) -> None:
    chat = Chat(system, "551298131001")
    killer = Killer(system, "outbound")
    system.graph.on_message = lambda body: killer() if body["to"] == chat.wa_id else None
    greeting = chat.say("bom dia")
    system.graph.on_message = lambda body: None
    _receipt(system, greeting)
    killer.done()
    settled(system)
    assert system.rows("SELECT status FROM message WHERE key = %s", greeting["biz_opaque_callback_data"]) == [("sent",)]
    assert chat.conversation["needs_person"] is None
    chat.nothing_more()


def _receipt(system: System, message: dict[str, Any]) -> None:
    status = {
        "id": message["_id"],
        "status": "sent",
        "timestamp": "1795300000",
        "recipient_id": message["to"],
        "biz_opaque_callback_data": message["biz_opaque_callback_data"],
    }
    body = system.customers.webhook().replace(b'"messages": []', b'"statuses": [' + _json(status) + b"]")
    assert system.customers.post(body).status_code == 200


def _json(value: object) -> bytes:
    import json

    return json.dumps(value).encode()


def test_a_flushed_valkey_loses_nothing(system: System) -> None:
    valkey = redis.from_url(environment(system)["REDIS_URL"])
    crowd(system, "21", Moments(valkey.flushall, drawn("flush", 8, MOMENTS_OF_A_CROWD)))
    settled(system)
    released_once(system)


def test_customers_are_answered_while_valkey_is_gone(system: System) -> None:
    _freeze(system.supervisor.pid)
    try:
        gone = system.kill("valkey")
        crowd(system, "22")
        released_once(system)
    finally:
        _thaw(system.supervisor.pid)
    system.restarted("valkey", gone)


def test_a_frozen_valkey_delays_but_loses_nothing(system: System) -> None:
    pid = system.pid("valkey")
    with ThreadPoolExecutor(1) as pool:
        _freeze(pid)
        try:
            writing = pool.submit(crowd, system, "23")
            eventually(lambda: system.rows("SELECT 1 FROM webhook_event WHERE state = 'new'"), what="something waits")
        finally:
            _thaw(pid)
        writing.result()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_a_restarted_postgres_loses_and_repeats_nothing(system: System, how: signal.Signals) -> None:
    killer = Killer(system, "postgres", how)
    crowd(system, f"24{how:d}"[:3], Moments(killer, drawn(f"postgres {how}", 1, 20)))
    assert killer.done() == 1
    settled(system)
    released_once(system)


def test_a_frozen_nlu_brings_menus_and_loses_nothing(system: System) -> None:
    pid = system.pid("nlu")
    _freeze(pid)
    try:
        chat = Chat(system, "551298132001")
        assert "dificuldade de entender" in words(chat.say("queria ver aquele negócio da minha conta"))
        assert "CPF ou CNPJ" in words(chat.say("1"))
    finally:
        _thaw(pid)


FAILURES: dict[str, tuple[int, dict[str, Any]]] = {
    "http_500": (500, {}),
    "http_503_with_a_page": (503, {"error": "unavailable"}),
    "code_131000": (500, {"error": {"code": 131000, "message": "something went wrong"}}),
    "http_429": (429, {}),
    "code_130429": (429, {"error": {"code": 130429, "message": "rate limit"}}),
    "code_131056": (400, {"error": {"code": 131056, "message": "pair rate limit"}}),
}


def test_a_graph_api_that_fails_for_a_while_gets_every_bubble_once(system: System) -> None:
    failing = {f"5512981340{n:02d}": failure for n, failure in enumerate(FAILURES.values())}
    left = {wa_id: 2 for wa_id in failing}

    def fail(body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        wa_id = str(body.get("to"))
        if left.get(wa_id, 0) <= 0:
            return None
        left[wa_id] -= 1
        return failing[wa_id]

    system.graph.on_message = fail
    with ThreadPoolExecutor(len(failing)) as pool:
        list(pool.map(lambda wa_id: Writer(system, wa_id).write(("oi", "segunda via")), failing))
    assert set(left.values()) == {0}
    for wa_id in failing:
        assert len(system.graph.to(wa_id)) == 2, FAILURES
        assert Chat(system, wa_id).conversation["needs_person"] is None


def test_a_graph_api_that_never_answers_gets_a_bubble_once_and_a_person_sees_it(system: System) -> None:
    chat, silent, asked = Chat(system, "551298135001"), threading.Event(), []

    def hang(body: dict[str, Any]) -> None:
        if body.get("to") == chat.wa_id:
            asked.append(body["biz_opaque_callback_data"])
            silent.wait(30)

    system.graph.on_message = hang
    system.customers.write(chat.wa_id, "oi")
    try:
        eventually(Writer(system, chat.wa_id).visible, 40, "a person sees it")
    finally:
        silent.set()
    idle(system)
    assert len(asked) == 1, "not sent again on a guess"
    system.graph.on_message = lambda body: None
    Writer(system, "551298135002").write(("oi",))


def test_a_graph_api_that_refuses_connections_gets_everything_later(system: System) -> None:
    chat = Chat(system, "551298136001")
    port = int(system.graph.url.rpartition(":")[2])
    system.graph.stop()
    try:
        system.customers.write(chat.wa_id, "oi")
        waits = "SELECT 1 FROM outbox WHERE topic = 'deliver' AND done_at IS NULL AND tries > 1"
        eventually(lambda: system.rows(waits), 20, "tried again")
    finally:
        system.graph.start(port)
    assert "assistente" in words(chat.next())
    chat.nothing_more()


def test_one_webhook_delivered_fifty_times_in_parallel_is_one_message(system: System) -> None:
    chat = Chat(system, "551298137001")
    message = system.customers.text(chat.wa_id, "bom dia")
    body = system.customers.webhook(message, wa_id=chat.wa_id)

    def deliver(_: int) -> int:
        return Customers(system.base_url, system.customers.app_secret).post(body).status_code

    with ThreadPoolExecutor(25) as pool:
        assert set(pool.map(deliver, range(50))) == {200}
    chat.next()
    chat.nothing_more()
    assert system.rows("SELECT count(*) FROM message WHERE provider_id = %s", message["id"]) == [(1,)]


def test_messages_of_one_contact_in_parallel_and_out_of_order_make_one_conversation(system: System) -> None:
    chat = Chat(system, "551298138001")
    now = float(system.rows("SELECT extract(epoch FROM now())")[0][0])  # type: ignore[arg-type]
    texts = ["oi", "tudo bem?", "preciso de ajuda", "é sobre o boleto", "quero a segunda via", "obrigada"] * 2
    written = [system.customers.text(chat.wa_id, text, at=now - 60 + 2 * n) for n, text in enumerate(texts)]
    shuffled = random.Random("order").sample(written, len(written))

    def deliver(message: dict[str, Any]) -> int:
        customers = Customers(system.base_url, system.customers.app_secret)
        return customers.post(customers.webhook(message, wa_id=chat.wa_id)).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(deliver, shuffled)) == {200}
    idle(system)
    names = "SELECT DISTINCT c.protocol FROM message m JOIN conversation c ON c.id = m.conversation_id"
    assert len(system.rows(f"{names} WHERE m.provider_id = ANY(%s)", [m["id"] for m in written])) == 1
    stored = "SELECT text FROM message WHERE provider_id = ANY(%s) ORDER BY provider_at, id"
    assert [text for (text,) in system.rows(stored, [m["id"] for m in written])] == texts
    assert 1 <= len(chat.bubbles) <= len(texts)


def test_a_handler_called_again_while_it_works_does_nothing_twice(system: System) -> None:
    moments = Moments(lambda: leases_run_out(system), frozenset(range(1, MOMENTS_OF_A_CROWD)))
    system.graph.on_message = moments.tick
    crowd(system, "25", moments)
    settled(system)
    released_once(system)


def _freeze(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)


def _thaw(pid: int) -> None:
    os.kill(pid, signal.SIGCONT)
