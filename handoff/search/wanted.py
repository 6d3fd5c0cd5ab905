"""What a person typed into the search, read as all that it can be: protocol, document, phone, serial, words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.document import Document, parse_document
from core.onu_serial import onu_serial
from core.phone import forms, match_key
from models.conversation import check_digit
from nlu.folding import fold

LONGEST = 100
FEWEST_TAIL, MOST_TAIL = 4, 11
SHORTEST_PREFIX = 3
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Wanted:
    """`protocol` only with its check digit right; `mistyped` when it looks like one that lacks it. `phones` are E.164
    forms, `tail` the last digits of one. `code` is what a contract or login is called. `words` are folded."""

    asked: str
    protocol: str = ""
    mistyped: bool = False
    document: Document | None = None
    phones: tuple[str, ...] = ()
    tail: str = ""
    serial: str = ""
    code: str = ""
    words: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing to search by."""
        return not (self.words or self.document or self.phones)

    @property
    def kind(self) -> str:
        """What it most likely is, for the record: nothing of what was typed."""
        if self.protocol or self.mistyped:
            return "protocol"
        if self.document:
            return "document"
        if self.phones:
            return "phone"
        return "serial" if self.serial else "words"

    @property
    def query(self) -> str:
        """The words as a tsquery: all of them, the last one as a beginning."""
        if not self.words:
            return ""
        last = self.words[-1]
        return " & ".join((*self.words[:-1], f"{last}:*" if len(last) >= SHORTEST_PREFIX else last))


def read_wanted(typed: str) -> Wanted:
    """Reads it. Only the first LONGEST characters count; never raises."""
    asked = " ".join(typed.replace("\x00", "").split())[:LONGEST]
    digits = "".join(char for char in asked if char.isascii() and char.isdigit())
    protocol, mistyped = _protocol(asked, digits)
    document = parse_document(asked)
    key = None if protocol or document else match_key(asked)
    bare = not re.search(r"[^\W\d_]", asked)
    return Wanted(
        asked,
        protocol=protocol,
        mistyped=mistyped and document is None,
        document=document,
        phones=forms(key) if key else (),
        tail=digits if bare and FEWEST_TAIL <= len(digits) <= MOST_TAIL else "",
        serial=onu_serial(asked),
        code=asked if asked and " " not in asked else "",
        words=tuple(_NOT_WORD.sub(" ", fold(asked)).split()),
    )


def _protocol(asked: str, digits: str) -> tuple[str, bool]:
    """A protocol number (fifteen digits or more, in the year 2000s), and whether it is one with a wrong digit."""
    if len(digits) < 15 or not digits.startswith("20") or re.search(r"[^\W\d_]{3,}", asked):
        return "", False
    right = check_digit(digits[:-1]) == digits[-1]
    return (digits, False) if right else ("", True)
