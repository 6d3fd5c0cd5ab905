"""`python -m bench outbound`: messages a second to the stand-in of WhatsApp, and how far pacing is behind the ideal."""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sqlite3
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from bench.ideal import Pace, departures
from bench.parser import standing_in
from bench.system import System, running
from core.db import Database, make_engine
from models import utc_now
from models.contact import Contact, ContactAlias
from models.conversation import Conversation
from models.message import Message
from models.outbox import add_work
from webhooks.simulator.people import Person
from webhooks.simulator.store import Store

MESSAGES_EACH = 3
# One in so many people gets more than a burst: what is for them must not hold up the others.
TALKATIVE = 100
MORE_THAN_A_BURST = 50
WAITS_AT_MOST = 900.0
OFF = {"SEND_PER_SECOND": "0", "PAIR_SECONDS": "0"}
META = Pace(per_second=80, pair_seconds=6, burst=45)
# A departure this much before the ideal one means that the pace was not kept.
EARLY = 0.5
_serial = itertools.count(1)


def measure(people: int) -> None:
    """Once with pacing off, once under Meta's limits."""
    with standing_in({}) as parser, running({**parser, **OFF}, simulator=True) as system:
        queue = queue_for(people)
        left = sent(system, queue)
        print(f"\nOutbound, pacing off: {len(queue)} messages to {people} people that all wait at once")
        print(f"  {len(left) / (left[-1] or 1):.1f} messages/s; half had left after {percentile(left, 0.5):.1f} s")
    with standing_in({}) as parser, running({**parser, **paced(META)}, simulator=True) as system:
        queue = queue_for(people)
        left = sent(system, queue)
        print(f"\nOutbound under pacing ({META}): {len(queue)} messages to {people} people")
        _compare(left, departures(queue, META))


def paced(pace: Pace) -> Mapping[str, str]:
    """The settings for a pace."""
    return {
        "SEND_PER_SECOND": f"{pace.per_second:g}",
        "PAIR_SECONDS": f"{pace.pair_seconds:g}",
        "PAIR_BURST": str(pace.burst),
    }


def _compare(left: Sequence[float], ideal: Sequence[float]) -> None:
    behind = sorted(one - best for one, best in zip(left, ideal, strict=False))
    p50, p99 = percentile(behind, 0.5), percentile(behind, 0.99)
    print(f"  the last could have left after {ideal[-1]:.1f} s and left after {left[-1]:.1f} s")
    print(
        f"  behind the ideal schedule, n-th against n-th: p50 {p50:.2f} s, p99 {p99:.2f} s, ratio of the whole", end=""
    )
    print(f" {left[-1] / (ideal[-1] or 1):.2f}; not sent: {len(ideal) - len(left)}")
    print(f"  earlier than allowed by more than {EARLY} s: {sum(one < -EARLY for one in behind)}", flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the sorted values do not exceed."""
    return values[min(len(values) - 1, int(share * len(values)))]


def queue_for(people: int) -> list[str]:
    """Whom each message is for, in the order in which they wait."""
    numbers = [f"55129{80_000_000 + next(_serial)}" for _ in range(people)]
    queue = [number for number in numbers for _ in range(MESSAGES_EACH)]
    queue += [number for number in numbers[::TALKATIVE] for _ in range(MORE_THAN_A_BURST - MESSAGES_EACH)]
    random.Random(1).shuffle(queue)
    return queue


def sent(system: System, queue: Sequence[str]) -> list[float]:
    """Lets all wait at once; when each was accepted, sorted, in seconds after that."""
    phones = system.data_dir / "simulator.sqlite3"
    _write_lately(phones, sorted(set(queue)))
    engine = make_engine(system.database_url)
    keys = _queue_up(Database(engine), queue)
    began = time.time()
    engine.dispose()
    deadline = time.monotonic() + WAITS_AT_MOST
    query = "SELECT created_at FROM message WHERE callback IN (SELECT value FROM json_each(?)) ORDER BY created_at"
    times: list[float] = []
    with sqlite3.connect(f"file:{phones}?mode=ro", uri=True) as file:
        while len(times) < len(keys) and time.monotonic() < deadline:
            time.sleep(0.5)
            times = [at - began for (at,) in file.execute(query, (json.dumps(keys),))]
    return times


def _write_lately(phones: Path, numbers: Sequence[str]) -> None:
    """As if each had written a while ago, so that WhatsApp lets the business answer; no webhook is owed for it."""
    store = Store(phones, clock=utc_now)
    for number in numbers:
        store.introduce(Person(f"Cliente {number}", number))
    with sqlite3.connect(phones) as file:
        file.executemany(
            "INSERT INTO message (id, phone, author, kind, content, status, created_at, revision)"
            " VALUES (?, ?, 'customer', 'text', ?, 'sent', ?, 0)",
            [(f"wamid.before.{n}", n, json.dumps({"text": "oi"}), time.time() - 60) for n in numbers],
        )


def _queue_up(db: Database, queue: Sequence[str]) -> list[str]:
    """One conversation a person and one waiting message for each entry, all in one transaction; their keys."""
    keys = [f"bench-{number}-{time.time_ns()}" for number in range(len(queue))]
    with db.transaction() as session:
        conversations = {}
        for number in dict.fromkeys(queue):
            contact = Contact(channel="meta", profile_name="Bench")
            session.add(contact)
            session.flush()
            session.add(ContactAlias(contact_id=contact.id, channel="meta", kind="wa_id", value=number))
            moment = utc_now() - timedelta(minutes=1)
            opened = {"handler": "bot", "opened_at": moment, "last_inbound_at": moment}
            talk = Conversation(contact_id=contact.id, channel="meta", protocol=f"bench{number}", **opened)
            session.add(talk)
            conversations[number] = talk
        session.flush()
        for number, key in zip(queue, keys, strict=True):
            talk = conversations[number]
            row = Message(conversation_id=talk.id, channel="meta", direction="out", kind="text", text="oi", key=key)
            row.author, row.status = "bot", "queued"
            session.add(row)
            session.flush()
            add_work(session, "deliver", row.id)
    return keys


def main(arguments: Sequence[str] = ()) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m bench outbound", description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    measure(parser.parse_args(arguments).people)
    return 0
