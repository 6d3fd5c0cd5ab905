"""Reads texts with one model without a server: JSON Lines on standard input, parses as JSON Lines on the output."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
import warnings
from pathlib import Path
from typing import Any, Text


def _silence() -> None:
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_logging_and_warnings(logging.ERROR, None, warn_only_once=True, filter_repeated_logs=True)
    configure_structlog(logging.ERROR)


def main(model: Text, lines: Any, out: Any) -> None:
    """Answers each `{"text": ...}` with `{"parse": ..., "seconds": ...}`; ends with 1 for a model it cannot read."""
    # Imported packages set their own filters, so only the writer itself can be silenced.
    warnings.showwarning = lambda *_args, **_options: None
    from rasa.core.agent import Agent

    from nlu.components.reading import CannotRead, read_model

    _silence()
    try:
        agent = read_model(Agent(), Path(model))
    except CannotRead as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
    loop = asyncio.new_event_loop()
    for line in lines:
        text = json.loads(line)["text"]
        began = time.perf_counter()
        parsed = loop.run_until_complete(agent.parse_message(text))
        spent = time.perf_counter() - began
        out.write(json.dumps({"parse": parsed, "seconds": spent}) + "\n")
        out.flush()


if __name__ == "__main__":
    # What Rasa prints must not get between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    main(sys.argv[1], sys.stdin, answers)
