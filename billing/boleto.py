"""Boletos: the 44-digit barcode, the line that people type, their check digits and the due-date factor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

_EPOCH = date(1997, 10, 7)
_FIRST_FACTOR, _CYCLE = 1000, 9000
_OLDEST_READ = timedelta(days=3000)
_FILLER = re.compile(r"[\s.\-]+")


@dataclass(frozen=True)
class Boleto:
    """A payment slip with right check digits: of a bank (`bank`) or of a utility or tax (`arrecadacao`)."""

    barcode: str

    def __post_init__(self) -> None:
        if not _is_barcode(self.barcode):
            raise ValueError("a barcode has 44 digits with right check digits")

    @property
    def kind(self) -> Literal["bank", "arrecadacao"]:
        return "arrecadacao" if self.barcode[0] == "8" else "bank"

    @property
    def line(self) -> str:
        """The linha digitável, digits only: 47 for a bank, 48 for an arrecadação."""
        bar = self.barcode
        if self.kind == "arrecadacao":
            return "".join(b + _arrecadacao_digit(bar, b) for b in (bar[i : i + 11] for i in range(0, 44, 11)))
        fields = (bar[:4] + bar[19:24], bar[24:34], bar[34:44])
        return "".join(f + mod10(f) for f in fields) + bar[4:19]

    @property
    def formatted_line(self) -> str:
        """The line in the groups in which it is printed."""
        n = self.line
        if self.kind == "arrecadacao":
            return " ".join(f"{n[i : i + 11]}-{n[i + 11]}" for i in range(0, 48, 12))
        return f"{n[:5]}.{n[5:10]} {n[10:15]}.{n[15:21]} {n[21:26]}.{n[26:32]} {n[32]} {n[33:]}"

    @property
    def bank(self) -> str | None:
        """The three-digit code of the bank that registered it."""
        return self.barcode[:3] if self.kind == "bank" else None

    @property
    def amount_cents(self) -> int | None:
        """The printed amount; 0 when the payer chooses. None where an arrecadação carries an index instead of money."""
        if self.kind == "bank":
            return int(self.barcode[9:19])
        return int(self.barcode[4:15]) if self.barcode[2] in "68" else None

    def due_date(self, reference: date) -> date | None:
        """The due date as seen from `reference` (see `due_date_of`); None when there is none in the code."""
        return due_date_of(int(self.barcode[5:9]), reference) if self.kind == "bank" else None


def compose(bank: str, due_date: date | None, cents: int, free_field: str) -> Boleto:
    """A bank's boleto in reais. `bank` has 3 digits and `free_field`, the bank's own part, 25.

    Raises ValueError when a part does not fit; above R$ 99.999.999,99 an amount has no place in the code.
    """
    if not (_digits(bank, 3) and _digits(free_field, 25)) or bank[0] == "8":
        raise ValueError("a bank code has 3 digits and does not start with 8, a free field has 25 digits")
    if not 0 <= cents < 10**10:
        raise ValueError("the amount does not fit a barcode")
    factor = due_factor(due_date) if due_date else 0
    start, rest = f"{bank}9", f"{factor:04d}{cents:010d}{free_field}"
    return Boleto(start + _mod11_bank(start + rest) + rest)


def parse(text: str) -> Boleto | None:
    """The boleto whose barcode (44 digits) or line (47 or 48) is written in `text`, or None if a digit is wrong."""
    digits = _FILLER.sub("", text)
    barcode = {44: lambda d: d, 47: _bar_of_bank_line, 48: _bar_of_arrecadacao_line}.get(len(digits))
    if barcode is None or not _digits(digits, len(digits)) or not _is_barcode(barcode(digits)):
        return None
    boleto = Boleto(barcode(digits))
    # Building the line again proves the digits of its blocks, which the barcode does not carry.
    return boleto if digits in (boleto.barcode, boleto.line) else None


def due_factor(day: date) -> int:
    """The four-digit due-date factor: days since 1997-10-07, and from 2025-02-22 on starting at 1000 again.

    Source: FEBRABAN's factor table. Raises ValueError before 2000-07-03, where the table begins.
    """
    days = (day - _EPOCH).days
    if days < _FIRST_FACTOR:
        raise ValueError("factors begin at 2000-07-03")
    return (days - _FIRST_FACTOR) % _CYCLE + _FIRST_FACTOR


def due_date_of(factor: int, reference: date) -> date | None:
    """The date a factor means around `reference`; None for 0 (no due date) and others below 1000.

    A factor repeats every 9000 days, so the answer depends on when one asks: the first such day that is not more than
    3000 days before the reference, as banks do. Use it only where the ERP does not tell the due date.
    """
    if not _FIRST_FACTOR <= factor <= 9999:
        return None
    day = _EPOCH + timedelta(days=factor)
    while day < reference - _OLDEST_READ:
        day += timedelta(days=_CYCLE)
    return day


def mod10(digits: str) -> str:
    """Check digit with weights 2, 1 from the right, summing the digits of each product."""
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def mod11(digits: str) -> int:
    """11 minus the rest of the sum with weights 2 to 9 from the right: 1 to 11, for the caller to fold into a digit."""
    return 11 - sum(int(d) * (2 + i % 8) for i, d in enumerate(reversed(digits))) % 11


def _mod11_bank(digits: str) -> str:
    value = mod11(digits)
    return "1" if value > 9 else str(value)


def _arrecadacao_digit(barcode: str, digits: str) -> str:
    """The third digit of the barcode says which rule all its check digits follow: 6 and 7 mod 10, 8 and 9 mod 11."""
    if barcode[2] in "67":
        return mod10(digits)
    value = mod11(digits)
    return "0" if value > 9 else str(value)


def _is_barcode(digits: str) -> bool:
    if not _digits(digits, 44):
        return False
    if digits[0] == "8":
        return digits[2] in "6789" and digits[3] == _arrecadacao_digit(digits, digits[:3] + digits[4:])
    return digits[4] == _mod11_bank(digits[:4] + digits[5:])


def _bar_of_bank_line(line: str) -> str:
    return line[:4] + line[32:47] + line[4:9] + line[10:20] + line[21:31]


def _bar_of_arrecadacao_line(line: str) -> str:
    return "".join(line[i : i + 11] for i in range(0, 48, 12))


def _digits(text: str, size: int) -> bool:
    return len(text) == size and text.isascii() and text.isdecimal()
