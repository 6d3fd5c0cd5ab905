"""How well the running server reads labelled messages: accuracy, precision at coverage, calibration."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import requests

from core.errors import Failure
from core.http import make_session
from nlu.client import RasaClient
from nlu.understanding import Understanding

_BINS = 10


@dataclass(frozen=True)
class Labelled:
    """A message with its primary intent and every intent that a careful reader would accept."""

    text: str
    primary: str
    accepted: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """What the server said about one labelled message, and how long it took."""

    message: Labelled
    intent: str
    confidence: float
    seconds: float

    @property
    def strict(self) -> bool:
        """The primary label was met."""
        return self.intent == self.message.primary

    @property
    def lenient(self) -> bool:
        """One of the accepted labels was met."""
        return self.intent in self.message.accepted


def read(path: Path) -> list[Labelled]:
    """The labelled messages of a JSON Lines file with `text`, `primary`, and optionally `labels` and `alt`."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Labelled(row["text"], row["primary"], frozenset([row["primary"], *row.get("labels", []), *row.get("alt", [])]))
        for row in rows
    ]


def ask(messages: Sequence[Labelled], url: str, session: requests.Session) -> list[Outcome]:
    """Each message parsed by the server itself, without the shortcuts before it. Raises core.errors.Failure."""
    client = RasaClient(url, session, timeout_seconds=10.0)
    outcomes = []
    for message in messages:
        start = time.perf_counter()
        understood: Understanding = client.parse(message.text)
        spent = time.perf_counter() - start
        outcomes.append(Outcome(message, understood.intent, understood.confidence, spent))
    return outcomes


def share(hits: Sequence[bool]) -> float:
    """The part of `hits` that is true, 0 when there are none."""
    return sum(hits) / len(hits) if hits else 0.0


def precision_at(outcomes: Sequence[Outcome], coverage: float) -> float:
    """Lenient precision on the most confident part (0 to 1) of the messages."""
    surest = sorted(outcomes, key=lambda outcome: -outcome.confidence)
    return share([outcome.lenient for outcome in surest[: max(1, round(coverage * len(surest)))]])


def calibration_error(outcomes: Sequence[Outcome]) -> float:
    """Expected calibration error over ten equal bins of confidence, against the lenient outcome."""
    error = 0.0
    for number in range(_BINS):
        inside = [o for o in outcomes if min(int(o.confidence * _BINS), _BINS - 1) == number]
        if inside:
            gap = abs(share([o.lenient for o in inside]) - sum(o.confidence for o in inside) / len(inside))
            error += gap * len(inside) / len(outcomes)
    return error


def report(outcomes: Sequence[Outcome]) -> str:
    """The figures as lines of text, then the misses."""
    spent = [outcome.seconds * 1000 for outcome in outcomes]
    lines = [
        f"messages    {len(outcomes)}",
        f"strict      {share([o.strict for o in outcomes]):.1%}",
        f"lenient     {share([o.lenient for o in outcomes]):.1%}",
        *(f"P@{part:.0%}       {precision_at(outcomes, part):.1%}" for part in (0.3, 0.5, 0.7, 0.9)),
        f"ECE         {calibration_error(outcomes):.3f}",
        f"ms          median {median(spent):.1f}, p99 {quantiles(spent, n=100)[98]:.1f}",
        "",
    ]
    for outcome in outcomes:
        if not outcome.strict:
            kind = "alt " if outcome.lenient else "MISS"
            lines.append(f"{kind} {outcome.message.primary} -> {outcome.intent} {outcome.confidence:.2f}")
            lines.append(f"     {outcome.message.text}")
    return "\n".join(lines)


def _main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m nlu.evaluate", description=__doc__)
    arguments.add_argument("file", type=Path, help="JSON Lines with text, primary, labels, alt")
    arguments.add_argument("--url", default="http://127.0.0.1:5005", help="the Rasa server")
    given = arguments.parse_args()
    try:
        print(report(ask(read(given.file), given.url, make_session())))
    except Failure as failure:
        sys.exit(f"{given.url}: {failure}. O servidor está no ar? python -m nlu.serve")


if __name__ == "__main__":
    _main()
