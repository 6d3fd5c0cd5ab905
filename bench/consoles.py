"""Many open consoles: time from a customer's webhook to the agent's screen, and what it costs."""

from __future__ import annotations

import argparse
import os
import random
import re
import selectors
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.desks import Desk, prepare, signed_in
from bench.load import Connection, Figures
from bench.parser import standing_in
from bench.system import System, running, text_webhook

POSTERS = 8
LATEST_SECONDS = 30.0
MARK = re.compile(rb"medida-(\d+)\.")
IDLE_SECONDS = 10.0
OPENING_SECONDS = 300.0


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


@dataclass(frozen=True)
class Written:
    """One message: who writes it, and whether their agent has them open or only in the list."""

    customer: str
    opened: bool


def letters(desks: list[Desk], count: int) -> list[Written]:
    """So many messages, each of another customer until all have written; left out is who is on no screen of theirs."""
    shown = [
        Written(customer, place == 0)
        for desk in desks
        for place, customer in enumerate(desk.customers)
        if place == 0 or desk.tab == "mine"
    ]
    random.Random(5).shuffle(shown)
    return [shown[number % len(shown)] for number in range(count)]


def write(system: System, written: list[Written], rate: float, screens: Screens) -> tuple[float, dict[int, float]]:
    """Messages at fixed moments, whatever becomes of them: the seconds that took, and how long each was on its way.

    The time of a message ends when the first stream of a console has it.
    """
    requests_ = [text_webhook(one.customer, f"medida-{number}.") for number, one in enumerate(written)]
    sent: dict[int, float] = {}
    numbers = iter(range(len(written)))
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
    while len(screens.seen) < len(written) and time.monotonic() < deadline:
        time.sleep(0.2)
    return elapsed, {number: screens.seen[number] - at for number, at in sent.items() if number in screens.seen}


def measure(system: System, consoles: int, rate: float, seconds: float) -> int:
    """The whole: people at their screens, customers who write, and what both cost. Returns how many were not seen."""
    desks = prepare(system, consoles)
    screens = Screens()
    for number, desk in enumerate(desks):
        path = f"/console/stream?conversa={desk.open_id}&tab={desk.tab}"
        screens.add(number, system.url, signed_in(system, desk.login), path)
    reader = threading.Thread(target=screens.follow)
    reader.start()
    deadline = time.monotonic() + OPENING_SECONDS
    while len(screens.ready) < consoles and time.monotonic() < deadline:
        time.sleep(0.2)
    print(f"  {len(screens.ready)} of {consoles} consoles are open", flush=True)
    idle = _used(system, lambda: time.sleep(IDLE_SECONDS))
    written = letters(desks, int(rate * seconds))
    taken: dict[int, float] = {}
    elapsed = 0.0
    screens.bytes_read = 0

    def load() -> None:
        nonlocal elapsed
        elapsed, found = write(system, written, rate, screens)
        taken.update(found)

    busy = _used(system, load)
    _print_costs(system, idle, busy, len(written))
    print(f"  sent to the consoles: {screens.bytes_read / 1e3 / len(written):.1f} kB for each message")
    screens.close()
    reader.join()
    return _print_times(written, taken, elapsed)


def _print_times(written: list[Written], taken: dict[int, float], elapsed: float) -> int:
    lost = 0
    print(f"  {'webhook to screen':<34}{'messages/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'not seen':>10}")
    for opened, name in ((True, "in the open conversation"), (False, "in the list alone")):
        count = sum(one.opened == opened for one in written)
        durations = sorted(spent for number, spent in taken.items() if written[number].opened == opened)
        figures = Figures(count, elapsed, tuple(durations), count - len(durations))
        p50, p99 = figures.percentile(0.5), figures.percentile(0.99)
        print(f"  {name:<34}{figures.rate:>11.1f}{p50:>9.0f}{p99:>9.0f}{figures.refused:>10}")
        # In a list, what came right after may stand in its place.
        lost += figures.refused if opened else 0
    return lost


def _used(system: System, while_: Callable[[], None]) -> tuple[dict[str, float], float]:
    """Seconds of processor that each process used meanwhile, this one too, and the seconds that passed."""
    before, began, own = system.cpu(), time.perf_counter(), time.process_time()
    while_()
    after, passed = system.cpu(), time.perf_counter() - began
    used = {name: after[name] - before.get(name, 0.0) for name in after}
    return {**used, "this bench": time.process_time() - own}, passed


def _print_costs(
    system: System, idle: tuple[dict[str, float], float], busy: tuple[dict[str, float], float], messages: int
) -> None:
    sizes, (used, passed), (unasked, idle_seconds) = system.memory(), busy, idle
    print(f"  {'process':<14}{'cores':>8}{'idle':>8}{'ms/message':>12}{'MB':>8}")

    def line(name: str, seconds: float, before: float, size: float) -> None:
        rest = before / idle_seconds
        each = 1000 * (seconds - rest * passed) / messages
        print(f"  {name:<14}{seconds / passed:>8.2f}{rest:>8.2f}{each:>12.1f}{size:>8.0f}")

    for name, seconds in sorted(used.items(), key=lambda item: -item[1]):
        line(name, seconds, unasked.get(name, 0.0), sizes.get(name, 0.0))
    line("all", sum(used.values()), sum(unasked.values()), sum(sizes.values()))
    print(f"  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


def main(arguments: list[str]) -> int:
    """Prints the times and costs; 1 when a message to an open conversation was seen on no screen."""
    parser = argparse.ArgumentParser(prog="python -m bench consoles", description=__doc__)
    parser.add_argument("--consoles", type=int, default=200)
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args(arguments)
    print(f"\n{given.consoles} open consoles, {given.rate:g} messages/s for {given.seconds:g} s", flush=True)
    with standing_in({}) as settings, running(settings) as system:
        return 1 if measure(system, given.consoles, given.rate, given.seconds) else 0
