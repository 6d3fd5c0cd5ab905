"""Taking a conversation, by one person, by many at once, and away from somebody."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from core.db import Database
from handoff import desk
from handoff.access import Attendant
from handoff.hand_over import hand_over
from handoff.outcome import AlreadyTaken, Denied, Done, Gone, Taken
from models.agent import Agent
from tests.integration.desk import a_conversation, audited, conversation, messages, the_cast


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts; they take as much as they like."""
    people = the_cast(db)
    with db.transaction() as session:
        session.execute(update(Agent).values(capacity=0))
    return people


def take(db: Database, id_: int, who: Attendant) -> Taken | AlreadyTaken | Gone | Denied:
    with db.transaction() as session:
        return desk.take(session, id_, who)


def test_hand_over_puts_the_conversation_in_a_queue_with_what_is_known(db: Database) -> None:
    id_ = a_conversation(db, handler="bot", queue=None, needs_person="algo")
    with db.transaction() as session:
        assert hand_over(session, id_, queue="N2", reason="sem sinal", summary="ONU em LOS", expected_version=1)
    row = conversation(db, id_)
    assert (row.handler, row.queue, row.version, row.needs_person) == ("queue", "N2", 2, None)
    assert (row.handed_off_for, row.summary) == ("sem sinal", "ONU em LOS")
    assert row.waiting_since is not None
    assert [m.text for m in messages(db, id_, "event")] == ["Passada para a fila N2: sem sinal"]


@pytest.mark.parametrize("handler", ["queue", "agent", "closed"])
def test_hand_over_changes_nothing_when_the_bot_has_it_no_more(
    db: Database, cast: dict[str, Attendant], handler: str
) -> None:
    id_ = a_conversation(db, handler=handler, owner=cast["helena"] if handler == "agent" else None)
    with db.transaction() as session:
        assert not hand_over(session, id_, queue="N2", reason="x", summary="y")
    row = conversation(db, id_)
    assert (row.handler, row.queue, row.version, row.summary) == (handler, "N1", 1, "")
    assert messages(db, id_, "event") == []


def test_hand_over_changes_nothing_when_the_version_moved(db: Database) -> None:
    id_ = a_conversation(db, handler="bot", queue=None, version=7)
    with db.transaction() as session:
        assert not hand_over(session, id_, queue="N1", reason="x", summary="y", expected_version=6)
    assert conversation(db, id_).handler == "bot"


def test_hand_over_refuses_a_queue_that_nobody_watches(db: Database) -> None:
    id_ = a_conversation(db, handler="bot", queue=None)
    with pytest.raises(ValueError, match="no queue"), db.transaction() as session:
        hand_over(session, id_, queue="N9", reason="x", summary="y")
    assert conversation(db, id_).handler == "bot"


@pytest.mark.parametrize(("handler", "queue"), [("queue", "N1"), ("bot", None)])
def test_take_makes_one_person_the_owner(
    db: Database, cast: dict[str, Attendant], handler: str, queue: str | None
) -> None:
    id_ = a_conversation(db, handler=handler, queue=queue, needs_person="resposta não enviada")
    assert take(db, id_, cast["helena"]) == Taken()
    row = conversation(db, id_)
    assert (row.handler, row.agent_id, row.queue, row.version) == ("agent", cast["helena"].id, "N1", 2)
    assert (row.waiting_since, row.needs_person) == (None, None)
    assert audited(db, "conversation.taken") == [("helena", f"conversation:{id_}")]


def test_take_is_told_who_has_it_when_somebody_was_first(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db)
    take(db, id_, cast["helena"])
    assert take(db, id_, cast["igor"]) == AlreadyTaken(by="Helena Castro")
    assert conversation(db, id_).version == 2


def test_take_by_the_owner_again_adds_nothing(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db)
    assert [take(db, id_, cast["helena"]) for _ in range(2)] == [Taken(), Taken()]
    assert len(messages(db, id_, "event")) == 1


