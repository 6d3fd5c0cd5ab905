"""Data inside a text: documents, phones, addresses, dates and amounts, by their shape and their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from core.document import find_documents
from core.money import parse_brl
from core.phone import match_key
from nlu.folding import without_accents
from nlu.understanding import Entity

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_CEP = re.compile(r"(?<![\d.,-])(?:\d{2}\.?\d{3}-\d{3}|(?<=cep )\d{8}|(?<=cep: )\d{8})(?![\d-])", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.,/])(?:\+?55[\s-]?)?\(?0?[1-9]\d\)?[\s.-]{0,2}9?[\s.-]?\d{4}[\s.-]?\d{4}(?![\w/]|-\d)")
_PROTOCOL = re.compile(
    r"(?:protocolos?|chamados?|atendimentos?|tickets?|\bo\.?s\.?)\s*(?:n(?:[uú]mero|[ºo°.])?\.?|#|é|:|-|\s)*\s*#?"
    r"(?P<number>\d[\d./-]{3,18}\d)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"R\$\s?-?\d{1,3}(?:\.\d{3})*(?:,\d{1,2})?(?!\d)|R\$\s?\d+(?:[.,]\d{1,2})?(?!\d)"
    r"|(?<![\d.,/-])\d{1,3}(?:\.\d{3})*,\d{2}(?!\d)|(?<![\d.,/-])\d+(?:[.,]\d{1,2})?(?=\s?(?:reais|real|conto|pila)\b)",
    re.IGNORECASE,
)
_NUMERIC_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?(?![\d/-]|[.,]\d)")
_MONTHS = "janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro"
_SPOKEN_DATE = re.compile(
    rf"\bdia\s+\d{{1,2}}(?:\s+(?:de\s+)?(?:{_MONTHS}))?\b"
    rf"|\b\d{{1,2}}\s+de\s+(?:{_MONTHS})(?:\s+de\s+\d{{4}})?\b"
    r"|\b(?:depois\s+de\s+amanha|amanha|hoje|ontem|anteontem|semana\s+que\s+vem|mes\s+que\s+vem|fim\s+de\s+semana)\b"
    r"|\b(?:(?:segunda|terca|quarta|quinta|sexta)(?:-feira|\s+feira)?|sabado|domingo)\b(?!\s+(?:v\w{0,2}|vez|parcela)\b)"
)


def entities(text: str) -> tuple[Entity, ...]:
    """The data found in `text`, in order of place, not overlapping.

    Kinds and normal forms: cpf and cnpj (compact, check digits right), phone (match key, needs the area code), cep
    (8 digits), email (small letters), protocol (as written without blanks), amount (integer cents as digits), date
    (ISO where day, month and year are given, `--MM-DD` without a year, else the folded words: "amanha", "dia 10").
    Eleven digits are a CPF when the check digits fit, otherwise a mobile number.
    """
    found: list[Entity] = []
    for entity in _candidates(text):
        if all(entity.end <= other.start or entity.start >= other.end for other in found):
            found.append(entity)
    return tuple(sorted(found, key=lambda entity: entity.start))


def _candidates(text: str) -> Iterator[Entity]:
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
    yield from _amounts(text)
    yield from _dates(text)


def _amounts(text: str) -> Iterator[Entity]:
    for match in _AMOUNT.finditer(text):
        cents = parse_brl(match.group())
        if cents is not None:
            yield Entity("amount", str(cents), *match.span())


def _dates(text: str) -> Iterator[Entity]:
    for match in _NUMERIC_DATE.finditer(text):
        value = _iso(int(match[1]), int(match[2]), match[3])
        if value is not None:
            yield Entity("date", value, *match.span())
    for match in _SPOKEN_DATE.finditer(_same_length_folded(text)):
        yield Entity("date", " ".join(match.group().split()), *match.span())


def _iso(day: int, month: int, year: str | None) -> str | None:
    full = 2000 + int(year) if year and len(year) == 2 else int(year or 2000)  # 2000 had a 29 February
    try:
        value = date(full, month, day)
    except ValueError:
        return None
    return value.isoformat() if year else f"--{value.month:02d}-{value.day:02d}"


def _same_length_folded(text: str) -> str:
    """Folded one character at a time, so that positions still belong to the original text."""
    return "".join(folded if len(folded := without_accents(c).lower()) == 1 else c for c in text)
