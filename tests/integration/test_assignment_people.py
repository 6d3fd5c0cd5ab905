"""Taking within one's capacity, the next one, and giving a conversation to a named person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.db import Database
from handoff import desk
from handoff.access import Attendant
from handoff.assignment.presence import OFFLINE, PAUSED
from handoff.outcome import AlreadyTaken, Denied, Done, Gone, Taken
from models import utc_now
from models.calendar import CalendarRow
from models.conversation import Conversation
from tests.integration.attendance import change, events, people, put
from tests.integration.desk import a_conversation, audited, conversation, the_cast

NEVER_OPEN: dict[str, object] = {"week": [[], [], [], [], [], [], []], "holidays": [], "days": []}


@pytest.fixture
def ana(db: Database) -> Attendant:
    """An agent of N1, with room for two."""
    return people(db, 1, capacity=2)[0]


@pytest.fixture
def karina(db: Database) -> Attendant:
    """A supervisor."""
    return the_cast(db, "karina")["karina"]


def take(db: Database, id_: int, who: Attendant, reason: str = "") -> Taken | AlreadyTaken | Gone | Denied:
    with db.transaction() as session:
        return desk.take(session, id_, who, reason=reason)


def take_next(db: Database, who: Attendant) -> int | Denied | None:
    with db.transaction() as session:
        return desk.take_next(session, who)


def hand_to(db: Database, id_: int, by: Attendant, to: Attendant, note: str = "", reason: str = "") -> Done | Denied:
    with db.transaction() as session:
        return desk.hand_to(session, id_, by, to.id, note, reason=reason)


def fill(db: Database, who: Attendant, count: int = 2) -> list[int]:
    return [a_conversation(db, handler="agent", owner=who) for _ in range(count)]


def test_take_is_denied_above_the_limit_and_allowed_again_below_it(db: Database, ana: Attendant) -> None:
    one, _ = fill(db, ana)
    waiting = a_conversation(db)
    denied = take(db, waiting, ana)
    assert isinstance(denied, Denied)
    assert "2 de 2" in denied.reason
    assert take(db, one, ana) == Taken()
    with db.transaction() as session:
        desk.close(session, one, ana)
    assert take(db, waiting, ana) == Taken()
    assert conversation(db, waiting).last_agent_id == ana.id


def test_take_tells_who_was_first_also_to_somebody_who_is_full(db: Database, ana: Attendant) -> None:
    (bia,) = people(db, 1, login="bia", name="Bia")
    fill(db, ana)
    theirs = a_conversation(db, handler="agent", owner=bia)
    assert take(db, theirs, ana) == AlreadyTaken("Bia")


def test_take_without_a_limit_is_free(db: Database, ana: Attendant) -> None:
    change(db, ana, capacity=0)
    fill(db, ana, 9)
    assert take(db, a_conversation(db), ana) == Taken()


def test_only_a_supervisor_with_a_reason_goes_over_the_limit_and_it_is_written_down(
    db: Database, ana: Attendant, karina: Attendant
) -> None:
    change(db, karina, capacity=1)
    fill(db, karina, 1)
    fill(db, ana)
    waiting = a_conversation(db)
    assert isinstance(take(db, waiting, ana, "urgente"), Denied)
    assert isinstance(take(db, waiting, karina), Denied)
    assert take(db, waiting, karina, "cliente na loja") == Taken()
    assert events(db, waiting) == ["Karina Alves assumiu a conversa, acima do limite: cliente na loja"]
    mine = fill(db, ana, 1)[0]
    with db.transaction() as session:
        assert isinstance(desk.take_over(session, mine, karina), Denied)
        assert desk.take_over(session, mine, karina, reason="reclamação") == Taken()


def test_next_is_the_first_of_all_that_may_be_theirs(db: Database, ana: Attendant) -> None:
    later = a_conversation(db, hours_ago=1)
    first = a_conversation(db, hours_ago=2)
    a_conversation(db, hours_ago=3, queue="N2")
    a_conversation(db, hours_ago=4, snoozed_until=utc_now() + timedelta(hours=1))
    assert take_next(db, ana) == first
    assert take_next(db, ana) == later
    assert take_next(db, ana) is None
    a_conversation(db)
    assert isinstance(take_next(db, ana), Denied)


def test_owner_gives_it_to_somebody_who_is_there_with_a_word(db: Database, ana: Attendant) -> None:
    (bia,) = people(db, 1, login="bia", name="Bia")
    put(db, (bia,))
    (mine,) = fill(db, ana, 1)
    assert isinstance(hand_to(db, mine, ana, bia, "  já testei a ONU "), Done)
    row = conversation(db, mine)
    assert (row.agent_id, row.last_agent_id, row.version) == (bia.id, bia.id, 2)
    assert row.handed_off_for == "já testei a ONU"
    assert events(db, mine) == ["Pessoa 01 passou a conversa para Bia: já testei a ONU"]
    assert audited(db, "conversation.moved") == [("pessoa01", f"conversation:{mine}")]


@pytest.mark.parametrize("against", ["offline", "paused", "off_shift", "full", "queue"])
def test_person_who_cannot_take_it_now_gets_it_only_from_a_supervisor_with_a_reason(
    db: Database, ana: Attendant, karina: Attendant, against: str
) -> None:
    (bia,) = people(db, 1, login="bia", name="Bia", capacity=1)
    put(db, (bia,))
    with db.transaction() as session:
        session.add(CalendarRow(name="nunca", terms=NEVER_OPEN))
    if against in ("offline", "paused"):
        put(db, (bia,), *((OFFLINE, "") if against == "offline" else (PAUSED, "Almoço")))
    elif against == "full":
        fill(db, bia, 1)
    else:
        change(db, bia, **({"shift": "nunca"} if against == "off_shift" else {"queues": ["N2"]}))
    (mine,) = fill(db, ana, 1)
    assert isinstance(hand_to(db, mine, ana, bia, reason="porque sim"), Denied)
    assert isinstance(hand_to(db, mine, karina, bia), Denied)
    assert conversation(db, mine).agent_id == ana.id
    with db.transaction() as session:
        assert isinstance(desk.move(session, mine, karina, bia.id, "só ela conhece"), Done)
    assert conversation(db, mine).agent_id == bia.id
    assert events(db, mine) == ["Karina Alves passou a conversa para Bia (motivo: só ela conhece)"]


def test_nobody_gives_away_what_is_not_theirs(db: Database, ana: Attendant, karina: Attendant) -> None:
    (bia,) = people(db, 1, login="bia", name="Bia")
    put(db, (ana, bia))
    waiting, closed = a_conversation(db), a_conversation(db, handler="closed")
    (theirs,) = fill(db, bia, 1)
    for id_ in (waiting, closed, theirs, 999_999):
        assert isinstance(hand_to(db, id_, ana, bia), Denied)
    for id_ in (closed, theirs):
        assert isinstance(hand_to(db, id_, karina, bia), Denied)
    assert isinstance(hand_to(db, waiting, karina, bia), Done)
    with db.transaction() as session:
        assert isinstance(desk.move(session, theirs, karina, ana.id, "  "), Denied)
        assert isinstance(desk.move(session, theirs, ana, ana.id, "quero"), Denied)
        assert session.get_one(Conversation, theirs).agent_id == bia.id


def test_person_who_left_the_provider_or_has_no_conversations_gets_none(db: Database, karina: Attendant) -> None:
    (bia,) = people(db, 1, login="bia", name="Bia", active=False)
    lucas = the_cast(db, "lucas")["lucas"]
    waiting = a_conversation(db)
    with db.transaction() as session:
        for agent_id in (bia.id, lucas.id, 999_999):
            assert isinstance(desk.move(session, waiting, karina, agent_id, "motivo"), Denied)
