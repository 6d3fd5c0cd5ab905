"""What awaits somebody who waits: the place, the time, and when people are there again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Misconfigured
from handoff.calendars import calendar_named
from handoff.queues import organogram
from handoff.routing.order import places
from handoff.routing.wait_time import Minutes, Pace, pace_of, waiting_time
from models.conversation import Conversation


@dataclass(frozen=True)
class Hours:
    """Whether a queue works now; where it does not, when it opens again (None: nobody knows)."""

    closed: bool
    opens_at: datetime | None = None


@dataclass(frozen=True)
class Outlook:
    """`place` from 1 in `queue`; `minutes` None where no time can be told. `hours` are the queue's."""

    queue: str
    place: int
    minutes: Minutes | None
    hours: Hours


class Outlooks:
    """Outlooks of one moment: each queue is measured once, however many wait in it."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        self._paces: dict[str, Pace] = {}
        self._hours: dict[str, Hours] = {}
        self._places: dict[str, dict[int, int]] = {}

    def of(self, conversation: Conversation) -> Outlook:
        """The outlook of a conversation that waits."""
        queue = str(conversation.queue)
        hours, place = self.hours(queue), self._place(queue, conversation.id)
        return Outlook(queue, place, None if hours.closed else waiting_time(place, self._pace(queue)), hours)

    def hours(self, queue: str) -> Hours:
        """The queue's hours now. A calendar that makes no sense closes nothing: its queue counts as open."""
        if queue not in self._hours:
            self._hours[queue] = _hours(self._session, queue, self._now)
        return self._hours[queue]

    def _place(self, queue: str, conversation_id: int) -> int:
        if queue not in self._places:
            self._places[queue] = places(self._session, self._now, queue=queue)
        return self._places[queue].get(conversation_id, 0)

    def _pace(self, queue: str) -> Pace:
        if queue not in self._paces:
            self._paces[queue] = pace_of(self._session, queue, self._now)
        return self._paces[queue]


def _hours(session: Session, queue: str, now: datetime) -> Hours:
    try:
        calendar = calendar_named(session, organogram(session).queue(queue).calendar)
    except (Misconfigured, ValueError):
        return Hours(closed=False)
    opens_at = calendar.next_opening(now)
    return Hours(closed=opens_at != now, opens_at=opens_at)
