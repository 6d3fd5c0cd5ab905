"""The reckoning after a storm: what customers wrote and saw against the rows, down to a difference of zero."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg


@dataclass(frozen=True)
class Line:
    """One line of the table. Where `must_be_zero`, anything else is a fault; `names` are some of those concerned."""

    text: str
    count: int
    must_be_zero: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reckoning:
    """The table of a run."""

    lines: tuple[Line, ...]

    @property
    def faults(self) -> tuple[Line, ...]:
        """The lines that should be zero and are not."""
        return tuple(line for line in self.lines if line.must_be_zero and line.count)

    def table(self) -> str:
        """The table as text."""
        rows = [f"  {line.text:<62}{line.count:>9}{_mark(line)}" for line in self.lines]
        return "\n".join(rows + [f"    {line.text}: {', '.join(line.names)}" for line in self.faults if line.names])


def _mark(line: Line) -> str:
    if not line.must_be_zero:
        return ""
    return "  FAULT" if line.count else "  = 0"


# A person sees the conversation: in the queue, with an agent, or marked because something needs a look.
SEEN = "(c.handler IN ('queue', 'agent') OR c.needs_person IS NOT NULL)"
STORED = (
    "SELECT m.provider_id, m.outcome, m.handled_at IS NOT NULL,"  # noqa: S608 - nothing of it comes from outside
    f" {SEEN} FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.direction = 'in'"
)
WRITTEN = (
    f"SELECT m.key, m.status, {SEEN} FROM message m JOIN conversation c ON c.id = m.conversation_id"  # noqa: S608
    " WHERE m.direction = 'out'"
)
# Every turn that answers marks its messages at one moment and writes one bubble.
UNEVEN = (
    "SELECT c.protocol, count(DISTINCT m.handled_at) FILTER (WHERE m.direction = 'in' AND m.outcome = 'answered'),"
    " count(*) FILTER (WHERE m.direction = 'out' AND m.author = 'bot') FROM conversation c"
    " JOIN message m ON m.conversation_id = c.id GROUP BY c.id"
)
UNREAD = "SELECT id::text FROM webhook_event WHERE state = 'new'"
ODD = "SELECT kind || ': ' || outcome FROM webhook_item WHERE outcome IN ('unknown', 'failed')"
LEFT = "SELECT topic || ' ' || ref_id || ': ' || coalesce(error, '') FROM outbox WHERE done_at IS NULL AND ref_id <> 0"
GIVEN_UP = (
    "SELECT o.topic || ' ' || o.ref_id || ': ' || o.error FROM outbox o WHERE o.done_at IS NOT NULL"  # noqa: S608
    " AND o.error IS NOT NULL AND o.topic <> 'typing' AND NOT (o.topic = 'turn' AND EXISTS"
    f" (SELECT FROM conversation c WHERE c.id = o.ref_id AND {SEEN}))"
)
CONTACTS = (
    "SELECT count(DISTINCT c.contact_id) FROM conversation c JOIN message m ON m.conversation_id = c.id"
    " WHERE m.direction = 'in'"
)


def reckon(database_url: str, phones: Path) -> Reckoning:
    """The table for a system that has nothing left to do. `phones` is the simulator's file."""
    with sqlite3.connect(f"file:{phones}?mode=ro", uri=True) as file, psycopg.connect(database_url) as rows:
        written = [name for (name,) in file.execute("SELECT id FROM message WHERE author = 'customer'")]
        people = _one(file.execute("SELECT count(DISTINCT phone) FROM message WHERE author = 'customer'"))
        apart = abs(people - _one(rows.execute(CONTACTS)))
        who = [Line("people who wrote", people), Line("  contacts more or fewer than they are", apart, True)]
        return Reckoning((*who, *_inbound(rows, written), *_outbound(rows, file), *_webhooks(rows, file), *_work(rows)))


