"""docs/whatsapp-errors.md says what the channels do with each error code."""

from __future__ import annotations

import re

from tests.architecture.tree import text
from webhooks.channels import meta, twilio

ROW = re.compile(r"^\| ([\d, –]+) \| .+? \| (stopped|later)(?:, (\d+))?.* \|$", re.MULTILINE)


def table(heading: str) -> tuple[frozenset[int], dict[int, float]]:
    """The codes that stop the channel, and those worth repeating with their waits, as the page tells them."""
    part = text("docs/whatsapp-errors.md").partition(f"## {heading}")[2].partition("\n## ")[0]
    stopped: set[int] = set()
    later: dict[int, float] = {}
    for codes, verdict, seconds in ROW.findall(part):
        numbers = [number for code in codes.split(", ") for number in expanded(code)]
        if verdict == "stopped":
            stopped |= set(numbers)
        else:
            later |= dict.fromkeys(numbers, float(seconds))
    return frozenset(stopped), later


def expanded(code: str) -> range:
    low, _, high = code.partition("–")
    return range(int(low), int(high or low) + 1)


def test_page_tells_meta_codes_as_they_are_treated() -> None:
    assert table("Meta") == (meta.STOP_CHANNEL, meta.TRY_LATER)


def test_page_tells_twilio_codes_as_they_are_treated() -> None:
    assert table("Twilio") == (twilio.STOP_CHANNEL, twilio.TRY_LATER)
