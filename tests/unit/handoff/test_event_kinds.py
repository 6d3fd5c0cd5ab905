"""The events that an address may ask for are those that happen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from handoff.integrations.kinds import KINDS, kinds_told, unknown_kinds

ROOT = Path(__file__).parents[3]
TELLERS = {"add_event", "_tell", "_told", "_settle"}


def events_written() -> Iterator[str]:
    """Every name of a thread's event that stands in the source as it is."""
    for room in ("handoff", "bot", "webhooks"):
        for file in (ROOT / room).rglob("*.py"):
            text = file.read_text()
            if "add_event(" not in text or file.name == "events.py":
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TELLERS:
                    yield from _names(node)


def _names(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        if isinstance(argument, ast.Constant) and re.fullmatch("[a-z_]+", str(argument.value)):
            yield str(argument.value)


def test_every_event_of_a_thread_can_be_asked_for() -> None:
    written = set(events_written())
    assert len(written) > 20
    assert written <= set(KINDS["conversation"])


@pytest.mark.parametrize(
    ("patterns", "unknown"),
    [
        (["*", "message.received", "message.*", "job.verified", "ticket.opened", "note.added"], []),
        (["nada.*", "message.nada", "message", "message.", "*.received", "conversation.taken", ""], None),
    ],
)
def test_pattern_that_means_nothing_is_named(patterns: list[str], unknown: list[str] | None) -> None:
    expected = [one for one in patterns if one != "conversation.taken"] if unknown is None else unknown
    assert unknown_kinds(patterns) == expected
    for group in KINDS:
        assert f"{group}.*" in kinds_told()
