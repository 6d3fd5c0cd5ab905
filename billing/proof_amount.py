"""The amount of a payment among recognised words: to the cent, or not at all. Pure."""

from __future__ import annotations

import re

from core.money import parse_brl

# Recognition takes noughts and ones for letters and the sign of the real for an S, leaves blanks beside points and
# commas, loses those between words, and takes points and commas for each other: the last two places are the cents.
_DIGIT = "[0-9OolI]"
_AS_DIGITS = str.maketrans("OolI", "0011", " ")
_GROUPED = rf"{_DIGIT}{{1,3}}(?:(?: ?[.,] ?| ){_DIGIT}{{3}})+"
_TO_THE_CENT = rf"(?:{_GROUPED}|{_DIGIT}+) ?[.,] ?{_DIGIT}{{2}}(?![0-9]| ?[.,] ?[0-9])"
# Without cents it is taken as it stands. Many digits in a row have lost their comma.
_WHOLE = r"(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3})(?![0-9A-Za-z]| ?[.,] ?[0-9OolI]| [0-9])"
_AMOUNT = re.compile(rf"(?:(?i:R\s?\$|\bBRL)|\b(?i:RS)(?=\s*{_TO_THE_CENT}))\s*({_TO_THE_CENT}|{_WHOLE})")
_NAMED = re.compile(
    r"(?i:\bvalor(?:\s*(?:pago|total|transferido|d[oe]\s*(?:pagamento|pix)|da\s*(?:transa[çc][ãa]o|transfer[êe]ncia)))?)"
    rf"\s*:?\s*(?i:R\s?[$S])?\s*({_TO_THE_CENT})"
)
# Words right before an amount, maybe in the line above it, that make it another than that of the payment.
_NOT_PAID = re.compile(r"(?:saldo|limite|tarifa|cashback|desconto)(?:\s+[^\W\d_]+){0,3}\s*:?\s*$", re.IGNORECASE)


def find_amount(text: str) -> int | None:
    """Cents of the first amount that is named as the one paid, else of the largest; None where there is none."""
    named = _NAMED.search(text)
    if named:
        return _cents(named[1])
    amounts = [_cents(found[1]) for found in _AMOUNT.finditer(text) if not _NOT_PAID.search(text[: found.start()])]
    return max(filter(None, amounts), default=None)


def _cents(written: str) -> int | None:
    digits = written.translate(_AS_DIGITS)
    if re.search(r"[.,][0-9]{2}$", digits):
        digits = f"{re.sub('[.,]', '', digits[:-3])},{digits[-2:]}"
    return parse_brl(digits)
