"""How fast we send, over many processes: a limit for the number, one for each person, and none waits for another."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest

from core.db import Database
from core.errors import Unreachable
from core.later import Later
from models.message import Message
from models.pace import Limit, Pace, forget, give_back, slow_down, take, wait
from tests.integration.doors import at_once, rows
from tests.integration.outgoing import Watch, a_chat, a_delivery, an_answer, the_message
from tests.unit.webhooks.payloads import ANA, BRUNO
from webhooks.channels.fake import FakeChannel
from webhooks.deliver import deliver
from webhooks.delivery import Delivery
from webhooks.pacing import LONGEST_NAP_SECONDS, Pacing, number_key, pair_key

PAIR = Pacing(pair_seconds=6, pair_burst=45)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def delivery(db: Database, channel: FakeChannel, watch: Watch) -> Delivery:
    return a_delivery(db, {"meta": channel}, pacing=PAIR, clock=watch, nap=watch.nap)


def _waits(message_id: int, delivery: Delivery) -> float:
    """For how long the message is postponed."""
    with pytest.raises(Later) as raised:
        deliver(message_id, delivery=delivery)
    return raised.value.seconds


# The limit by itself.


def _take(db: Database, limit: Limit, watch: Watch, patience: float = 0.0) -> float:
    with db.transaction() as session:
        return take(session, limit, watch.now, patience=patience)


def test_burst_is_free_and_then_paid_back_one_by_one(db: Database, watch: Watch) -> None:
    limit = Limit("k", 6, 3)
    assert [_take(db, limit, watch) for _ in range(3)] == [0, 0, 0]
    assert _take(db, limit, watch) == pytest.approx(6)
    watch.pass_by(5.5)
    assert _take(db, limit, watch) == pytest.approx(0.5)
    watch.pass_by(0.5)
    assert _take(db, limit, watch) == 0
    assert _take(db, limit, watch) == pytest.approx(6)
    watch.pass_by(3600)
    assert [_take(db, limit, watch) for _ in range(3)] == [0, 0, 0]


def test_turn_within_patience_is_taken_and_its_wait_told(db: Database, watch: Watch) -> None:
    limit = Limit("k", 0.1)
    assert [_take(db, limit, watch, 0.25) for _ in range(3)] == pytest.approx([0, 0.1, 0.2])
    assert _take(db, limit, watch, 0.25) == pytest.approx(0.3)
    assert _take(db, limit, watch, 0.25) == pytest.approx(0.3)


def test_place_in_the_line_is_told_without_taking_it(db: Database, watch: Watch) -> None:
    limit = Limit("k", 6, 2)
    with db.transaction() as session:
        assert [wait(session, limit, watch.now, place=place) for place in range(4)] == [0, 0, 6, 12]
        take(session, limit, watch.now)
        assert [wait(session, limit, watch.now, place=place) for place in range(3)] == pytest.approx([0, 6, 12])


def test_turn_that_was_given_back_is_the_next_one(db: Database, watch: Watch) -> None:
    limit = Limit("k", 6)
    _take(db, limit, watch)
    with db.transaction() as session:
        give_back(session, limit)
    assert _take(db, limit, watch) == 0


def test_parallel_takers_get_no_more_turns_than_there_are(db: Database, watch: Watch) -> None:
    limit, got, lock = Limit("k", 6, 45), [], threading.Lock()

    def once() -> None:
        with db.statements() as connection:
            seconds = take(connection, limit, watch.now)
        with lock:
            got.append(seconds)

    at_once([once] * 200, threads=16)
    assert sum(seconds == 0 for seconds in got) == 45
    assert min(seconds for seconds in got if seconds) == pytest.approx(6)


def test_parallel_takers_with_patience_get_different_turns(db: Database, watch: Watch) -> None:
    limit, got, lock = Limit("k", 1 / 80), [], threading.Lock()

    def once() -> None:
        with db.statements() as connection:
            seconds = take(connection, limit, watch.now, patience=10)
        with lock:
            got.append(seconds)

    at_once([once] * 160, threads=16)
    assert sorted(got) == pytest.approx([place / 80 for place in range(160)], abs=1e-4)


def test_complaints_in_a_row_grow_and_are_forgotten(db: Database, watch: Watch) -> None:
    def slow() -> float:
        with db.transaction() as session:
            return slow_down(session, "k", 4, 4, watch.now)

    assert slow() == 4
    watch.pass_by(3)
    # What was under way when it began says the same once more.
    assert slow() == pytest.approx(1)
    watch.pass_by(1)
    assert slow() == 16
    watch.pass_by(16)
    assert [slow(), _take(db, Limit("k", 1, 9), watch)] == [64, 64]
    watch.pass_by(64)
    assert slow() == 256
    watch.pass_by(256)
    assert slow() == 300
    watch.pass_by(300 + 600)
    assert slow() == 4


def test_idle_keys_are_dropped(db: Database, watch: Watch) -> None:
    _take(db, Limit("old", 6), watch)
    watch.pass_by(7200)
    _take(db, Limit("new", 6), watch)
    with db.transaction() as session:
        forget(session, watch.now - timedelta(hours=1))
        assert [pace.key for pace in session.query(Pace)] == ["new"]


# Sending under limits.


def test_person_gets_the_burst_and_then_one_every_six_seconds(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    chat = a_chat(db)
    messages = [an_answer(db, chat, str(place)) for place in range(47)]
    for id_ in messages[:45]:
        deliver(id_, delivery=delivery)
    # The one behind knows its own turn: it looks in once, not every moment.
    assert [_waits(id_, delivery) for id_ in messages[45:]] == pytest.approx([6, 12])
    watch.pass_by(6)
    deliver(messages[45], delivery=delivery)
    assert _waits(messages[46], delivery) == pytest.approx(6)
    watch.pass_by(6)
    deliver(messages[46], delivery=delivery)
    assert [message.text for message in channel.taken] == [str(place) for place in range(47)]


def test_message_that_waits_stays_queued_and_holds_up_nobody_else(
    db: Database, channel: FakeChannel, watch: Watch
) -> None:
    delivery = a_delivery(db, {"meta": channel}, pacing=Pacing(pair_seconds=6, pair_burst=1), clock=watch)
    chat, other = a_chat(db), a_chat(db, wa_id=BRUNO)
    first, second = an_answer(db, chat, "um"), an_answer(db, chat, "dois")
    deliver(first, delivery=delivery)
    assert _waits(second, delivery) == pytest.approx(6)
    assert (the_message(db, second).status, the_message(db, second).sending_at) == ("queued", None)
    deliver(an_answer(db, other, "livre"), delivery=delivery)
    assert [message.text for message in channel.taken] == ["um", "livre"]


def test_no_limit_is_no_row(db: Database, channel: FakeChannel, watch: Watch) -> None:
    delivery = a_delivery(db, {"meta": channel}, clock=watch)
    chat = a_chat(db)
    for _ in range(50):
        deliver(an_answer(db, chat), delivery=delivery)
    with db.transaction() as session:
        assert (len(channel.taken), session.query(Pace).count()) == (50, 0)


def test_number_sends_in_even_steps_from_all_processes_together(
    db: Database, channel: FakeChannel, watch: Watch
) -> None:
    pacing = Pacing(per_second=80, pair_seconds=6, pair_burst=45)
    delivery = a_delivery(db, {"meta": channel}, pacing=pacing, clock=watch, nap=watch.nap)
    chats = [a_chat(db, wa_id=f"55129811100{place:02}") for place in range(40)]
    messages = [an_answer(db, chat) for chat in chats]
    postponed: list[float] = []

    def once(message_id: int) -> None:
        try:
            deliver(message_id, delivery=delivery)
        except Later as later:
            postponed.append(later.seconds)

    at_once([partial(once, id_) for id_ in messages], threads=8)
    # At one moment: as many as have their turn within the nap; each its own one.
    within = int(LONGEST_NAP_SECONDS * 80) + 1
    assert (len(channel.taken), len(postponed)) == (within, 40 - within)
    assert sorted(watch.naps) == pytest.approx([place / 80 for place in range(1, within)], abs=1e-4)
    assert postponed == pytest.approx([within / 80] * len(postponed), abs=1e-4)
    states = [message.status for message in rows(db, Message, Message.direction == "out")]
    assert (states.count("accepted"), states.count("queued")) == (within, 40 - within)


def test_turn_of_the_person_is_given_back_when_the_number_has_to_wait(
    db: Database, channel: FakeChannel, watch: Watch
) -> None:
    pacing = Pacing(per_second=80, pair_seconds=6, pair_burst=1)
    delivery = a_delivery(db, {"meta": channel}, pacing=pacing, clock=watch, nap=watch.nap)
    id_ = an_answer(db, a_chat(db))
    with db.transaction() as session:
        slow_down(session, number_key("meta"), 3, 2, watch.now)
    assert _waits(id_, delivery) == pytest.approx(3)
    watch.pass_by(3)
    deliver(id_, delivery=delivery)
    assert len(channel.taken) == 1


# What the channel says about our pace.


def test_complaint_about_one_person_slows_only_that_person(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    chat = a_chat(db)
    id_ = an_answer(db, chat)
    complaint = Unreachable("graph_131056", retry_after=4)
    for seconds in (4, 16, 64):
        channel.script = [complaint]
        with pytest.raises(Unreachable) as raised:
            deliver(id_, delivery=delivery)
        assert raised.value.retry_after == pytest.approx(seconds)
        assert _waits(id_, delivery) == pytest.approx(seconds)
        watch.pass_by(seconds)
    deliver(an_answer(db, a_chat(db, wa_id=BRUNO)), delivery=delivery)
    deliver(id_, delivery=delivery)
    assert [message.to.wa_id for message in channel.taken] == [BRUNO, ANA]
    assert (the_message(db, id_).status, the_message(db, id_).resends) == ("accepted", 0)


@pytest.mark.parametrize(("name", "code", "seconds"), [("meta", "graph_130429", 3), ("meta", "graph_80007", 120)])
def test_complaint_about_the_number_slows_everybody(
    db: Database, channel: FakeChannel, watch: Watch, name: str, code: str, seconds: float
) -> None:
    pacing = Pacing(per_second=80)
    delivery = a_delivery(db, {name: channel}, pacing=pacing, clock=watch, nap=watch.nap)
    first, other = an_answer(db, a_chat(db)), an_answer(db, a_chat(db, wa_id=BRUNO))
    channel.script = [Unreachable(code)]
    with pytest.raises(Unreachable) as raised:
        deliver(first, delivery=delivery)
    assert raised.value.retry_after == pytest.approx(seconds)
    assert [_waits(id_, delivery) for id_ in (first, other)] == pytest.approx([seconds, seconds])
    watch.pass_by(seconds)
    for id_ in (first, other):
        deliver(id_, delivery=delivery)
    assert len(channel.taken) == 2


def test_pace_of_a_person_is_one_over_conversations(db: Database) -> None:
    assert PAIR.pair("meta", 7) == Limit(pair_key("meta", 7), 6, 45)
    assert (PAIR.number("meta"), Pacing(per_second=80).number("meta")) == (None, Limit(number_key("meta"), 1 / 80))
    assert Pacing(per_second=80).pair("meta", 7) is None
