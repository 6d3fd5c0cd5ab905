"""Messages that wait together, understood: as one text, and each by itself where the whole is not sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nlu.languages import PORTUGUESE
from nlu.ports import Parser
from nlu.understand import understand
from nlu.understanding import BANDS, Request, Understanding


def read_together(texts: Sequence[str], parser: Parser, language: str = PORTUGUESE) -> Understanding:
    """The surest understanding of the fragments, with all that they ask for, placed in them joined by line ends."""
    whole = understand("\n".join(texts), parser, language)
    if len(texts) < 2 or whole.band == "act" or whole.source == "unavailable":
        return whole
    parts = [understand(text, parser, language) for text in texts]
    surest = min([whole, *parts], key=_doubt)
    return replace(surest, requests=_all_requests(texts, parts) or whole.requests)


def _doubt(read: Understanding) -> tuple[int, bool, float]:
    """Smaller is surer; among equals, what asks for something goes before what only greets."""
    return BANDS.index(read.band), not read.requests, -read.confidence


def _all_requests(texts: Sequence[str], parts: Sequence[Understanding]) -> tuple[Request, ...]:
    found: list[Request] = []
    before = 0
    for text, part in zip(texts, parts, strict=True):
        found += [replace(one, start=one.start + before, end=one.end + before) for one in part.requests]
        before += len(text) + 1
    return tuple(found)
