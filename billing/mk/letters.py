"""MK's letters: UTF-8 of which it escapes halves, read whole again; and text that fits into its short columns."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal
from html.entities import codepoint2name
from typing import Any

# A first byte of UTF-8 whose next one came as \u00xx: it means nothing else, since such a byte is never the last.
_HALF = rb"(?:[\x80-\xbf]|\\u00[89abAB][0-9a-fA-F])"
_BROKEN = re.compile(rb"[\xc2-\xdf]" + _HALF + rb"|[\xe0-\xef]" + _HALF + rb"{2}")
_ESCAPED = re.compile(rb"\\u00([89abAB][0-9a-fA-F])")


def parse(body: bytes) -> Any:
    """The JSON of an answer, decimal numbers exact, whatever letters its head promises. Raises ValueError."""
    whole = _BROKEN.sub(lambda found: _ESCAPED.sub(_byte, found[0]), body)
    try:
        text = whole.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    return json.loads(text, parse_float=Decimal)


def fit(text: str, room: int) -> str:
    """As much of `text` as fits into `room` once MK has escaped it for HTML, with dots where something was cut."""
    text = " ".join(text.split())
    if sum(map(_cost, text)) <= room:
        return text
    left, kept = room - 3, 0
    for char in text:
        left -= _cost(char)
        if left < 0:
            break
        kept += 1
    return f"{text[:kept].rstrip()}..."


def _cost(char: str) -> int:
    if ord(char) < 128:
        return len(html.escape(char))
    # With or without a name of its own, and never less than the eight that were seen.
    return max(8, len(codepoint2name.get(ord(char), "")) + 2, len(f"&#{ord(char)};"))


def _byte(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])
