"""Each person's list against `may_see` asked of every conversation: read alone, and shared by open screens."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update

from core.db import Database
from handoff.access import Attendant, attendant_of, may_see
from handoff.console.listing import read_counts, read_rows
from handoff.console.ports import Ports, house
from handoff.console.streams.lists import Lists
from handoff.console.streams.shared import Shared
from handoff.console.wanted import Wanted
from models import utc_now
from models.agent import Agent
from models.conversation import Conversation
from models.message import Message
from tests.integration.desk import a_conversation, the_cast

QUEUES = ("N1", "N2", "N3", "Financeiro", "Comercial", "Transbordo")


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    return the_cast(db)


def lists_of(db: Database) -> Lists:
    later: Any = None
    return Lists(Ports(db, later, later, utc_now, later), Shared())


def ids(lists: Lists, who: Attendant, asked: Wanted) -> set[int]:
    return {row.id for row in lists.listing(who, asked).shown.rows}


def closed_with_alert(db: Database, owner: Attendant, queue: str) -> int:
    id_ = a_conversation(db, queue=queue)
    with db.transaction() as session:
        values = {"handler": "closed", "closed_at": utc_now(), "agent_id": owner.id, "waiting_since": None}
        session.execute(update(Conversation).where(Conversation.id == id_).values(**values))
        session.add(
            Message(conversation_id=id_, channel="whatsapp", direction="out", text="x", status="failed", author="bot")
        )
    return id_


def test_ended_conversation_of_one_is_not_in_the_shared_list_of_another(
    db: Database, cast: dict[str, Attendant]
) -> None:
    helena = cast["helena"]
    other = Attendant(cast["igor"].id, "igor", "Igor", helena.role, helena.queues)
    theirs = closed_with_alert(db, helena, "Financeiro")
    alert = Wanted("alert")
    lists = lists_of(db)
    assert (ids(lists, helena, alert), ids(lists, other, alert)) == ({theirs}, set())
    assert [lists.listing(who, alert).counts["alert"] for who in (helena, other)] == [1, 0]
    lists = lists_of(db)
    assert (ids(lists, other, alert), ids(lists, helena, alert)) == (set(), {theirs})


def test_lists_show_what_may_be_seen_and_nothing_else(db: Database, cast: dict[str, Attendant]) -> None:
    luck = Random(9)
    people = _scatter(db, luck)
    now = utc_now()
    tabs = [Wanted(tab) for tab in ("waiting", "open", "snoozed", "alert", "mine")]
    tabs += [Wanted("open", unread=True), Wanted("open", queue="N2"), Wanted("alert", agent=people[0].id)]
    with db.reading() as session:
        place, every = house(session), session.scalars(select(Conversation)).all()
        for who in people:
            seen = {one.id for one in every if may_see(who, one)}
            assert {row.id for row in read_rows(session, who, Wanted("open"), place, now).rows} == {
                one.id for one in every if one.id in seen and one.handler != "closed"
            }
            assert read_counts(session, who, now)["open"] == sum(
                one.handler != "closed" for one in every if one.id in seen
            )
    lists = lists_of(db)
    looks = [(who, asked) for who in people for asked in tabs]
    luck.shuffle(looks)
    for who, asked in looks:
        shared = lists.listing(who, asked)
        with db.reading() as session:
            alone, counts = read_rows(session, who, asked, place, now), read_counts(session, who, now)
        assert [row.id for row in shared.shown.rows] == [row.id for row in alone.rows], (who.login, asked)
        assert {name: shared.counts[name] for name in counts} == counts, who.login
        assert {row.id for row in alone.rows} <= {one.id for one in every if may_see(who, one)}


def _scatter(db: Database, luck: Random) -> list[Attendant]:
    """Conversations in every state and queue, whoever had them; and all people, with queues of every kind."""
    made = [a_conversation(db, queue=luck.choice(QUEUES)) for _ in range(60)]
    with db.transaction() as session:
        agents = session.scalars(select(Agent).order_by(Agent.id)).all()
        for agent in agents:
            agent.queues = luck.choice(([], ["N1"], ["N1"], ["N2", "Financeiro"]))
        for id_ in made:
            row = session.get_one(Conversation, id_)
            row.handler = luck.choice(("bot", "queue", "agent", "agent", "closed"))
            row.agent_id = luck.choice(agents).id if row.handler in ("agent", "closed") else None
            row.queue = None if row.handler == "bot" else row.queue
            row.waiting_since = utc_now() if row.handler == "queue" else None
            row.closed_at = utc_now() if row.handler == "closed" else None
            if row.handler in ("agent", "queue") and luck.random() < 0.3:
                row.snoozed_until = utc_now() + timedelta(hours=1)
            if luck.random() < 0.4:
                row.told = {"overflow": {"to": luck.choice((row.queue or "N2", "N3")), "from": luck.sample(QUEUES, 2)}}
            if luck.random() < 0.5:
                row.needs_person = "x"
        session.flush()
        return [attendant_of(agent) for agent in agents]
