"""What names one person, contract or case: CPF, CNPJ, phone, CEP, e-mail, protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.document import find_documents
from core.phone import match_key
from nlu.understanding import Entity

# What may stand before is excluded, so that a long run of letters is looked at once and not once for each letter.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_CEP = re.compile(r"(?<![\d.,-])(?:\d{2}\.?\d{3}-\d{3}|(?<=cep )\d{8}|(?<=cep: )\d{8})(?![\d-])", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.,/])(?:\+?55[\s-]?)?\(?0?[1-9]\d\)?[\s.-]{0,2}9?[\s.-]?\d{4}[\s.-]?\d{4}(?![\w/]|-\d)")
_PROTOCOL = re.compile(
    r"(?:\bprotocolos?|\bchamados?|\batendimentos?|\btickets?|\bo\.?s\.?)"
    r"\s{0,3}(?:n(?:[uú]mero|ro|[ºo°.])?\.?|#|é|eh|:|-){0,3}\s{0,3}(?:é|eh|:|#)?\s{0,3}"
    r"(?P<number>\d[\d./-]{3,18}\d)(?![\w/-])",
    re.IGNORECASE,
)


def identifiers(text: str) -> Iterator[Entity]:
    """The identifiers in `text`, the surest first; they may overlap."""
    for match in _EMAIL.finditer(text):
        yield Entity("email", match.group().lower(), *match.span())
    for document, start, end in find_documents(text):
        yield Entity(document.kind, document.number, start, end)
    for match in _PROTOCOL.finditer(text):
        yield Entity("protocol", match["number"], *match.span("number"))
    for match in _CEP.finditer(text):
        yield Entity("cep", re.sub(r"\D", "", match.group()), *match.span())
    for match in _PHONE.finditer(text):
        key = match_key(match.group())
        if key is not None:
            yield Entity("phone", key, *match.span())
