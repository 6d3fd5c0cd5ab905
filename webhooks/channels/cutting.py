"""Cuts texts to what a channel shows: between graphemes, so that no emoji and no accented letter is torn. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import regex

MORE = "…"
_GRAPHEME = regex.compile(r"\X")
# Where a text is best parted, best first: between paragraphs, lines, words.
_BORDERS = ("\n\n", "\n", " ")


def cut(text: str, limit: int) -> str:
    """The text, or its beginning with "…" where it has more than `limit` characters (code points); `limit` from 1."""
    return text if len(text) <= limit else text[: _border(text, limit - len(MORE))].rstrip() + MORE


def cut_apart(texts: Iterable[str], limit: int) -> list[str]:
    """The texts, each cut to `limit` characters, and a number behind those that would look like an earlier one."""
    short: list[str] = []
    for text in texts:
        found, count = cut(text, limit), 1
        while found in short:
            count += 1
            mark = f" ({count})"
            found = cut(text, limit - len(mark)) + mark
        short.append(found)
    return short


def split_off(text: str, limit: int) -> tuple[str, str]:
    """(at most `limit` characters, the rest), parted between paragraphs if that can be, else lines, words, graphemes.

    Only white space at the border is dropped. All of it is the rest when the limit is 0.
    """
    if len(text) <= limit:
        return text, ""
    for border in _BORDERS:
        at = text.rfind(border, 0, limit + len(border))
        if text[: max(at, 0)].strip():
            break
    else:
        at = _border(text, limit)
    return text[:at].rstrip(), text[at:].lstrip()


def _border(text: str, limit: int) -> int:
    """The last end of a grapheme within `limit` characters."""
    at = 0
    for found in _GRAPHEME.finditer(text):
        if found.end() > limit:
            break
        at = found.end()
    return at
