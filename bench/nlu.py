"""Reading texts: in process and over HTTP, start and memory, by length, and beside stock Rasa with DIET (`--diet`)."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from bench.load import Figures, drive, post
from bench.stock_rasa import train_diet
from nlu.environment import environment_python
from nlu.labelled import HELD_OUT, Labelled, read
from nlu.measures import Outcome, lenient, milliseconds
from nlu.noise import noisy
from nlu.offline import outcomes
from nlu.registry import CURRENT, Registry
from nlu.train import rasa_environment
from stores import free_port

CLIENTS = (1, 2, 8)
REQUESTS = 400
LENGTHS = ((1, 40), (41, 120), (121, 300), (301, 1000))
START_SECONDS = 300


@dataclass
class Measured:
    """What was measured of one model."""

    name: str
    read: list[Outcome]
    start_seconds: float = 0.0
    memory: float = 0.0
    served: dict[int, Figures] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Parses a second in process, on one core."""
        return len(self.read) / sum(outcome.seconds or 0.0 for outcome in self.read)


def measure(*, diet: bool = False) -> None:
    """Prints all of it for the model in use; with `diet`, trains stock Rasa with DIET first and prints both."""
    print("\nReading texts: held-out messages, in process on one core, and by one server process over HTTP")
    registry = Registry()
    ours = registry.path(registry.pointed(CURRENT))
    with tempfile.TemporaryDirectory(prefix="religa-bench-nlu-") as folder:
        models = [("religa", ours, _our_server(registry))]
        if diet:
            # Before anything is measured: both are to find the machine in the same state.
            print("  training stock Rasa with DIET 100 on 25 examples of each intent (minutes)", flush=True)
            stock = train_diet(Path(folder))
            models.append(("stock, DIET 100", stock, _stock_server(stock)))
        _print([_measured(*model) for model in models])


def _measured(name: str, model: Path, serve: Sequence[str]) -> Measured:
    found = Measured(name, outcomes(model, _messages()))
    with _running(serve) as (url, process, seconds):
        found.start_seconds = seconds
        drive(url, _requests(20, seed=99), 1)
        for clients in CLIENTS:
            found.served[clients] = drive(url, _requests(REQUESTS, seed=clients), clients)
        found.memory = _rss(process.pid)
    return found


def _messages() -> list[Labelled]:
    """Distinct messages of all lengths; the longest are several in one."""
    single = [message for path in sorted(HELD_OUT.glob("*.jsonl")) for message in read(path)]
    long = []
    for at in range(0, 60, 4):
        four = single[-60 + at : -56 + at or None]
        accepted = frozenset().union(*(message.accepted for message in four))
        long.append(Labelled("\n".join(message.text for message in four), four[0].primary, (), accepted))
    return [*single, *long]


def _requests(count: int, *, seed: int) -> list[bytes]:
    """Messages that no run before had: a repeated one would be answered from the cache."""
    chance = random.Random(seed)
    texts = [noisy(message.text, chance, 0.5) for message in chance.choices(_messages(), k=count)]
    return [post("/model/parse", json.dumps({"text": text}).encode()) for text in texts]


def _our_server(registry: Registry) -> list[str]:
    return [str(environment_python()), "-m", "nlu.components.server", str(registry.folder), "127.0.0.1", "{port}"]


def _stock_server(model: Path) -> list[str]:
    options = ["-m", str(model), "-i", "127.0.0.1", "-p", "{port}", "--enable-api", "--quiet"]
    return [str(environment_python()), "-m", "rasa", "run", *options]


@contextmanager
def _running(command: Sequence[str]) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """A ready server: its address, its process, and how many seconds it took to be ready."""
    port = free_port()
    line = [word.format(port=port) for word in command]
    began = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(line, env=rasa_environment(), stdout=log, stderr=subprocess.STDOUT)
        try:
            while not _ready(f"http://127.0.0.1:{port}"):
                if process.poll() is not None or time.perf_counter() - began > START_SECONDS:
                    log.seek(0)
                    raise SystemExit("The server did not start:\n" + log.read().decode()[-2000:])
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}", process, time.perf_counter() - began
        finally:
            process.terminate()
            process.wait(20)


def _ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/status", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _rss(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS:")) / 1024


def _print(every: Sequence[Measured]) -> None:
    """A line for each figure, a column for each model, and the ratio of the first to the second."""
    names = [measured.name for measured in every]
    print(f"  {'':<38}" + "".join(f"{name:>17}" for name in [*names, *(["ratio"] if len(names) > 1 else [])]))
    _line("right on the held-out messages, %", [100 * (lenient(each.read) or 0.0) for each in every])
    _line("cold start until ready, s", [each.start_seconds for each in every])
    _line("memory after the load, MB", [each.memory for each in every])
    _line("parses/s on one core, in process", [each.rate for each in every])
    for fewest, most in LENGTHS:
        parts = [[o for o in each.read if fewest <= len(o.message.text) <= most] for each in every]
        title = f"{fewest} to {most} characters ({len(parts[0])})"
        _line(f"  p50 ms, {title}", [milliseconds(part, 0.5) or 0.0 for part in parts])
        _line(f"  p99 ms, {title}", [milliseconds(part, 0.99) or 0.0 for part in parts])
    for clients in CLIENTS:
        served = [each.served[clients] for each in every]
        _line(f"HTTP, {clients} at a time: parses/s", [figures.rate for figures in served])
        _line("  p50 ms", [figures.percentile(0.5) for figures in served])
        _line("  p99 ms", [figures.percentile(0.99) for figures in served])
        _line("  not answered", [float(figures.refused) for figures in served])


def _line(title: str, values: Sequence[float]) -> None:
    ratio = f"{values[0] / values[1]:>17.2f}" if len(values) > 1 and values[1] else ""
    print(f"  {title:<38}" + "".join(f"{value:>17.1f}" for value in values) + ratio, flush=True)


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    measure(diet="--diet" in sys.argv[1:])
