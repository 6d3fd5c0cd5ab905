"""Many open consoles: time from a customer's webhook to the agent's screen, and what it costs."""

from __future__ import annotations

import argparse
import os
import re
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from sqlalchemy import select, update

from bench.load import Connection, Figures
from bench.parser import standing_in
from bench.system import System, new_customer, running, text_webhook
from core.db import Database, make_engine
from handoff.accounts import ensure_agent
from models.contact import ContactAlias
from models.conversation import Conversation

PASSWORD = "a-password-of-the-bench"  # noqa: S105 - of a system that lives for minutes on loopback
POSTERS = 8
LATEST_SECONDS = 30.0
MARK = re.compile(rb"medida-(\d+)\.")


@dataclass
class Screens:
    """The open streams, read by one thread: when which message came to which of them."""

    seen: dict[int, float] = field(default_factory=dict)
    ready: set[int] = field(default_factory=set)
    bytes_read: int = 0
    _open: selectors.DefaultSelector = field(default_factory=selectors.DefaultSelector)
    _over: threading.Event = field(default_factory=threading.Event)
    _rest: dict[int, bytes] = field(default_factory=dict)

    def add(self, number: int, url: str, cookie: str, path: str) -> None:
        """Opens one more."""
        parts = urlsplit(url)
        stream = socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 80))
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n"
        stream.sendall(head.encode())
        self._open.register(stream, selectors.EVENT_READ, number)

    def follow(self) -> None:
        """Reads until `close`."""
        while not self._over.is_set():
            for key, _ in self._open.select(0.1):
                self._take(key.data, key.fileobj)

    def close(self) -> None:
        """Everybody goes home."""
        self._over.set()
        for key in list(self._open.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]

    def _take(self, number: int, stream: object) -> None:
        assert isinstance(stream, socket.socket)
        data, now = stream.recv(1 << 18), time.perf_counter()
        if not data:
            self._open.unregister(stream)
            return
        self.bytes_read += len(data)
        text = self._rest.get(number, b"") + data
        if b"event: parts" in text:
            self.ready.add(number)
        for found in MARK.finditer(text):
            self.seen.setdefault(int(found[1]), now)
        self._rest[number] = text[-40:]


def prepare(system: System, count: int) -> list[tuple[str, str, int]]:
    """So many agents, each with a conversation of a customer of their own: (wa_id, login, conversation id)."""
    customers = [new_customer() for _ in range(count)]
    connection = Connection(system.url)
    for customer in customers:
        connection.request(text_webhook(customer, "oi, caiu a internet"))
    connection.close()
    db = Database(make_engine(system.database_url))
    found = _conversations(db, customers)
    with db.transaction() as session:
        for number, customer in enumerate(customers):
            agent = ensure_agent(session, f"agent{number}", f"Agente {number}", "agent", ["N1"], PASSWORD)
            held = {"handler": "agent", "agent_id": agent.id, "queue": "N1", "version": Conversation.version + 1}
            session.execute(update(Conversation).where(Conversation.id == found[customer]).values(**held))
    db.engine.dispose()
    return [(customer, f"agent{number}", found[customer]) for number, customer in enumerate(customers)]


def _conversations(db: Database, customers: list[str]) -> dict[str, int]:
    wanted = (
        select(ContactAlias.value, Conversation.id)
        .join(Conversation, Conversation.contact_id == ContactAlias.contact_id)
        .where(ContactAlias.value.in_(customers))
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with db.reading() as session:
            found = {row.value: row.id for row in session.execute(wanted)}
        if len(found) == len(customers):
            return found
        time.sleep(0.5)
    raise SystemExit("not every customer got a conversation")


def signed_in(system: System, login: str) -> str:
    """The cookie of somebody who signed in by the form."""
    browser = requests.Session()
    page = browser.get(f"{system.url}/console/login", timeout=30).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    form = {"csrf": token[1] if token else "", "login": login, "password": PASSWORD}
    browser.post(f"{system.url}/console/login", data=form, timeout=30, allow_redirects=False)
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)


