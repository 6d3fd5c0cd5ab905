"""How often something may be done, kept in one row so that it holds over all processes: a burst, then one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base

FORGOTTEN_AFTER = timedelta(minutes=10)
LONGEST_SLOW_SECONDS = 300.0


class Pace(Base):
    """`free_at` is when everything that was done is paid back. While it lies less than the burst ahead, more may be
    done: the generic cell rate algorithm (ITU-T I.371), which needs no history.

    Until `slow_until` nothing may be done, since somebody complained; `strikes` counts complaints in a row. The table
    is unlogged: after a crash of the database it is empty, and each key has its burst again.
    """

    __tablename__ = "pace"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - SQLAlchemy's own way to say it

    key: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]
    slow_until: Mapped[datetime | None]
    strikes: Mapped[int] = mapped_column(default=0, server_default="0")


@dataclass(frozen=True)
class Limit:
    """Once every `each` seconds, but up to `burst` times at once."""

    key: str
    each: float
    burst: int = 1

    @property
    def lead(self) -> float:
        """How far ahead, in seconds, the burst may run."""
        return (self.burst - 1) * self.each


# One statement, and the row's lock puts those who come at once in a line.
_TAKE = text(
    "INSERT INTO pace AS held (key, free_at) VALUES (:key, CAST(:now AS timestamptz) + make_interval(secs => :each))"
    " ON CONFLICT (key) DO UPDATE SET free_at = greatest(held.free_at, :now) + make_interval(secs => :each)"
    " WHERE held.free_at <= CAST(:now AS timestamptz) + make_interval(secs => :lead + :patience)"
    " AND coalesce(held.slow_until, :now) <= :now"
    " RETURNING extract(epoch FROM free_at - :now) - :each - :lead"
)
_WAIT = text(
    "SELECT greatest(extract(epoch FROM free_at - :now) - :lead + :place * :each,"
    " extract(epoch FROM slow_until - :now)) FROM pace WHERE key = :key"
)
_GIVE_BACK = text("UPDATE pace SET free_at = free_at - make_interval(secs => :each) WHERE key = :key")


def take(connection: Connection | Session, limit: Limit, now: datetime, *, patience: float = 0.0) -> float:
    """Takes the next turn, and says in how many seconds it comes: 0 is now.

    More than `patience` says that nothing was taken: ask again after that wait.
    """
    numbers = {"key": limit.key, "each": limit.each, "lead": limit.lead, "now": now, "patience": patience}
    taken = connection.execute(_TAKE, numbers).scalar_one_or_none()
    if taken is not None:
        return max(float(taken), 0.0)
    # Between the two statements another may have taken one more: the wait is never told too short.
    return max(wait(connection, limit, now), patience + 0.001)


def wait(connection: Connection | Session, limit: Limit, now: datetime, *, place: int = 0) -> float:
    """In how many seconds a turn would come if it were asked for now, with `place` others going first."""
    numbers = {"key": limit.key, "each": limit.each, "lead": limit.lead, "now": now, "place": place}
    found = connection.execute(_WAIT, numbers).scalar_one_or_none()
    return max(float(found), 0.0) if found is not None else max(place * limit.each - limit.lead, 0.0)


def give_back(connection: Connection | Session, limit: Limit) -> None:
    """The turn that was taken last was not used."""
    connection.execute(_GIVE_BACK, {"key": limit.key, "each": limit.each})


def slow_down(session: Session, key: str, seconds: float, growth: float, now: datetime) -> float:
    """Somebody complained: no turn until a wait is over, which is returned, in seconds.

    It is `seconds`, then `growth` times as long for each complaint in a row, at most five minutes. Complaints about
    what was under way already when the wait began are the same one; ten minutes without any, and they are forgotten.
    """
    session.execute(insert(Pace).values(key=key, free_at=now).on_conflict_do_nothing())
    pace = session.scalars(
        select(Pace).where(Pace.key == key).with_for_update().execution_options(populate_existing=True)
    ).one()
    if pace.slow_until is None or pace.slow_until <= now:
        in_a_row = pace.slow_until is not None and now - pace.slow_until < FORGOTTEN_AFTER
        pace.strikes = pace.strikes + 1 if in_a_row else 1
        waits = min(seconds * growth ** (pace.strikes - 1), LONGEST_SLOW_SECONDS)
        pace.slow_until = now + timedelta(seconds=waits)
    session.flush()
    return (pace.slow_until - now).total_seconds()


def forget(session: Session, before: datetime) -> None:
    """Drops the keys with nothing left to pay back since `before`."""
    session.execute(delete(Pace).where(Pace.free_at < before, Pace.slow_until.is_(None) | (Pace.slow_until < before)))
