"""A piece of a long text around the words that were looked for, with those words marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlu.folding import without_accents

AROUND = 60
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Piece:
    """Some of the text; `hit` for a word that was looked for."""

    text: str
    hit: bool = False


def snippet(text: str, words: Sequence[str]) -> list[Piece]:
    """The text from a little before the first hit to a little after it, in pieces; its beginning where none is found.

    `words` are folded; the last one may be the beginning of a word.
    """
    plain = " ".join(text.split())
    spans = [match.span() for match in _WORD.finditer(plain) if _is_hit(match[0], words)]
    first, end = spans[0] if spans else (0, 0)
    start, stop = max(0, first - AROUND), min(len(plain), end + 2 * AROUND)
    pieces = [Piece("…")] if start else []
    at = start
    for begin, over in spans:
        if begin >= stop:
            break
        pieces += [Piece(plain[at:begin]), Piece(plain[begin:over], hit=True)]
        at = over
    pieces.append(Piece(plain[at : max(at, stop)]))
    if stop < len(plain):
        pieces.append(Piece("…"))
    return [piece for piece in pieces if piece.text]


def _is_hit(word: str, words: Sequence[str]) -> bool:
    folded = without_accents(word).lower()
    return folded in words or bool(words and folded.startswith(words[-1]))
