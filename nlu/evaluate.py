"""How well a running server reads labelled messages: the figures of nlu.measures, then what was misread."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from core.errors import Failure
from core.http import make_session
from nlu.client import RasaClient
from nlu.labelled import Labelled, Unreadable, read
from nlu.measures import Outcome
from nlu.report import misses, table


def ask(messages: Sequence[Labelled], url: str, session: requests.Session) -> list[Outcome]:
    """Each message parsed by the server itself, without the shortcuts before it. Raises core.errors.Failure."""
    client = RasaClient(url, session, timeout_seconds=10.0)
    outcomes = []
    for message in messages:
        start = time.perf_counter()
        understood = client.parse(message.text)
        outcomes.append(Outcome(message, understood, time.perf_counter() - start))
    return outcomes


def _main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m nlu.evaluate", description=__doc__)
    arguments.add_argument("file", type=Path, help="JSON Lines with text, primary, labels, alt")
    arguments.add_argument("--url", default="http://127.0.0.1:5005", help="the Rasa server")
    given = arguments.parse_args()
    try:
        outcomes = ask(read(given.file), given.url, make_session())
    except Unreadable as problem:
        sys.exit(str(problem))
    except Failure as failure:
        sys.exit(f"{given.url}: {failure}. O servidor está no ar? python -m nlu.serve")
    print(table({given.file.stem: outcomes}), misses(outcomes), sep="\n\n")


if __name__ == "__main__":
    _main()
