"""`python -m bench webhooks`: how many updates a second the door takes and turns into rows, alone and in batches."""

from __future__ import annotations

import argparse
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Sequence
from typing import Any

import psycopg

from bench.load import Figures, drive, post
from bench.parser import standing_in
from bench.system import SECRET, System, new_customer, running

SIZES = (1, 10, 1000)
CONNECTIONS = 16
MESSAGES_EACH = 5
# Older than what the bot answers: what is measured is taking in, not answering.
AGE_SECONDS = 3600
WAITS_AT_MOST = 600.0
_serial = itertools.count(1)

Batch = tuple[bytes, list[str]]


def measure(items: int) -> None:
    """For each size of batch: so many messages, accepted and taken in."""
    print(f"\nWebhooks, {items} messages each time, {CONNECTIONS} connections; nothing is answered meanwhile")
    head = f"{'items/s':>10}{'p50 ms':>10}{'p99 ms':>10}"
    print(f"  {'updates in a POST':<20}{'accepted at the door':^30}{'taken in to rows':^30}\n  {'':<20}{head}{head}")
    with standing_in({}) as settings, running(settings) as system:
        alone = 0.0
        for size in SIZES:
            accepted, taken = _one(system, items, size)
            alone = alone or taken.rate
            print(f"  {size:<20}{_cells(accepted, size)}{_cells(taken, 1)}", flush=True)
            if size > 1:
                print(f"  {'':<20}ratio to one update in a POST: {taken.rate / alone:.2f} x items/s into rows")


def _one(system: System, items: int, size: int) -> tuple[Figures, Figures]:
    batches = [_batch(size) for _ in range(max(1, items // size))]
    answered: dict[str, float] = {}

    def accepted_now(number: int) -> None:
        answered.update(dict.fromkeys(batches[number][1], time.time()))

    began = time.time()
    connections = min(CONNECTIONS, len(batches))
    accepted = drive(system.url, [request for request, _ in batches], connections, accepted_now)
    rows = _stored(system, list(answered))
    # What a message waited from the 200 to its row; a row may be there before the answer is.
    waited = tuple(sorted(max(0.0, at - answered[name]) for name, at in rows.items()))
    return accepted, Figures(len(rows), max(rows.values()) - began, waited, len(answered) - len(rows))


def _cells(figures: Figures, items: int) -> str:
    return f"{figures.rate * items:>10.0f}{figures.percentile(0.5):>10.1f}{figures.percentile(0.99):>10.1f}"


def _batch(size: int) -> Batch:
    """One signed POST with so many messages, each in a change of its own, and their names."""
    people = [new_customer() for _ in range(-(-size // MESSAGES_EACH))]
    names = [f"wamid.batch.{next(_serial)}.{time.time_ns()}" for _ in range(size)]
    changes = [_change(people[number // MESSAGES_EACH], name) for number, name in enumerate(names)]
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return post("/webhooks/whatsapp", body, X_Hub_Signature_256=signature), names


def _change(person: str, name: str) -> dict[str, Any]:
    message = {
        "from": person,
        "id": name,
        "timestamp": str(int(time.time()) - AGE_SECONDS),
        "type": "text",
        "text": {"body": "oi"},
    }
    contacts = [{"profile": {"name": "B"}, "wa_id": person}]
    value = {"metadata": {"phone_number_id": "1"}, "contacts": contacts, "messages": [message]}
    return {"field": "messages", "value": value}


def _stored(system: System, names: Sequence[str]) -> dict[str, float]:
    """When each message became a row, in Unix seconds; waits until all have."""
    query = "SELECT provider_id, extract(epoch FROM handled_at)::float8 FROM message WHERE provider_id = ANY(%s)"
    deadline = time.monotonic() + WAITS_AT_MOST
    with psycopg.connect(system.database_url, autocommit=True) as connection:
        while True:
            times: dict[str, float] = dict(connection.execute(query, (list(names),)).fetchall())
            if len(times) == len(names) or time.monotonic() > deadline:
                return times
            time.sleep(0.2)


def main(arguments: Sequence[str] = ()) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m bench webhooks", description=__doc__)
    parser.add_argument("--items", type=int, default=6000, help="messages for each size of batch")
    measure(parser.parse_args(arguments).items)
    return 0
