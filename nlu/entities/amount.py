"""Amounts of money, in figures and in words: "R$ 1.234,56", "150 pila", "noventa e nove e noventa"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.money import parse_brl
from nlu.entities.numerals import read_number
from nlu.entities.words import Token, tokens
from nlu.understanding import Entity

_CURRENCY = frozenset(
    {"real", "reais", "reau", "reaus", "conto", "contos", "pila", "pilas", "mango", "mangos", "prata", "pratas"}
)
_CENTS = frozenset({"centavo", "centavos"})
_WORD = "|".join(sorted(_CURRENCY, key=len, reverse=True))
_IN_FIGURES = re.compile(
    r"r\$\s?-?\d{1,3}(?:\.\d{3}){1,3}(?:,\d{1,2})?(?!\d|[.,]\d)|r\$\s?-?\d{1,7}(?:[.,]\d{1,2})?(?!\d|[.,]\d)"
    r"|(?<![\d.,/-])\d{1,3}(?:\.\d{3}){0,3},\d{2}(?!\d|[.,/-]\d)"
    rf"|(?<![\d.,/-])(?:\d{{1,3}}(?:\.\d{{3}}){{1,3}}|\d{{1,7}})(?:[.,]\d{{1,2}})?\s?(?P<currency>{_WORD})\b"
)
_THOUSANDS = re.compile(rf"(?<![\d.,/-])(\d{{1,3}})(?:,(\d))?\s?mil\s(?:{_WORD})\b")
# Without a currency "nove e noventa" may be anything; from here on only a price is said so.
_SURELY_A_PRICE = 25
_HOUR_BEFORE = frozenset({"as", "das", "dia"})


def amounts(text: str, folded: str) -> Iterator[Entity]:
    """The amounts in `text` (`folded` has its length); values are integer cents as digits."""
    for match in _THOUSANDS.finditer(folded):
        cents = int(match[1]) * 100_000 + int(match[2] or 0) * 10_000
        yield Entity("amount", str(cents), *match.span())
    for match in _IN_FIGURES.finditer(folded):
        written = parse_brl(text[match.start() : match.start("currency") if match["currency"] else match.end()])
        if written is not None:
            yield Entity("amount", str(written), *match.span())
    yield from _in_words(tokens(folded))


def _in_words(found: list[Token]) -> Iterator[Entity]:
    words = [token.text for token in found]
    at = 0
    while at < len(words):
        number = read_number(words, at)
        if number is None:
            at += 1
            continue
        cents, end = _price(words, at, *number)
        if cents is not None:
            yield Entity("amount", str(cents), found[at].start, found[end - 1].end)
        at = max(end, at + 1)


def _price(words: list[str], at: int, value: int, end: int) -> tuple[int | None, int]:
    """The cents said from `at` on, where a number `value` ends at `end`, and the index after them."""
    following = words[end] if end < len(words) else ""
    if following in _CURRENCY:
        return _with_cents(words, value, end + 1)
    if following in _CENTS:
        return (value, end + 1) if value < 100 else (None, end)
    rest = read_number(words, end + 1) if following == "e" else None
    if rest is None or not 10 <= rest[0] < 100:
        return None, end
    cents, after = value * 100 + rest[0], rest[1]
    if after < len(words) and words[after] in _CURRENCY:
        return cents, after + 1
    said_alone = value >= _SURELY_A_PRICE and not (at > 0 and words[at - 1] in _HOUR_BEFORE)
    return (cents if said_alone else None), after


def _with_cents(words: list[str], value: int, end: int) -> tuple[int, int]:
    rest = read_number(words, end + 1) if end < len(words) and words[end] == "e" else None
    if rest is None or rest[0] >= 100:
        return value * 100, end
    after = rest[1]
    if after < len(words) and words[after] in _CENTS:
        return value * 100 + rest[0], after + 1
    # "cem reais e dois boletos": a bare number counts as cents only where it can be nothing else.
    return (value * 100 + rest[0], after) if rest[0] >= 10 and after == len(words) else (value * 100, end)