def test_take_finds_nothing_when_closed_or_unknown(db: Database, cast: dict[str, Attendant]) -> None:
    closed = a_conversation(db, handler="closed", owner=cast["helena"])
    assert take(db, closed, cast["helena"]) == Gone()
    assert take(db, 999_999, cast["helena"]) == Gone()


def test_take_by_many_at_once_has_one_winner_each(db: Database, cast: dict[str, Attendant]) -> None:
    people = [cast[login] for login in ("helena", "igor", "joana", "karina")]
    for _ in range(15):
        id_ = a_conversation(db)
        start = threading.Barrier(len(people))

        def click(
            who: Attendant, id_: int = id_, start: threading.Barrier = start
        ) -> Taken | AlreadyTaken | Gone | Denied:
            start.wait()
            return take(db, id_, who)

        with ThreadPoolExecutor(len(people)) as pool:
            results = list(pool.map(click, people))
        winners = [who for who, result in zip(people, results, strict=True) if result == Taken()]
        assert len(winners) == 1
        assert {r.by for r in results if isinstance(r, AlreadyTaken)} == {winners[0].name}
        assert conversation(db, id_).agent_id == winners[0].id
        assert len(messages(db, id_, "event")) == 1


def test_bot_and_agent_never_both_win(db: Database, cast: dict[str, Attendant]) -> None:
    for _ in range(10):
        id_ = a_conversation(db, handler="bot", queue=None)
        start = threading.Barrier(2)

        def click(id_: int = id_, start: threading.Barrier = start) -> object:
            start.wait()
            return take(db, id_, cast["helena"])

        def give(id_: int = id_, start: threading.Barrier = start) -> object:
            start.wait()
            with db.transaction() as session:
                return hand_over(session, id_, queue="N2", reason="x", summary="y", expected_version=1)

        with ThreadPoolExecutor(2) as pool:
            taken, handed = pool.submit(click), pool.submit(give)
            assert taken.result() == Taken()
            row = conversation(db, id_)
            assert (row.handler, row.agent_id) == ("agent", cast["helena"].id)
            assert row.version == (3 if handed.result() else 2)


def test_take_over_moves_it_to_the_supervisor_and_is_logged(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db)
    take(db, id_, cast["helena"])
    with db.transaction() as session:
        assert desk.take_over(session, id_, cast["karina"]) == Taken()
    assert conversation(db, id_).agent_id == cast["karina"].id
    assert audited(db, "conversation.taken_over") == [("karina", f"conversation:{id_}")]
    assert messages(db, id_, "event")[-1].text == "Karina Alves assumiu a conversa, que estava com Helena Castro"


def test_take_over_by_an_agent_is_only_a_take(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db)
    take(db, id_, cast["helena"])
    with db.transaction() as session:
        assert desk.take_over(session, id_, cast["igor"]) == AlreadyTaken(by="Helena Castro")


def test_take_over_by_two_supervisors_at_once_has_one_winner(db: Database, cast: dict[str, Attendant]) -> None:
    for _ in range(10):
        id_ = a_conversation(db)
        take(db, id_, cast["helena"])
        start = threading.Barrier(2)

        def click(
            who: Attendant, id_: int = id_, start: threading.Barrier = start
        ) -> Taken | AlreadyTaken | Gone | Denied:
            with db.transaction() as session:
                session.connection()
                start.wait()
                return desk.take_over(session, id_, who)

        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(click, [cast["karina"], cast["admin"]]))
        told = [m.text for m in messages(db, id_, "event")]
        assert Taken() in results
        # The second either lost the race or found the first one there and took it from them: never both from Helena.
        assert sum("estava com Helena" in text for text in told) == 1


def test_a_conversation_can_be_taken_again_after_a_transfer(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db)
    take(db, id_, cast["helena"])
    with db.transaction() as session:
        assert isinstance(desk.transfer(session, id_, cast["helena"], "Financeiro", "ver conta"), Done)
    assert take(db, id_, cast["helena"]) == Taken()
