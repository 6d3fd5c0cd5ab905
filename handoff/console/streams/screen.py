"""What one open console shows, so that it is sent only what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from handoff.console.attendance import sign_of_life
from handoff.console.inbox import Listing, draw_list
from handoff.console.listing import Held
from handoff.console.live import Region, as_regions
from handoff.console.ports import Ports, attendant
from handoff.console.streams.bell import FRAME, LIST, THREAD
from handoff.console.streams.lists import Lists
from handoff.console.thread import frame_parts, note_viewed, thread_part
from handoff.console.wanted import wanted

ASSIGNED, WROTE = "assigned", "wrote"


@dataclass(frozen=True)
class Notice:
    """Something that the person wants to hear of although they look elsewhere: `what` of a conversation of theirs."""

    what: str
    conversation_id: int
    name: str


class Screen:
    """One stream's page. Inside its request only: what is drawn is for `attendant()`, as they are now."""

    def __init__(self, ports: Ports, lists: Lists, conversation_id: int | None) -> None:
        self._ports, self._lists, self._conversation_id = ports, lists, conversation_id
        self._listing: Listing | None = None
        self._versions: dict[str, str] = {}
        self._pieces: Mapping[str, str] = {}
        self._bubbles: dict[int, str] = {}
        self._around = ""
        self._held: frozenset[int] = frozenset()
        self._mine: dict[int, datetime | None] | None = None

    @property
    def listed(self) -> frozenset[int] | None:
        """The conversations whose messages matter to the list that was drawn last; None for those of all."""
        if self._listing is None or not self._listing.asked.settled:
            return None
        return frozenset(row.id for row in self._listing.shown.rows) | self._held

    def draw(self, part: str) -> list[Region]:
        """What changed of one part. Ends the request like `handoff.console.thread.seen`.

        Raises Unreachable, and may then be called again.
        """
        drawers = {LIST: self._list, THREAD: self._thread, FRAME: self._frame}
        return self._fresh(drawers[part]())

    def look_after(self) -> list[Region]:
        """Writes down that they are there and what they are shown; returns what changed of the switch that says so."""
        with self._ports.db.transaction() as session:
            if self._conversation_id is not None:
                note_viewed(session, self._conversation_id)
            parts = sign_of_life(session, self._ports)
        return self._fresh(parts)

    def _fresh(self, parts: dict[str, str]) -> list[Region]:
        fresh = [one for one in as_regions(parts).values() if self._versions.get(one.name) != one.version]
        self._versions |= {one.name: one.version for one in fresh}
        return fresh

    def notices(self) -> list[Notice]:
        """What happened to conversations of theirs since the last call; nothing at the first."""
        held = self._lists.held(attendant())
        before, self._mine = self._mine, {one.conversation_id: one.last_inbound_at for one in held}
        if before is None:
            return []
        told = ((one, _news(one, before)) for one in held)
        return [Notice(what, one.conversation_id, one.name or "") for one, what in told if what]

    def _list(self) -> dict[str, str]:
        self._held = frozenset(one.conversation_id for one in self._lists.held(attendant()))
        listing = self._lists.listing(attendant(), wanted())
        if listing == self._listing:
            return {}
        self._listing = listing
        html, self._pieces = draw_list(listing, self._conversation_id, known=self._pieces)
        return {"list": html}

    def _thread(self) -> dict[str, str]:
        if self._conversation_id is None:
            return {}
        with self._ports.db.reading() as session:
            html, keys, around = thread_part(session, self._ports, self._conversation_id, self._bubbles)
        parts = {"thread": html} if keys != self._bubbles else {}
        if self._around not in ("", around):
            parts |= self._frame()
        self._bubbles, self._around = keys, around
        return parts

    def _frame(self) -> dict[str, str]:
        if self._conversation_id is None:
            return {}
        with self._ports.db.reading() as session:
            return frame_parts(session, self._ports, self._conversation_id)


def _news(one: Held, before: dict[int, datetime | None]) -> str:
    if one.conversation_id not in before:
        return ASSIGNED
    return WROTE if one.last_inbound_at != before[one.conversation_id] else ""
