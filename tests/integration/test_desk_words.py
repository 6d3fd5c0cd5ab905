"""Replying, noting, giving back, closing and transferring."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.db import Database
from handoff import desk
from handoff.access import Attendant
from handoff.outcome import Denied, Done
from handoff.reply import EMPTY, TOKEN_REUSED, TOO_LONG, WINDOW_CLOSED
from models import utc_now
from models.outbox import Outbox
from tests.integration.desk import a_conversation, audited, conversation, messages, the_cast


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    return the_cast(db)


@pytest.fixture
def helena(cast: dict[str, Attendant]) -> Attendant:
    """An agent of N1."""
    return cast["helena"]


def say(db: Database, id_: int, who: Attendant, text: str, press: str = "t1") -> Done | Denied:
    with db.transaction() as session:
        return desk.reply(session, id_, who, text, press)


def to_deliver(db: Database) -> list[int]:
    with db.transaction() as session:
        return list(session.scalars(select(Outbox.ref_id).where(Outbox.topic == "deliver").order_by(Outbox.id)))


def test_reply_is_queued_and_takes_over_what_the_customer_wrote(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    result = say(db, id_, helena, "  Bom dia!\r\nJá estou vendo. ")
    (sent,) = messages(db, id_, "out")
    assert result == Done(sent.id)
    assert (sent.text, sent.author, sent.status) == ("Bom dia!\nJá estou vendo.", "agent:helena", "queued")
    assert sent.key
    assert to_deliver(db) == [sent.id]
    (asked,) = messages(db, id_, "in")
    assert asked.outcome == "person"
    assert asked.handled_at is not None
    assert audited(db, "message.sent") == [("helena", f"conversation:{id_}")]


def test_reply_with_the_same_token_is_one_message(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    first, second = say(db, id_, helena, "oi"), say(db, id_, helena, "oi")
    assert isinstance(first, Done)
    assert second == Done(first.message_id, repeated=True)
    assert len(messages(db, id_, "out")) == len(to_deliver(db)) == 1


def test_reply_with_the_same_token_at_once_is_one_message(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    start = threading.Barrier(6)

    def press(_: int) -> Done | Denied:
        start.wait()
        return say(db, id_, helena, "oi")

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(press, range(6)))
    assert len({r.message_id for r in results if isinstance(r, Done)}) == 1
    assert sum(1 for r in results if r == Done(to_deliver(db)[0])) == 1
    assert len(messages(db, id_, "out")) == 1


def test_reply_tells_when_a_token_already_sent_another_text(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    say(db, id_, helena, "oi")
    assert say(db, id_, helena, "tchau") == TOKEN_REUSED
    assert [m.text for m in messages(db, id_, "out")] == ["oi"]


def test_reply_repeated_after_a_transfer_still_reports_what_was_sent(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    say(db, id_, helena, "oi")
    with db.transaction() as session:
        desk.transfer(session, id_, helena, "Financeiro", "")
    assert isinstance(say(db, id_, helena, "oi"), Done)


@pytest.mark.parametrize(
    ("text", "problem"), [("", EMPTY), (" \n\x00 ", EMPTY), ("a" * 4097, TOO_LONG), ("😀" * 4097, TOO_LONG)]
)
def test_reply_refuses_what_whatsapp_would_refuse(db: Database, helena: Attendant, text: str, problem: Denied) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    assert say(db, id_, helena, text) == problem
    assert messages(db, id_, "out") == []
    assert messages(db, id_, "in")[0].handled_at is None


def test_reply_takes_the_longest_text(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    assert isinstance(say(db, id_, helena, "😀" * 4096), Done)


@pytest.mark.parametrize(("hours", "sent"), [(23.9, True), (23.95, False), (30, False)])
def test_reply_is_refused_when_the_window_is_closed(db: Database, helena: Attendant, hours: float, sent: bool) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena, hours_ago=hours)
    assert (say(db, id_, helena, "oi") == WINDOW_CLOSED) is not sent
    assert bool(to_deliver(db)) is sent


@pytest.mark.parametrize("handler", ["bot", "queue", "closed"])
def test_reply_needs_the_conversation_to_be_taken(db: Database, helena: Attendant, handler: str) -> None:
    id_ = a_conversation(db, handler=handler)
    assert isinstance(say(db, id_, helena, "oi"), Denied)
    assert to_deliver(db) == []


def test_reply_by_somebody_else_says_who_has_it(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    assert say(db, id_, cast["karina"], "oi") == Denied("Esta conversa está com Helena Castro.")
    assert to_deliver(db) == []


def test_note_is_never_sent(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="bot", queue=None, needs_person="mensagem recusada")
    for _ in range(2):
        with db.transaction() as session:
            assert isinstance(desk.note(session, id_, cast["igor"], "liguei, tudo certo", "t"), Done)
    (note,) = messages(db, id_, "note")
    assert (note.text, note.author) == ("liguei, tudo certo", "agent:igor")
    assert to_deliver(db) == []
    assert conversation(db, id_).needs_person is None
    assert messages(db, id_, "in")[0].handled_at is None


def test_note_may_follow_the_end(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="closed")
    with db.transaction() as session:
        assert isinstance(desk.note(session, id_, helena, "cliente ligou", "t"), Done)


def test_give_back_makes_the_bot_answer_only_what_comes_after(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    with db.transaction() as session:
        assert isinstance(desk.give_back(session, id_, helena), Done)
    row = conversation(db, id_)
    assert (row.handler, row.agent_id, row.version) == ("bot", None, 2)
    assert messages(db, id_, "in")[0].outcome == "person"
    assert audited(db, "conversation.given_back") == [("helena", f"conversation:{id_}")]
    with db.transaction() as session:
        assert session.scalars(select(Outbox)).all() == []


def test_give_back_leaves_no_question_of_the_bot_open(db: Database, helena: Attendant) -> None:
    memory = {"expect": "confirm_release", "data": {"unlock": 1}, "misses": 1, "contract": "1001", "learnt": ["x"]}
    id_ = a_conversation(db, handler="agent", owner=helena, dialogue=memory)
    with db.transaction() as session:
        desk.give_back(session, id_, helena)
    assert conversation(db, id_).dialogue == {"contract": "1001", "learnt": ["x"]}


def test_close_says_goodbye_with_the_protocol(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    with db.transaction() as session:
        assert isinstance(desk.close(session, id_, helena), Done)
    row = conversation(db, id_)
    (farewell,) = messages(db, id_, "out")
    assert row.handler == "closed"
    assert row.closed_at is not None
    assert row.protocol in farewell.text
    assert to_deliver(db) == [farewell.id]
    assert messages(db, id_, "in")[0].outcome == "person"


def test_close_twice_says_goodbye_once(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    for expected in (Done, Denied):
        with db.transaction() as session:
            assert isinstance(desk.close(session, id_, helena), expected)
    assert len(messages(db, id_, "out")) == 1


def test_close_is_silent_when_the_window_is_closed(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena, hours_ago=48)
    with db.transaction() as session:
        assert isinstance(desk.close(session, id_, helena), Done)
    assert messages(db, id_, "out") == []
    assert "sem avisar o cliente" in messages(db, id_, "event")[0].text


def test_transfer_keeps_the_customers_place_and_passes_the_word_on(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena, hours_ago=3)
    with db.transaction() as session:
        assert isinstance(desk.transfer(session, id_, helena, "Financeiro", "boleto errado"), Done)
    row = conversation(db, id_)
    assert (row.handler, row.queue, row.agent_id, row.handed_off_for) == ("queue", "Financeiro", None, "boleto errado")
    assert row.waiting_since is not None
    assert utc_now() - row.waiting_since > timedelta(hours=2)
    assert messages(db, id_, "event")[0].text == "Helena Castro transferiu para Financeiro: boleto errado"


@pytest.mark.parametrize("queue", ["", "N9", "n2"])
def test_transfer_refuses_an_unknown_queue(db: Database, helena: Attendant, queue: str) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    with db.transaction() as session:
        assert isinstance(desk.transfer(session, id_, helena, queue, ""), Denied)
    assert conversation(db, id_).handler == "agent"


def test_transfer_by_a_supervisor_moves_what_others_have(db: Database, cast: dict[str, Attendant]) -> None:
    taken = a_conversation(db, handler="agent", owner=cast["helena"])
    waiting = a_conversation(db)
    for id_ in (taken, waiting):
        with db.transaction() as session:
            assert isinstance(desk.transfer(session, id_, cast["karina"], "Financeiro", ""), Done)
        assert conversation(db, id_).queue == "Financeiro"


Act = Callable[[Database, int, Attendant], Done | Denied]


def _give_back(db: Database, id_: int, who: Attendant) -> Done | Denied:
    with db.transaction() as session:
        return desk.give_back(session, id_, who)


def _close(db: Database, id_: int, who: Attendant) -> Done | Denied:
    with db.transaction() as session:
        return desk.close(session, id_, who)


def _transfer(db: Database, id_: int, who: Attendant) -> Done | Denied:
    with db.transaction() as session:
        return desk.transfer(session, id_, who, "Financeiro", "")


@pytest.mark.parametrize("act", [_give_back, _close, _transfer])
def test_letting_go_is_for_the_owner_only(db: Database, cast: dict[str, Attendant], act: Act) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    assert act(db, id_, cast["igor"]) == Denied("Esta conversa está com Helena Castro.")
    assert isinstance(act(db, 999_999, cast["igor"]), Denied)
    row = conversation(db, id_)
    assert (row.handler, row.version) == ("agent", 1)
    assert messages(db, id_, "event") == []
