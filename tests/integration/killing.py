"""Kills what works over a database, before or after any of its commits, and tells what is there afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.db import Database
from models import Base

# What open consoles are told to draw again: drawing once too often is nothing done twice.
UNTOLD = {"change"}


class Killed(BaseException):
    """The process's end, as of SIGKILL: nothing may catch it."""


class Killer:
    """Counts the moments at which a process can die, and dies at the one that it is told; `died` says whether."""

    def __init__(self, at: int) -> None:
        self.left, self.died = at, False

    def moment(self, *_: object, **__: object) -> None:
        """One more."""
        if self.left == 0 and not self.died:
            self.died = True
            raise Killed
        self.left -= 1


@contextmanager
def killed(at: int) -> Iterator[Killer]:
    """The block ends at its moment number `at`, counted from 0, if it has as many: before a commit and after it. At
    any other line a kill leaves what one before the next commit leaves: the database forgets the transaction."""
    killer = Killer(at)
    for name in ("before_commit", "after_commit"):
        event.listen(Session, name, killer.moment)
    try:
        yield killer
    except Killed:
        pass
    finally:
        for name in ("before_commit", "after_commit"):
            event.remove(Session, name, killer.moment)


def outcome(db: Database) -> dict[str, object]:
    """All that is there, in a form that is the same for the same acts: how many rows of each kind, who has each
    conversation and how, every word of the threads, and all work. Ids, numbers and moments are left out."""
    with db.reading() as session:
        said = session.execute(sa.text(WORDS)).all()
        return {
            "rows": {name: number for name, number in session.execute(COUNTS) if number},
            "conversations": [tuple(row) for row in session.execute(sa.text(STANDING))],
            "words": [tuple(re.sub(r"\d+", "#", str(part)) for part in row) for row in said],
            "work": sorted(tuple(row) for row in session.execute(sa.text("SELECT topic, ref_id IS NULL FROM outbox"))),
            "clocks": [tuple(row) for row in session.execute(sa.text(CLOCKS))],
        }


COUNTS = sa.union_all(
    *(
        sa.select(sa.literal(table.name), sa.select(sa.func.count()).select_from(table).scalar_subquery())
        for table in Base.metadata.sorted_tables
        if table.name not in UNTOLD
    )
)
STANDING = (
    "SELECT handler, queue, agent_id, waiting_since IS NULL, closed_by, needs_person IS NULL, tags, priority,"
    " snoozed_until IS NULL, reminded_at IS NULL FROM conversation ORDER BY id"
)
WORDS = (
    "SELECT dense_rank() OVER (ORDER BY conversation_id), direction, kind, author, status, text FROM message"
    " ORDER BY conversation_id, id"
)
CLOCKS = "SELECT kind, queue, stopped_at IS NULL, told FROM sla_clock ORDER BY kind, queue, stopped_at IS NULL"
