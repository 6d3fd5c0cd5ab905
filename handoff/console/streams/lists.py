"""The list for each of many open consoles, out of what is read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.access import Attendant
from handoff.console.inbox import Listing, listing_of, read_alarms
from handoff.console.listing import Held, read_counts, read_held, read_marks, read_rows
from handoff.console.ports import House, Ports, house
from handoff.console.streams.shared import Shared
from handoff.console.wanted import ALERT_DAYS, Wanted, choices
from handoff.queues import DEFAULT_QUEUE
from models.conversation import Conversation

T = TypeVar("T")
NOBODY = 0


class Lists:
    """For all streams of a process; each `listing` is what `handoff.console.inbox.read_listing` would read."""

    def __init__(self, ports: Ports, shared: Shared) -> None:
        self._ports, self._shared = ports, shared

    def held(self, who: Attendant) -> tuple[Held, ...]:
        """What this person has now. Raises Unreachable."""
        return self._read("held", read_held).get(who.id, ())

    def listing(self, who: Attendant, asked: Wanted) -> Listing:
        """The list as this person may see it. Raises Unreachable."""
        now = self._ports.now
        held = self.held(who)
        own = frozenset(one.conversation_id for one in held)
        ended = self._read("ended", lambda session: _ended(session, now()), ()).get(who.id, frozenset())
        seer = _seer(who, {one.queue for one in held} | ended)
        sight = seer.sight, seer.id
        mine = asked.tab == "mine"
        key = ("rows", sight, asked, who.id if asked.personal else 0, own if mine else None)
        # One's own change only with themselves: with many consoles open, that spares most of the reads.
        of = own if mine else None
        reader = who if asked.personal else seer
        rows = self._read(key, lambda session: read_rows(session, reader, asked, self._house(), now()), of)
        return listing_of(
            who,
            asked,
            rows,
            self._read(("counts", sight), lambda session: read_counts(session, seer, now())),
            held,
            self._read(("alarms", who.supervises), lambda session: read_alarms(session, who, self._ports), ()),
            self._read(("marks", key), lambda session: read_marks(session, rows), of),
            self._read(("choices", sight), lambda session: choices(session, seer), ()),
        )

    def _house(self) -> House:
        return self._read("house", house, ())

    def _read(self, key: Hashable, read: Callable[[Session], T], of: Collection[int] | None = None) -> T:
        return self._shared.get(key, partial(self._in_session, read), of=of)

    def _in_session(self, read: Callable[[Session], T]) -> T:
        with self._ports.db.reading() as session:
            return read(session)


def _ended(session: Session, now: datetime) -> dict[int, frozenset[str]]:
    """By the agent's id: in which queues conversations ended lately that they had to the end."""
    queue, who = func.coalesce(Conversation.queue, DEFAULT_QUEUE), func.coalesce(Conversation.agent_id, NOBODY)
    lately = Conversation.closed_at > now - timedelta(days=ALERT_DAYS), Conversation.handler == "closed"
    rows = session.execute(select(who, func.array_agg(queue.distinct())).where(*lately).group_by(who)).all()
    return {row[0]: frozenset(row[1]) for row in rows}


def _seer(who: Attendant, queues: Collection[str]) -> Attendant:
    """Who reads for all to whom `visible_to` shows the same: nobody in particular, so that nothing that is shown to one
    person alone is read for others; the person, where what they own or owned stands in `queues` that are not theirs."""
    return who if set(queues) - who.queues else replace(who, id=NOBODY)
