"""`python -m bench sweeps`: one poll of an OLT's ONUs by SNMP, in time and memory, from 1,000 to 100,000 of them."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provisioning.drivers.snmp_olt import DRIVER

SIZES = (1000, 4000, 16000, 100000)
ONUS_OF_AN_OLT = 16000
ROUNDS = 3


@dataclass(frozen=True)
class Polled:
    """Polls of all OLTs one after another: seconds of each round, and MB before and at most."""

    onus: int
    seconds: tuple[float, ...]
    before_mb: float
    most_mb: float

    @property
    def rate(self) -> float:
        """ONUs a second in the median round."""
        return self.onus / sorted(self.seconds)[len(self.seconds) // 2]


def measure(sizes: Sequence[int], rounds: int) -> None:
    """Each size in a process of its own: memory is counted from a fresh start."""
    print(f"\nOne poll by SNMP (state, cause, serial; times of those down), OLTs of at most {ONUS_OF_AN_OLT} ONUs")
    print(f"  {'ONUs':<10}{'median s':>10}{'best s':>10}{'worst s':>10}{'ONUs/s':>10}{'MB more':>10}{'MB at most':>12}")
    first: Polled | None = None
    for size in sizes:
        polled = _in_a_process(size, rounds)
        median = sorted(polled.seconds)[len(polled.seconds) // 2]
        more = polled.most_mb - polled.before_mb
        print(
            f"  {size:<10}{median:>10.2f}{min(polled.seconds):>10.2f}{max(polled.seconds):>10.2f}"
            f"{polled.rate:>10.0f}{more:>10.1f}{polled.most_mb:>12.1f}",
            flush=True,
        )
        first = first or polled
        if polled is not first:
            print(f"  {'':<10}ratio to {first.onus} ONUs: {first.rate / polled.rate:.2f} x the time for each ONU")


def _in_a_process(size: int, rounds: int) -> Polled:
    command = [sys.executable, "-m", "bench.sweeps", "--one", str(size), "--rounds", str(rounds)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Polled(size, tuple(told["seconds"]), told["before_mb"], told["most_mb"])


def _one(size: int, rounds: int) -> None:
    """Polls a plant of this size, and prints what it took."""
    with _agents(size) as ports:
        olts = [
            DRIVER.connect(
                {"host": "127.0.0.1", "port": str(port), "community": "public", "maker": "huawei"}, lambda line: None
            )
            for port in ports
        ]
        # The engine is built once in a process, and is no part of a poll.
        olts[0].load("0/0/0")
        _forget_peak()
        before = _now_mb()
        seconds = []
        for _ in range(rounds):
            began = time.perf_counter()
            seen = sum(len(olt.sweep().onus) for olt in olts)
            seconds.append(time.perf_counter() - began)
            if seen != size:
                raise SystemExit(f"{seen} of {size} ONUs were seen")
    print(json.dumps({"seconds": seconds, "before_mb": before, "most_mb": _most_mb()}))


@contextmanager
def _agents(size: int) -> Iterator[list[int]]:
    full, rest = divmod(size, ONUS_OF_AN_OLT)
    sizes = [str(ONUS_OF_AN_OLT)] * full + ([str(rest)] if rest else [])
    command = [sys.executable, "-m", "bench.snmp_agent", *sizes]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise SystemExit("the agents have no pipes")
        yield [int(port) for port in process.stdout.readline().split()]
        process.stdin.close()


def _now_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024**2


def _most_mb() -> float:
    """The peak since `_forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def _forget_peak() -> None:
    """What was needed to start (the engine, mostly) is no part of a poll."""
    Path("/proc/self/clear_refs").write_text("5")


def main(arguments: list[str]) -> int:
    """`--sizes` and `--rounds`; `--one` is for the processes that it starts itself."""
    parser = argparse.ArgumentParser(prog="python -m bench sweeps", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one:
        _one(chosen.one, chosen.rounds)
    else:
        measure(chosen.sizes, chosen.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
