"""The end-to-end id of a Pix (BCB): found among recognised words in its strict form or not at all. Pure."""

from __future__ import annotations

import re
from datetime import datetime

LENGTH = 32
# E, the payer's bank (ISPB, 8 digits), the moment in UTC (AAAAMMDDhhmm), 11 letters or digits.
_STRICT = re.compile(r"E[0-9]{8}(?P<moment>20[0-9]{10})[A-Za-z0-9]{11}")
_DIGITS = slice(1, 21)
# Recognition puts blanks into long words and loses those between words, and sheets break them over lines. A single
# letter beside it is another word.
_BEGINS = re.compile(r"(?<![A-Z0-9])(?=(E[A-Za-z0-9]*(?:[ \n]+[A-Za-z0-9]{4,}){0,4}))")
_AS_DIGITS = str.maketrans("OoQDIlSBZ", "000011582")
# Below a camera these are one and the same.
ALIKE_FROM, ALIKE_TO = "iloqsbzg", "11005829"


def find_e2e_id(text: str) -> str | None:
    """The first id in the text; None where nothing has its form to the last place. Letters in the place of digits are
    the digits they look like; of the last eleven nobody can tell, so they stay as they were read."""
    for begin in _BEGINS.finditer(text):
        word = ""
        for piece in begin[1].split():
            word += piece
            if len(word) >= LENGTH:
                break
        if len(word) == LENGTH and (found := _strict(word)):
            return found
    return None


def moment_of(e2e_id: str) -> datetime:
    """When the payer's bank made it (UTC, to the minute; without a zone). Raises ValueError for what is no id."""
    found = _STRICT.fullmatch(e2e_id)
    if not found:
        raise ValueError("no end-to-end id")
    return datetime.strptime(found["moment"], "%Y%m%d%H%M")  # noqa: DTZ007 - it has no zone to read


def _strict(word: str) -> str | None:
    mended = word[0] + word[_DIGITS].translate(_AS_DIGITS) + word[_DIGITS.stop :]
    try:
        moment_of(mended)
    except ValueError:
        return None
    return mended
