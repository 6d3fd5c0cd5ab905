"""A round of assignment: what waits in queues that are pushed goes to whoever is there and has room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.db import Database
from core.locks import hold
from handoff.assignment.match import Pair, match
from handoff.assignment.needs import those_there, those_waiting
from handoff.assignment.owning import own
from handoff.assignment.terms import desk_terms
from handoff.events import add_event
from handoff.queues import organogram
from models.conversation import Conversation
from models.presence import Presence

ROUND = "assignment"
ONE_STEP = timedelta(microseconds=1)


AT_A_TIME = 50
"""How many are given in one transaction, in which nobody who is there can take one by hand."""


def assign_all(db: Database, now: Callable[[], datetime]) -> int:
    """Gives everything that can be given, some at a time, each time in a transaction; how many."""
    total = 0
    while True:
        with db.transaction() as session:
            given = assign_waiting(session, now())
        total += given
        if given < AT_A_TIME:
            return total


def assign_waiting(session: Session, now: datetime) -> int:
    """Gives what waits to people, one UPDATE each, and tells them in the thread; how many (AT_A_TIME at most).

    May be called at any time. Of several callers at once one decides after the other, each on what the one before
    left. What somebody takes by hand at this very moment is theirs: it is passed over.
    """
    terms = desk_terms(session)
    pushed = {queue.name: queue for queue in organogram(session).queues if queue.push}
    if not pushed:
        return 0
    hold(session, ROUND)
    people = those_there(session, now, terms)
    if not any(person.room > 0 for person in people):
        return 0
    waiting = those_waiting(session, pushed, now)
    pairs = match(waiting, people, now, timedelta(minutes=terms.sticky_minutes))
    turn = max(now, session.scalar(select(func.max(Presence.assigned_at))) or now)
    given = 0
    for pair in pairs[:AT_A_TIME]:
        turn += ONE_STEP
        given += _give(session, pair, now, turn)
    return given


def _give(session: Session, pair: Pair, now: datetime, turn: datetime) -> bool:
    """Whether the conversation still waited and is the person's now; then their turn is after everybody else's."""
    still_waits = (
        select(Conversation.id)
        .where(Conversation.id == pair.conversation_id, Conversation.handler == "queue")
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    given = own(session, pair.person.id, Conversation.id == still_waits, now)
    if given is None:
        return False
    session.execute(update(Presence).where(Presence.agent_id == pair.person.id).values(assigned_at=turn))
    text = f"Entregue a {pair.person.name}"
    add_event(session, given.id, given.channel, "assigned", text, author="system", agent_id=pair.person.id)
    return True
