"""Whatever happens at the desk in whatever order: one owner, nobody above their limit, nothing for the absent."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from core.db import Database
from handoff import desk
from handoff.assignment.load import counts_now, weights_of
from handoff.assignment.presence import OFFLINE, ONLINE, PAUSED, fade, seen, switch
from handoff.assignment.push import assign_waiting
from handoff.assignment.returns import return_abandoned
from models import utc_now
from models.conversation import Conversation
from models.conversation_span import ConversationSpan
from models.message import Message
from models.presence import Presence, PresenceSpan
from tests.integration.attendance import change, people, push_queues
from tests.integration.desk import a_conversation

CALM = settings(
    max_examples=10,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EMPTIED = "message, conversation_span, sla_clock, change, conversation, presence_span, presence, outbox, agent, queue"
CREW, CAPACITY = 4, 3
Who = st.integers(0, CREW - 1)
Which = st.integers(0, 30)


class Desk(RuleBasedStateMachine):
    """Four people with room for three, N1 with a weight of 1 and N2 with one of 2, and time that goes on."""

    def __init__(self, db: Database) -> None:
        super().__init__()
        with db.transaction() as session:
            session.execute(sa.text(f"TRUNCATE {EMPTIED} RESTART IDENTITY CASCADE"))
        push_queues(db, "N1", "N2")
        self.db, self.now = db, utc_now()
        self.crew = people(db, CREW, capacity=CAPACITY, queues=["N1", "N2"])
        change(db, self.crew[3], queues=["N2"])
        self.known = [a_conversation(db, queue=queue) for queue in ("N1", "N2", "N1", "N1", "N2")]
        for who, state in enumerate((ONLINE, PAUSED, ONLINE)):
            self.switches(who, state)

    def one(self, which: int) -> int:
        return self.known[which % len(self.known)]

    @rule(queue=st.sampled_from(["N1", "N2"]), last=st.none() | Who)
    def somebody_begins_to_wait(self, queue: str, last: int | None) -> None:
        again = None if last is None else self.crew[last].id
        self.known.append(a_conversation(self.db, queue=queue, last_agent_id=again))

    @rule(who=Who, state=st.sampled_from([ONLINE, ONLINE, PAUSED, OFFLINE]))
    def switches(self, who: int, state: str) -> None:
        with self.db.transaction() as session:
            switch(session, self.crew[who].id, state, "Almoço", self.now)

    @rule(minutes=st.sampled_from([0, 1, 2, 5, 11, 125]), alive=st.sets(Who))
    def time_goes_on(self, minutes: int, alive: set[int]) -> None:
        self.now += timedelta(minutes=minutes)
        with self.db.transaction() as session:
            for who in sorted(alive):
                seen(session, self.crew[who].id, self.now)
            fade(session, self.now)
            return_abandoned(session, self.now)

    @rule()
    def a_round(self) -> None:
        with self.db.transaction() as session:
            before = session.scalar(select(func.max(Message.id))) or 0
            assign_waiting(session, self.now)
            given = select(Message.payload["agent_id"].as_integer()).where(Message.id > before)
            got = set(session.scalars(given.where(Message.kind == "assigned")))
            there = select(Presence.agent_id).where(
                Presence.state == ONLINE, Presence.seen_at > self.now - timedelta(seconds=90)
            )
            assert got <= set(session.scalars(there))

    def takes(self, who: int, which: int) -> None:
        with self.db.transaction() as session:
            desk.take(session, self.one(which), self.crew[who], now=self.now)

    @rule(who=Who)
    def clicks_them_all(self, who: int) -> None:
        for which in range(len(self.known)):
            self.takes(who, which)

    @rule(who=Who)
    def takes_the_next(self, who: int) -> None:
        with self.db.transaction() as session:
            desk.take_next(session, self.crew[who], now=self.now)

    @rule(who=Who, to=Who, which=Which)
    def passes_on(self, who: int, to: int, which: int) -> None:
        with self.db.transaction() as session:
            desk.hand_to(session, self.one(which), self.crew[who], self.crew[to].id, "", now=self.now)

    @rule(who=Who, which=Which, act=st.sampled_from(["close", "N1", "N2"]))
    def lets_go(self, who: int, which: int, act: str) -> None:
        with self.db.transaction() as session:
            if act == "close":
                desk.close(session, self.one(which), self.crew[who], now=self.now)
            else:
                desk.transfer(session, self.one(which), self.crew[who], act, "")

    @invariant()
    def nobody_has_more_than_they_may(self) -> None:
        with self.db.transaction() as session:
            assert max(weights_of(session, [who.id for who in self.crew], self.now).values()) <= CAPACITY

    @invariant()
    def each_conversation_is_where_its_row_and_its_spans_say(self) -> None:
        with self.db.transaction() as session:
            rows = session.scalars(select(Conversation)).all()
            spans = session.scalars(select(ConversationSpan).where(ConversationSpan.ended_at.is_(None))).all()
            assert {(row.id, row.handler, row.agent_id) for row in rows if row.handler != "closed"} == {
                (span.conversation_id, span.handler, span.agent_id) for span in spans
            }
            assert all((row.waiting_since is not None) == (row.handler == "queue") for row in rows)
            owned = session.scalars(select(Conversation).where(counts_now(self.now))).all()
            assert all(row.agent_id == row.last_agent_id for row in owned)

    @invariant()
    def presence_and_its_open_span_agree(self) -> None:
        with self.db.transaction() as session:
            rows = session.execute(
                select(Presence.state, PresenceSpan.state, Presence.reason, PresenceSpan.reason)
                .join(PresenceSpan, PresenceSpan.agent_id == Presence.agent_id)
                .where(PresenceSpan.ended_at.is_(None))
            )
            assert all(state == span and reason == told for state, span, reason, told in rows)
            over = select(func.count()).where(PresenceSpan.ended_at < PresenceSpan.started_at)
            assert session.scalar(over) == 0


def test_assignment_keeps_its_promises_whatever_happens_in_whatever_order(db: Database) -> None:
    class ThisDesk(Desk):
        def __init__(self) -> None:
            super().__init__(db)

    run_state_machine_as_test(ThisDesk, settings=CALM)
