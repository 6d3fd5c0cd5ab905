"""Folding of text for comparison: no accents, small letters, one kind of blank (also used inside Rasa)."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(r"[\u0000-\u0008\u000e-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_BLANKS = re.compile(r"\s+")


def without_invisible(text: str) -> str:
    """`text` without control, zero-width and direction characters; blanks and line ends stay."""
    return _INVISIBLE.sub("", text)


def without_accents(text: str) -> str:
    """`text` with each accented letter replaced by its base letter. The result may differ in length."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def fold(text: str) -> str:
    """Small letters, no accents, no invisible characters, single blanks, none at the ends. Idempotent."""
    return _BLANKS.sub(" ", without_accents(without_invisible(text)).casefold()).strip()