def write(system: System, customers: list[str], rate: float, seconds: float, screens: Screens) -> Figures:
    """Messages at fixed moments, whatever becomes of them; durations end when the agent's stream has them."""
    count = int(rate * seconds)
    requests_ = [text_webhook(customers[n % len(customers)], f"medida-{n}.") for n in range(count)]
    sent: dict[int, float] = {}
    numbers = iter(range(count))
    lock = threading.Lock()
    began = time.perf_counter()

    def post_some() -> None:
        connection = Connection(system.url)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return connection.close()
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            sent[number] = time.perf_counter()
            connection.request(requests_[number])

    posters = [threading.Thread(target=post_some) for _ in range(POSTERS)]
    for poster in posters:
        poster.start()
    for poster in posters:
        poster.join()
    elapsed = time.perf_counter() - began
    deadline = time.monotonic() + LATEST_SECONDS
    while len(screens.seen) < count and time.monotonic() < deadline:
        time.sleep(0.2)
    durations = sorted(screens.seen[number] - sent[number] for number in sent if number in screens.seen)
    return Figures(count, elapsed, tuple(durations), count - len(durations))


def measure(system: System, consoles: int, rate: float, seconds: float) -> Figures:
    """The whole: people at their screens, customers who write, and what both cost."""
    desks = prepare(system, consoles)
    screens = Screens()
    for number, (_, login, conversation_id) in enumerate(desks):
        path = f"/console/stream?conversa={conversation_id}&tab=mine"
        screens.add(number, system.url, signed_in(system, login), path)
    reader = threading.Thread(target=screens.follow)
    reader.start()
    deadline = time.monotonic() + 60
    while len(screens.ready) < consoles and time.monotonic() < deadline:
        time.sleep(0.2)
    print(f"  {len(screens.ready)} of {consoles} consoles are open", flush=True)
    before, began = system.cpu(), time.perf_counter()
    own = time.process_time()
    figures = write(system, [customer for customer, _, _ in desks], rate, seconds, screens)
    passed = time.perf_counter() - began
    _print_costs(system, before, passed, time.process_time() - own)
    print(f"  sent to the consoles: {screens.bytes_read / 1e6 / passed:.1f} MB/s")
    screens.close()
    reader.join()
    return figures


def _print_costs(system: System, before: dict[str, float], passed: float, own: float) -> None:
    after, sizes = system.cpu(), system.memory()
    print(f"  {'process':<14}{'cores':>8}{'MB':>8}")
    used = {name: (after[name] - before.get(name, 0.0)) / passed for name in after}
    for name, cores in sorted(used.items(), key=lambda item: -item[1]):
        print(f"  {name:<14}{cores:>8.2f}{sizes.get(name, 0.0):>8.0f}")
    cores = os.cpu_count() or 1
    total = sum(used.values()) + own / passed
    busiest = max(used, key=lambda name: used[name])
    print(f"  {'this bench':<14}{own / passed:>8.2f}")
    print(f"  {'all':<14}{total:>8.2f} of {cores}, load {os.getloadavg()[0]:.1f}")
    limit = f"the processors, most of all {busiest}" if total > 0.8 * cores else "nothing yet: processors are left"
    print(f"  what limits: {limit}")


def main(arguments: list[str]) -> int:
    """Prints the times and costs; 1 when a message was seen on no screen."""
    parser = argparse.ArgumentParser(prog="python -m bench consoles", description=__doc__)
    parser.add_argument("--consoles", type=int, default=200)
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args(arguments)
    print(f"\n{given.consoles} open consoles, {given.rate:g} messages/s for {given.seconds:g} s", flush=True)
    with standing_in({}) as settings, running(settings) as system:
        figures = measure(system, given.consoles, given.rate, given.seconds)
    p50, p99 = figures.percentile(0.5), figures.percentile(0.99)
    print(f"  webhook to screen: p50 {p50:.0f} ms, p99 {p99:.0f} ms; {figures.rate:.1f}/s, {figures.refused} not seen")
    return 1 if figures.refused else 0
