"""How fast we send: so many messages a second from a number, and to one person a burst, then one every few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.db import Database
from models import utc_now
from models.pace import Limit, forget

# A wait for the number's next turn up to this is waited for on the spot: postponing it would take longer, and who
# waits keeps nobody from going, since the turn before is another's.
LONGEST_NAP_SECONDS = 0.25
IDLE_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Pacing:
    """Limits as they are set; 0 is none. `pair_burst` messages to one person at once are paid back at `pair_seconds`
    each."""

    per_second: float = 0.0
    pair_seconds: float = 0.0
    pair_burst: int = 1

    def number(self, channel: str) -> Limit | None:
        """The limit of a channel's number."""
        return Limit(number_key(channel), 1 / self.per_second) if self.per_second else None

    def pair(self, channel: str, contact_id: int) -> Limit | None:
        """The limit between a channel's number and one person."""
        return Limit(pair_key(channel, contact_id), self.pair_seconds, self.pair_burst) if self.pair_seconds else None


def forget_paces(_ref_id: int, *, db: Database) -> None:
    """Drops the paces of those to whom nothing went for an hour: they have their whole burst again in any case."""
    with db.transaction() as session:
        forget(session, utc_now() - IDLE_AFTER)


def number_key(channel: str) -> str:
    """The name of a number's pace."""
    return f"number/{channel}"


def pair_key(channel: str, contact_id: int) -> str:
    """The name of a pair's pace."""
    return f"pair/{channel}/{contact_id}"
