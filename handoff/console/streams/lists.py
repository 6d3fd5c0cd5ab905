"""The list for each of many open consoles, out of what is read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session

from handoff.access import Attendant
from handoff.console.inbox import Listing, listing_of, read_alarms
from handoff.console.listing import Held, read_counts, read_held, read_marks, read_rows
from handoff.console.ports import House, Ports, house
from handoff.console.streams.shared import Shared
from handoff.console.wanted import Wanted, choices

T = TypeVar("T")


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
        sight = _sight(who, held)
        mine = asked.tab == "mine"
        key = ("rows", sight, asked, who.id if asked.personal else 0, own if mine else None)
        # One's own change only with themselves: with many consoles open, that spares most of the reads.
        of = own if mine else None
        rows = self._read(key, lambda session: read_rows(session, who, asked, self._house(), now()), of)
        return listing_of(
            who,
            asked,
            rows,
            self._read(("counts", sight), lambda session: read_counts(session, who, now())),
            held,
            self._read(("alarms", who.supervises), lambda session: read_alarms(session, who, self._ports), ()),
            self._read(("marks", key), lambda session: read_marks(session, rows), of),
            self._read(("choices", sight), lambda session: choices(session, who), ()),
        )

    def _house(self) -> House:
        return self._read("house", house, ())

    def _read(self, key: Hashable, read: Callable[[Session], T], of: Collection[int] | None = None) -> T:
        return self._shared.get(key, partial(self._in_session, read), of=of)

    def _in_session(self, read: Callable[[Session], T]) -> T:
        with self._ports.db.reading() as session:
            return read(session)


def _sight(who: Attendant, held: tuple[Held, ...]) -> Hashable:
    """Equal for people to whom `visible_to` shows the same: what they own counts where it is not in their queues."""
    elsewhere = any(one.queue not in who.queues for one in held)
    return who.sight, who.id if elsewhere else 0
