"""`make bench`: reading, acceptance, sending, polling OLTs, time to reply, Rasa's own server, and memory."""

from __future__ import annotations

import os
import platform
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench import (
    assignments,
    consoles,
    diagnoses,
    imports,
    nlu,
    openings,
    outages,
    outbound,
    rasa_server,
    reconciliation,
    releases,
    reports,
    searches,
    second_copies,
    storm,
    sweeps,
    webhooks,
)
from bench.conversations import message
from bench.load import Connection, Figures, drive, post
from bench.system import System, new_customer, running, text_webhook

WORKERS = ("turns", "outbound", "network", "clock")
ROUNDS = 2
ANSWER_SECONDS = 60
# Measurements with arguments of their own; the storm is no part of the whole, since it takes as long as it is told to.
COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "assignments": assignments.main,
    "consoles": consoles.main,
    "webhooks": webhooks.main,
    "outbound": outbound.main,
    "diagnoses": diagnoses.main,
    "imports": imports.main,
    "openings": openings.main,
    "outages": outages.main,
    "reconciliation": reconciliation.main,
    "releases": releases.main,
    "reports": reports.main,
    "searches": searches.main,
    "second-copies": second_copies.main,
    "storm": storm.main,
    "sweeps": sweeps.main,
}


def acceptance(count: int = 6000) -> None:
    """Webhooks accepted a second: signed, distinct, committed before 200."""
    print("\nWebhook acceptance, 16 connections (signed, distinct, committed before 200)")
    with running() as system:
        header("while they are being answered")
        for _ in range(ROUNDS):
            row("accepted", drive(system.url, greetings(count // 6), 16))
        header("by the web process alone")
        system.signal(WORKERS, signal.SIGSTOP)
        for _ in range(ROUNDS):
            row("accepted", drive(system.url, greetings(count), 16))
        system.signal(WORKERS, signal.SIGCONT)


def reply_time(system: System, rate: float = 10.0, seconds: float = 30.0) -> None:
    """Time from the webhook to the Graph API at a steady rate, debounce 0."""
    print(f"\nTime from webhook to reply at {rate:g} messages/s, debounce 0")
    header("open loop")
    for _ in range(ROUNDS):
        row("reply", steady(system, rate, seconds))


def against_rasa(system: System, count: int = 600) -> None:
    """The same conversations in a closed loop: a customer writes again once the answer has come."""
    print("\nThe same conversations, closed loop: each customer waits for the answer")
    ours = {n: [conversations(system, count, n) for _ in range(ROUNDS)] for n in (1, 16)}
    with rasa_server.running() as (url, pid):
        theirs = {n: [rasa_conversations(url, count, n) for _ in range(ROUNDS)] for n in (1, 16)}
        rasa_memory = _rss(pid)
    for n in (1, 16):
        header(f"{n} at a time")
        for figures in ours[n]:
            row("religa", figures)
        for figures in theirs[n]:
            row("rasa run", figures)
        best, other = max(ours[n], key=lambda f: f.rate), max(theirs[n], key=lambda f: f.rate)
        tail = best.percentile(0.99) / other.percentile(0.99)
        print(f"  ratio religa / rasa run: {best.rate / other.rate:.2f} x messages/s, {tail:.2f} x p99")
    print(f"  memory of rasa run: {rasa_memory:.0f} MB")


def memory(system: System) -> None:
    """Memory of each process after the load."""
    print("\nMemory after the load (MB, shared pages counted proportionally)")
    sizes = system.memory()
    for name, size in sizes.items():
        print(f"  {name:<12}{size:8.0f}")
    print(f"  {'all':<12}{sum(sizes.values()):8.0f}")


def greetings(count: int) -> list[bytes]:
    """So many webhooks of as many customers."""
    return [text_webhook(new_customer(), message(number)) for number in range(count)]


def steady(system: System, rate: float, seconds: float) -> Figures:
    """Messages at fixed moments, whatever the answers do; durations end when the Graph API got the reply."""
    people = [new_customer() for _ in range(int(rate * seconds))]
    requests = [text_webhook(person, message(number)) for number, person in enumerate(people)]
    sent: dict[str, float] = {}

    def one(person: str, request: bytes) -> None:
        connection = Connection(system.url)
        sent[person] = time.perf_counter()
        connection.request(request)
        connection.close()

    began = time.perf_counter()
    threads = []
    for number, (person, request) in enumerate(zip(people, requests, strict=True)):
        time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        threads.append(threading.Thread(target=one, args=(person, request)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    lost = sum(not system.graph.answered(person).wait(ANSWER_SECONDS) for person in people)
    durations = sorted(system.graph.arrived_at(p) - sent[p] for p in people if system.graph.answered(p).is_set())
    return Figures(len(people), time.perf_counter() - began, tuple(durations), lost)


def conversations(system: System, count: int, connections: int) -> Figures:
    """A closed loop over our system: the next message goes out when the Graph API has got the reply."""
    people = [new_customer() for _ in range(count)]
    requests = [text_webhook(person, message(number)) for number, person in enumerate(people)]
    return drive(system.url, requests, connections, lambda i: wait_for(system, people[i]))


def wait_for(system: System, person: str) -> None:
    """Returns when something was sent to this customer."""
    if not system.graph.answered(person).wait(ANSWER_SECONDS):
        print(f"  no answer within {ANSWER_SECONDS} s", file=sys.stderr)


def rasa_conversations(url: str, count: int, connections: int) -> Figures:
    """The same closed loop over Rasa's REST channel, which answers in the response."""
    bodies = [rasa_server.request_body(new_customer(), message(number)) for number in range(count)]
    return drive(url, [post("/webhooks/rest/webhook", body) for body in bodies], connections)


def header(title: str) -> None:
    """The columns."""
    print(f"  {title:<34}{'requests/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'failed':>8}")


def row(name: str, figures: Figures) -> None:
    """One line of figures."""
    p50, p99 = figures.percentile(0.5), figures.percentile(0.99)
    print(f"  {name:<34}{figures.rate:>11.1f}{p50:>9.1f}{p99:>9.1f}{figures.refused:>8}", flush=True)


def _rss(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS:")) / 1024


def main(names: list[str]) -> None:
    """Runs the measurements that are named, or all; with `--diet`, stock Rasa with DIET is trained and measured too."""
    parts: dict[str, Callable[[System], None]] = {"reply": reply_time, "rasa": against_rasa, "memory": memory}
    whole = ["nlu", "acceptance", "webhooks", "outbound", "diagnoses", "outages", "sweeps", "imports", *parts]
    wanted = [name for name in names if name != "--diet"] or whole
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load before {load:.1f}")
    if "nlu" in wanted:
        nlu.measure(diet="--diet" in names)
    if "acceptance" in wanted:
        acceptance()
    for name in ("webhooks", "outbound", "diagnoses", "outages", "sweeps", "imports"):
        if name in wanted:
            COMMANDS[name]([])
    if any(name in parts for name in wanted):
        with running() as system:
            for name in wanted:
                if name in parts:
                    parts[name](system)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in COMMANDS:
        sys.exit(COMMANDS[sys.argv[1]](sys.argv[2:]))
    main(sys.argv[1:])
