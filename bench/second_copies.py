"""`python -m bench second-copies`: from a webhook's message to the bill on its way, with an ERP that takes its time."""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.load import Figures
from bench.slow_erp import SlowErp, phone_of, subscribers
from billing.circuit import Circuit
from billing.guarded_erp import GuardedErp
from billing.mirror import MirroredErp
from billing.provider_row import policy_of, provider_of, provider_row
from bot.facts import Sources
from bot.texts import Texts
from bot.turns import Bot, Business, take_turn
from core.db import Database, make_engine
from core.errors import Conflict
from demo import DEMO_FILE, seed_demo
from migrations import upgrade
from models.outbox import claim, finish
from nlu.fake import FakeParser
from stores import EmbeddedPostgres, start
from webhooks.channels import meta_inbound
from webhooks.channels.fake import FakeChannel
from webhooks.deliver import deliver
from webhooks.delivery import Delivery
from webhooks.effects.here import Terms
from webhooks.intake import accept, take_in
from webhooks.media_links import MediaLinks

ERP_SECONDS = 0.3
# Which invoice is open has to be known before its document is asked for: no answer can be faster.
IN_TURN = 2
WISH = "boleto"
WAITS_AT_MOST = 60.0
IDLE_SECONDS = 0.01
_serial = itertools.count(1)


@dataclass(frozen=True)
class Street:
    """The product on one database, with the channel and the ERP in this process."""

    db: Database
    channel: FakeChannel
    erp: SlowErp
    mirror: MirroredErp


def measure(people: int, workers: int) -> None:
    """One after another, then side by side, each person once."""
    print(f"\nSecond copy from the webhook's message to the document sent; the ERP takes {ERP_SECONDS * 1000:.0f} ms")
    print(f"  {'':<34}{'documents/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'failed':>8}{'ERP calls each':>16}")
    with tempfile.TemporaryDirectory(prefix="religa-bench-") as folder, _street(Path(folder), people) as street:
        half = people // 2
        _row("one at a time", street, range(half), 1)
        _row(f"{workers} at a time", street, range(half, people), workers)


def _row(name: str, street: Street, numbers: Sequence[int], workers: int) -> None:
    before = street.erp.asked
    figures = _one_round(street, numbers, workers)
    calls = (street.erp.asked - before) / len(numbers)
    p50, p99 = figures.percentile(0.5), figures.percentile(0.99)
    print(f"  {name:<34}{figures.rate:>12.1f}{p50:>9.0f}{p99:>9.0f}{figures.refused:>8}{calls:>16.1f}", flush=True)
    print(f"  {'':<34}ratio to {IN_TURN} calls one after the other: p50 {p50 / 1000 / (IN_TURN * ERP_SECONDS):.2f} x")


def _one_round(street: Street, numbers: Sequence[int], workers: int) -> Figures:
    """Each worker carries one person's message all the way before it takes the next."""
    left, lock = iter(numbers), threading.Lock()
    took: list[float] = []
    lost: list[float] = []

    def work() -> None:
        while True:
            with lock:
                number = next(left, None)
            if number is None:
                return
            began = time.perf_counter()
            _write(street.db, phone_of(number))
            done = _wait(street, phone_of(number), began + WAITS_AT_MOST)
            (took if done else lost).append(time.perf_counter() - began)

    began = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Figures(len(took), time.perf_counter() - began, tuple(sorted(took)), len(lost))


def _wait(street: Street, wa_id: str, until: float) -> bool:
    """Whether the document came in time."""
    while time.perf_counter() < until:
        if any(one.to.wa_id == wa_id and one.file for one in tuple(street.channel.taken)):
            return True
        time.sleep(IDLE_SECONDS)
    return False


@contextmanager
def _street(folder: Path, people: int) -> Iterator[Street]:
    server = EmbeddedPostgres(folder / "postgres")
    server.prepare()
    process = start(server.command())
    server.wait_ready(lambda: process.poll() is None)
    server.ensure_database("religa")
    upgrade(server.url("religa"))
    db = Database(make_engine(server.url("religa"), pool_size=20))
    seed_demo(db, DEMO_FILE, "bench-password")
    erp = SlowErp(subscribers(people), db)
    circuit = Circuit(db, "slow", "Slow")
    street = Street(db, FakeChannel(), erp, MirroredErp(GuardedErp(lambda: erp, circuit), db, timedelta(minutes=15)))
    _met_before(street, people)
    over = threading.Event()
    hands = [threading.Thread(target=_serve, args=(street, queue, over)) for queue in ("turns", "outbound") * 4]
    for hand in hands:
        hand.start()
    try:
        yield street
    finally:
        over.set()
        for hand in hands:
            hand.join()
        db.engine.dispose()
        process.terminate()
        process.wait(20)


def _met_before(street: Street, people: int) -> None:
    """The ERP told of everybody once, as it has of whoever wrote before or was billed."""
    for number in range(people):
        street.mirror.find_by_phone(f"+{phone_of(number)}")
        street.mirror.contracts(str(number))
        street.mirror.open_invoices(str(number))
    street.erp.seconds = ERP_SECONDS


def _serve(street: Street, queue: str, over: threading.Event) -> None:
    """A worker of the queue, as worker.py is one, without Redis: it looks for itself."""
    texts = Texts.load()
    channels = {meta_inbound.CHANNEL: street.channel}
    delivery = Delivery(street.db, channels, MediaLinks("", "bench"), timedelta(seconds=60))
    bot = Bot(
        db=street.db,
        sources=Sources(street.db, street.mirror, FakeParser({WISH: "invoice_second_copy"}), "bench", far=lambda: True),
        business=partial(_business, street.db),
        texts=texts,
        proof="two_facts",
        debounce=timedelta(0),
    )
    terms = Terms(debounce=timedelta(0), answer_limit=timedelta(hours=1), quiet=timedelta(0), texts=texts)
    routes = {
        "intake": partial(take_in, db=street.db, terms=terms),
        "turn": partial(take_turn, bot=bot),
        "deliver": partial(deliver, delivery=delivery),
    }
    while not over.is_set():
        with street.db.transaction() as session:
            row = claim(session, queue)
        if row is None:
            time.sleep(IDLE_SECONDS)
            continue
        try:
            routes.get(row.topic, lambda _: None)(row.ref_id)
        except Conflict:
            continue
        with street.db.transaction() as session:
            finish(session, row.id)


def _business(db: Database) -> Business:
    with db.reading() as session:
        row = provider_row(session)
        return Business(provider_of(row), policy_of(row))


def _write(db: Database, wa_id: str) -> None:
    message = {
        "from": wa_id,
        "id": f"wamid.bench.{next(_serial)}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": WISH},
    }
    contacts = [{"profile": {"name": "B"}, "wa_id": wa_id}]
    value = {"messaging_product": "whatsapp", "contacts": contacts, "messages": [message]}
    accept(db, "meta", json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode())


def main(arguments: Sequence[str] = ()) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m bench second-copies", description=__doc__)
    parser.add_argument("--people", type=int, default=80, help="customers who ask, half of them one at a time")
    parser.add_argument("--workers", type=int, default=4, help="how many ask side by side in the second half")
    given = parser.parse_args(arguments)
    measure(given.people, given.workers)
    return 0