def _inbound(rows: psycopg.Connection[Any], written: Sequence[str]) -> list[Line]:
    stored = rows.execute(STORED).fetchall()
    times = Counter(row[0] for row in stored)
    answered = {name for name, outcome, handled, _ in stored if handled and outcome in ("answered", "action")}
    seen = {name for name, _, _, seen in stored if seen} - answered
    uneven = rows.execute(UNEVEN).fetchall()
    return [
        Line("messages written by customers", len(written)),
        Line("  stored", sum(times[name] > 0 for name in written)),
        Line("  not stored", *_zero(name for name in written if not times[name])),
        Line("  stored more than once", *_zero(name for name in written if times[name] > 1)),
        Line("  stored although nobody wrote them", *_zero(set(times) - set(written))),
        Line("  answered by the bot", len(answered)),
        Line("  with a person", len(seen)),
        Line("  neither answered nor with a person", *_zero(set(times) - answered - seen)),
        Line("turns that answered", sum(turns for _, turns, _ in uneven)),
        Line("  without their bubble", *_zero(name for name, turns, said in uneven if said < turns)),
        Line("  with more than one", *_zero(name for name, turns, said in uneven if said > turns)),
    ]


def _outbound(rows: psycopg.Connection[Any], file: sqlite3.Connection) -> list[Line]:
    bubbles = rows.execute(WRITTEN).fetchall()
    shown = Counter(
        key
        for (key,) in file.execute(
            "SELECT callback FROM message WHERE author = 'business' AND status NOT IN ('failed', 'dropped')"
        )
    )
    lost = _one(file.execute("SELECT count(*) FROM message WHERE status = 'dropped'"))
    absent = [row for row in bubbles if not shown[row[0]]]
    states = Counter(status for _, status, _ in bubbles)
    return [
        Line("bubbles written by the system", len(bubbles)),
        *(Line(f"  {status}", count) for status, count in sorted(states.items())),
        Line("  seen on a phone", sum(shown[key] > 0 for key, _, _ in bubbles)),
        Line("  seen on a phone twice", *_zero(str(key) for key, count in shown.items() if count > 1)),
        Line("  not on any phone, and a person knows", sum(bool(seen) for _, _, seen in absent)),
        Line("  not on any phone, and nobody knows", *_zero(f"{key} {state}" for key, state, s in absent if not s)),
        Line("  still on its way", *_zero(key for key, state, _ in bubbles if state in ("queued", "sending"))),
        Line("seen on a phone and written by nobody", *_zero(set(shown) - {key for key, _, _ in bubbles} - {None})),
        Line("sent to a user id in the place of a number, and lost", *_zero(["?"] * lost)),
    ]


def _webhooks(rows: psycopg.Connection[Any], file: sqlite3.Connection) -> list[Line]:
    events = "SELECT count(*), coalesce(sum(posts), 0), count(*) FILTER (WHERE done_at IS NULL) FROM mail WHERE event"
    messages = file.execute(f"{events} = 'message'").fetchone()
    statuses = file.execute(f"{events} <> 'message'").fetchone()
    return [
        Line("updates owed for messages, late repeats included", messages[0]),
        Line("  times that they were posted", messages[1]),
        Line("updates owed for statuses, late repeats included", statuses[0]),
        Line("  times that they were posted", statuses[1]),
        Line("  never accepted", *_zero(["?"] * (messages[2] + statuses[2]))),
        Line("webhooks stored", _one(rows.execute("SELECT count(*) FROM webhook_event"))),
        Line("  not read", *_zero(name for (name,) in rows.execute(UNREAD))),
        Line("  with something unknown or refused in them", *_zero(name for (name,) in rows.execute(ODD))),
        Line("statuses that wait for their message", _one(rows.execute("SELECT count(*) FROM parked_status"))),
    ]


def _work(rows: psycopg.Connection[Any]) -> list[Line]:
    return [
        Line("work that is left", *_zero(name for (name,) in rows.execute(LEFT))),
        Line("work that was given up unseen", *_zero(name for (name,) in rows.execute(GIVEN_UP))),
    ]


def _one(cursor: Any) -> int:
    row: tuple[int] = cursor.fetchone()
    return row[0]


def _zero(names: Any) -> tuple[int, bool, tuple[str, ...]]:
    """(count, must be zero, the first few) of names that should not exist."""
    found = [str(name) for name in names]
    return len(found), True, tuple(found[:5])
