"""Cells that a spreadsheet would run as a formula: known by their first character, made harmless by an apostrophe."""

from __future__ import annotations

import unicodedata

_STARTS = "=+-@"


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take the cell for a formula, also behind blanks, tabs and full-width forms."""
    return unicodedata.normalize("NFKC", text).lstrip("\t\r\n \ufeff").startswith(tuple(_STARTS))


def harmless(text: str) -> str:
    """The cell as it may be written into a file that people open: text stays text. Twice is the same as once."""
    return f"'{text}" if is_formula(text) or text.startswith(("\t", "\r", "\n")) else text
