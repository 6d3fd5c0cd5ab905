"""The simulator's memory under parallel writers, and what it knows about phones, typing and ticks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from webhooks.simulator.failures import FailureMode
from webhooks.simulator.people import Person, typed_number
from webhooks.simulator.store import Store

ANA = Person("Ana Souza", "5512981110001")
GISELE = Person("Gisele Ramos", "551281110007")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory" / "simulator.sqlite3"


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def test_store_loses_nothing_when_threads_with_their_own_store_write_at_once(path: Path) -> None:
    def write(worker: int) -> None:
        store = Store(path, clock=at(NOON))
        phone = store.introduce(ANA)
        for number in range(20):
            store.add_from_customer(phone, "text", {"text": f"{worker}-{number}"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    store = Store(path, clock=at(NOON))
    chat = store.chat(ANA.wa_id)
    assert len({message.id for message in chat}) == 160
    assert len({message.revision for message in chat}) == 160
    assert store.mail.waiting() == 160


def test_letter_is_claimed_once_when_many_threads_ask(path: Path) -> None:
    store = Store(path, clock=at(NOON))
    for number in range(30):
        store.add_from_customer(
            store.introduce(Person(f"P{number}", f"55129811100{number:02d}")), "text", {"text": "oi"}
        )

    def claim_all(_worker: int) -> list[int]:
        found = []
        while letter := store.mail.claim():
            found.append(letter.id)
        return found

    with ThreadPoolExecutor(6) as pool:
        claimed = [letter for part in pool.map(claim_all, range(6)) for letter in part]
    assert sorted(claimed) == sorted(set(claimed))
    assert len(claimed) == 30


def test_failure_is_used_up_exactly_when_many_threads_take_it(path: Path) -> None:
    store = Store(path, clock=at(NOON))
    store.failures.add(FailureMode("messages", "500", 0, 10))
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: store.failures.take("messages"), range(40)))
    assert sum(mode is not None for mode in taken) == 10


def test_phone_is_found_by_either_spelling_and_by_user_id(path: Path) -> None:
    store = Store(path, clock=at(NOON))
    gisele = store.introduce(GISELE)
    assert store.find_phone("5512981110007") == gisele
    assert store.find_phone(gisele.user_id) == gisele
    assert store.find_phone("5512981110008") is None


def test_chat_tells_only_what_changed_since_a_revision(path: Path) -> None:
    store = Store(path, clock=at(NOON))
    ana = store.introduce(ANA)
    first = store.add_from_customer(ana, "text", {"text": "um"})
    second = store.add_from_customer(ana, "text", {"text": "dois"})
    assert [message.id for message in store.chat(ana.wa_id, first.revision)] == [second.id]
    store.move(first.id, "sent", allowed_from=("queued",))
    assert [message.id for message in store.chat(ana.wa_id, second.revision)] == [first.id]


def test_tick_never_goes_back(path: Path) -> None:
    store = Store(path, clock=at(NOON))
    ana = store.introduce(ANA)
    message = store.add_from_customer(ana, "text", {"text": "oi"})
    store.read_by_business(message, typing=True)
    store.move(message.id, "sent", allowed_from=("queued",))
    assert store.chat(ana.wa_id)[0].status == "read"


def test_typing_ends_with_the_answer_or_after_25_seconds(path: Path) -> None:
    store = Store(path, clock=at(NOON))
    ana = store.introduce(ANA)
    store.read_by_business(store.add_from_customer(ana, "text", {"text": "oi"}), typing=True)
    found = store.find_phone(ana.wa_id)
    assert found is not None
    assert found.typing_until == (NOON + timedelta(seconds=25)).timestamp()
    store.add_from_business(ana, "text", {"text": "olá"}, None)
    answered = store.find_phone(ana.wa_id)
    assert answered is not None
    assert answered.typing_until == 0


def test_text_survives_whatever_it_contains(path: Path) -> None:
    store = Store(path, clock=at(NOON))
    ana = store.introduce(ANA)
    for text in ("\x00 nulo", "\u202eesquerda", "\ud83d solto", "'; DROP TABLE message; --", "😀" * 4096):
        store.add_from_customer(ana, "text", {"text": text})
        assert store.chat(ana.wa_id)[-1].content["text"] == text


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("(12) 98111-9999", "5512981119999"),
        ("+55 12 98111-9999", "5512981119999"),
        ("5512981119999", "5512981119999"),
        ("1281119999", "551281119999"),
        ("+351 912 345 678", "351912345678"),
        ("12", None),
        ("abc", None),
    ],
)
def test_typed_number_becomes_a_whatsapp_id(typed: str, number: str | None) -> None:
    assert typed_number(typed) == number
