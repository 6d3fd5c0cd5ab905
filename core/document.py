"""The documents a Brazilian customer is known by: CPF (people) and CNPJ (companies, with letters since July 2026)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from stdnum.br import cnpj as _cnpj
from stdnum.br import cpf as _cpf

Kind = Literal["cpf", "cnpj"]
_ORDINALS = "ºª"

_FEWEST_DIGITS = 3

_CPF_SHAPE = re.compile(r"[0-9]{11}")
_CNPJ_SHAPE = re.compile(r"[0-9A-Z]{12}[0-9]{2}")

# In free text the groups may be apart, but only where the printed form divides them: a linha digitável or a list of
# phone numbers has other groups, and one in a hundred of those would pass the check digits by chance.
_GAP = r"[\s.,/_\-\u2010-\u2015\u2212]{0,3}"
_TIGHT_GAP = r"[./\-\u2010-\u2015\u2212]{0,2}"
_START = r"(?:(?<![0-9A-Za-z+])|(?<=cpf)|(?<=cnpj))"
_END = r"(?![0-9A-Za-z])"
_IN_TEXT = tuple(
    re.compile(_START + body + _END, re.IGNORECASE | re.ASCII)
    for body in (
        rf"\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{2}}",
        rf"\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{4}}{_GAP}\d{{2}}",
        # With letters no blank is allowed inside, otherwise words of the right lengths would look like a CNPJ.
        rf"[0-9a-z]{{2}}{_TIGHT_GAP}[0-9a-z]{{3}}{_TIGHT_GAP}[0-9a-z]{{3}}{_TIGHT_GAP}[0-9a-z]{{4}}{_TIGHT_GAP}\d{{2}}",
    )
)


@dataclass(frozen=True)
class Document:
    """A CPF or CNPJ whose check digits are right.

    `number` is compact and upper case: 11 digits for a CPF, 14 characters for a CNPJ (letters allowed in the
    first 12). Its repr shows only the masked form, so that a stray log line does not tell who somebody is.
    """

    kind: Kind
    number: str = field(repr=False)

    def __post_init__(self) -> None:
        if self.kind != _kind_of(self.number):
            raise ValueError(f"not a valid {self.kind}")

    def __repr__(self) -> str:
        return f"Document({self.masked})"

    @property
    def formatted(self) -> str:
        """As printed: `529.982.247-25` or `12.ABC.345/01DE-35`."""
        n = self.number
        if self.kind == "cpf":
            return f"{n[:3]}.{n[3:6]}.{n[6:9]}-{n[9:]}"
        return f"{n[:2]}.{n[2:5]}.{n[5:8]}/{n[8:12]}-{n[12:]}"

    @property
    def masked(self) -> str:
        """Enough for its owner to recognise it, too little for others: `***.982.247-**`, `**.ABC.345/01DE-**`."""
        shown = self.formatted
        return f"***{shown[3:-2]}**" if self.kind == "cpf" else f"**{shown[2:-2]}**"


def parse_document(text: str) -> Document | None:
    """The document that `text` is as a whole, or None.

    Takes what people type (dots, dashes, blanks, lower case, full-width digits) and nothing else: letters are part of
    a CNPJ, so they are never stripped. Repeated digits (111.111.111-11) pass the arithmetic but are never issued.
    """
    compact = _compact(text)
    kind = _kind_of(compact)
    return Document(kind, compact) if kind else None


def find_documents(text: str) -> tuple[tuple[Document, int, int], ...]:
    """The documents inside free text, in order, each with its start and end in `text` (end exclusive).

    An eleven-digit mobile number counts only when its digits happen to fit a CPF's check digits; whoever needs to be
    sure asks core.phone as well and then the person.
    """
    line = _same_length(text)
    whole = parse_document(line)
    if whole and (not any(c.isalpha() for c in line) or _has_digits(whole)):
        start = len(line) - len(line.lstrip())
        return ((whole, start, len(line.rstrip())),)
    found: list[tuple[Document, int, int]] = []
    for document, start, end in _candidates(line):
        if all(end <= s or start >= e for _, s, e in found):
            found.append((document, start, end))
    return tuple(sorted(found, key=lambda item: item[1]))


def _has_digits(document: Document) -> bool:
    """Whether it has some besides its check digits: words alone that look like a CNPJ by chance (`EU VOU PRA CASA 12`)
    have none, and a CNPJ that is typed in groups (`12 ABC 345 01DE 35`) has."""
    return sum(c.isdigit() for c in document.number[:12]) >= _FEWEST_DIGITS


def _candidates(line: str) -> Iterator[tuple[Document, int, int]]:
    for pattern in _IN_TEXT:
        at = 0
        while match := pattern.search(line, at):
            document = parse_document(match.group())
            if document:
                yield document, match.start(), match.end()
            at = match.end() if document else match.start() + 1


def _kind_of(compact: str) -> Kind | None:
    if len(set(compact)) < 2:
        return None
    if _CPF_SHAPE.fullmatch(compact):
        return "cpf" if _cpf.is_valid(compact) else None
    if _CNPJ_SHAPE.fullmatch(compact):
        return "cnpj" if _cnpj.is_valid(compact) else None
    return None


def _compact(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in folded if not _is_filler(c))


def _is_filler(char: str) -> bool:
    # Cf covers the zero-width and direction marks that a pasted text carries; U+2212 is a minus typed as a dash.
    return (
        char.isspace()
        or char == "\u2212"
        or unicodedata.category(char)[0] in "PZ"
        or unicodedata.category(char) == "Cf"
    )


def _same_length(text: str) -> str:
    """NFKC one character at a time, so that positions still belong to the original text. The small o of `nº` stays what
    it is: as a letter it would be part of the number behind it."""
    return "".join(
        folded if c not in _ORDINALS and len(folded := unicodedata.normalize("NFKC", c)) == 1 else c for c in text
    )
