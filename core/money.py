"""Money as integer cents, and the only two places where it turns into text or comes from it."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_WRITTEN = re.compile(
    r"(?P<sign>-)?\s*(?:R\$)?\s*(?P<sign2>-)?\s*"
    r"(?:(?P<grouped>[0-9]{1,3}(?:\.[0-9]{3})+)|(?P<plain>[0-9]+))"
    r"(?:,(?P<cents>[0-9]{1,2})|\.(?P<dot_cents>[0-9]{1,2}))?",
    re.IGNORECASE,
)


def format_brl(cents: int) -> str:
    """`R$ 1.234,50`, with ordinary blanks so that it can be searched for and sent; negative: `-R$ 5,00`."""
    reais, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}R$ {reais:,}".replace(",", ".") + f",{rest:02d}"


def parse_brl(text: str) -> int | None:
    """Cents from an amount as people write it (`R$ 1.234,50`, `99,9`, `1234`, `99.90`), or None.

    A dot before exactly three digits groups thousands, as is usual in Brazil: `1.234` is 1,234 reais.
    """
    match = _WRITTEN.fullmatch(" ".join(text.split()))
    if not match or (match["sign"] and match["sign2"]) or (match["grouped"] and match["dot_cents"]):
        return None
    reais = int((match["grouped"] or match["plain"]).replace(".", ""))
    rest = int((match["cents"] or match["dot_cents"] or "").ljust(2, "0"))
    value = reais * 100 + rest
    return -value if match["sign"] or match["sign2"] else value


def cents(amount: Decimal | str) -> int:
    """Exact cents of a decimal amount with a point (`"99.90"`, Decimal), as systems write it.

    Raises ValueError for anything that is not a finite number of whole cents: money is never rounded silently.
    """
    try:
        value = Decimal(amount) * 100
    except InvalidOperation as error:
        raise ValueError(f"not an amount: {amount!r}") from error
    if not value.is_finite() or value != value.to_integral_value():
        raise ValueError(f"not a whole number of cents: {amount!r}")
    return int(value)


def as_decimal(cents: int) -> str:
    """The amount with a point and two places (`1234.50`), as Pix and most systems want it."""
    reais, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{reais}.{rest:02d}"
