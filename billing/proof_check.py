"""How a proof of payment fits what is owed and to whom: signs of fraud by name, each for a person to weigh. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from billing.invoices import total_cents
from billing.proof_text import ProofRead
from billing.provider import Provider
from billing.records import Invoice

Flag = Literal[
    "wrong_payee", "used_before", "edited", "other_amount", "other_date", "scheduled", "dates_differ", "no_receipt"
]
# Who pays later than this after the proof has sent an old one.
OLDEST = timedelta(days=30)
# A receipt of just before midnight is sent after it, and clocks of phones are wrong.
FUTURE = timedelta(days=1)
# What writes pictures and PDFs that nobody's bank writes.
_EDITORS = re.compile(
    r"photoshop|gimp|canva|illustrator|corel|inkscape|picsart|pixlr|foxit|sejda|ilovepdf|pdfescape|smallpdf|nitro"
)


@dataclass(frozen=True)
class Background:
    """What the proof is held against. `software` is what wrote the file, as it says; `changed_after` whether it was
    changed after it was made. `used_before`: the same file or the same id was sent for something else."""

    provider: Provider
    invoices: Sequence[Invoice]
    today: date
    software: str = ""
    changed_after: bool = False
    used_before: bool = False


def flags_of(read: ProofRead, background: Background) -> tuple[Flag, ...]:
    """The signs that it is not what it is said to be; none of them is a judgement, and none missing is a payment."""
    found: dict[Flag, bool] = {
        "no_receipt": not read.receipt,
        "scheduled": read.scheduled,
        "wrong_payee": _wrong_payee(read, background.provider),
        "used_before": background.used_before,
        "edited": background.changed_after or bool(_EDITORS.search(background.software.lower())),
        "other_amount": _other_amount(read, background.invoices),
        "other_date": _other_date(read, background.today),
        "dates_differ": _dates_differ(read),
    }
    return tuple(flag for flag, so in found.items() if so)


def _wrong_payee(read: ProofRead, provider: Provider) -> bool:
    """What identifies beats what is called: the CNPJ, then its visible digits, or that there is a CPF, then the
    name's words."""
    if read.payee_document:
        return read.payee_document != provider.cnpj
    if read.payee_hidden:
        return read.payee_hidden not in provider.cnpj.number
    if read.payee_is_person:
        return True
    if not read.payee:
        return False
    said, ours = _words(read.payee), _words(provider.name)
    return bool(said) and not said & ours


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return {word for word in re.findall(r"[a-z0-9]{3,}", plain) if word not in _COMMON}


_COMMON = frozenset(
    {"ltda", "eireli", "telecom", "internet", "servicos", "comunicacao", "telecomunicacoes", "provedor"}
)


def _other_amount(read: ProofRead, invoices: Sequence[Invoice]) -> bool:
    """Neither one of the open invoices nor all of them together, with what being late adds up to today: the bill was
    paid on some day until now. With nothing open any amount is another."""
    paid = read.amount_cents
    if paid is None or not invoices:
        return paid is not None
    asked = [(invoice.amount_cents, invoice.late_fee_cents or 0) for invoice in invoices]
    asked.append((total_cents(invoices), sum(fee for _, fee in asked)))
    return not any(amount <= paid <= amount + fee for amount, fee in asked)


def _other_date(read: ProofRead, today: date) -> bool:
    day = read.paid_on or read.made_on
    return day is not None and not today - OLDEST <= day <= today + FUTURE


def _dates_differ(read: ProofRead) -> bool:
    """The id has the moment in it, in UTC: it may be the neighbouring day, never another."""
    return bool(read.paid_on and read.made_on and abs(read.paid_on - read.made_on) > FUTURE)
