"""Reads what ERPs write: amounts, days and answers of yes, each as text or number, in whatever way the system has.

Everything raises Unreadable for what it does not understand: an amount that was guessed is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from core.document import Document, parse_document
from core.errors import Unreachable
from core.money import cents, parse_brl

_YES = frozenset({"s", "sim", "1", "true", "yes", "t"})
_NO = frozenset({"n", "não", "nao", "0", "false", "no", "f", ""})
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?![0-9])")
_BRAZILIAN = re.compile(r"(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})(?![0-9])")
_POINTED = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LINE_FILLER = re.compile(r"[\s.\-]+")
_LINE_DIGITS = (47, 48)
_CLOCK = re.compile(r"[T ](?P<clock>[0-9]{2}:[0-9]{2}(:[0-9]{2})?)(\.[0-9]+)?(?P<offset>Z|[+-][0-9]{2}(:?[0-9]{2})?)?$")


class Unreadable(Unreachable):
    """The answer came and makes no sense: nothing may be concluded from it. `detail` names the field only."""

    def __init__(self, field: str) -> None:
        super().__init__("unreadable_answer", field)


@contextmanager
def after_writing() -> Iterator[None]:
    """What cannot be read after a write leaves open whether it was done: the Unreadable becomes `ambiguous`."""
    try:
        yield
    except Unreadable as failure:
        failure.ambiguous = True
        raise


def mapping(value: Any, field: str) -> Mapping[str, Any]:
    """The value, which has to be an object."""
    if isinstance(value, Mapping):
        return value
    raise Unreadable(field)


def rows(value: Any, field: str) -> tuple[Mapping[str, Any], ...]:
    """The objects of a list; None and empty text are an empty list, a single object is a list of one."""
    if value in (None, ""):
        return ()
    if isinstance(value, Mapping):
        return (value,)
    if isinstance(value, list):
        return tuple(mapping(item, field) for item in value)
    raise Unreadable(field)


def words(value: Any) -> str:
    """Text without blanks at its ends and with single ones inside; None is empty, a number is written out."""
    return "" if value is None else " ".join(str(value).split())


def amount(value: Any, field: str) -> int:
    """Cents of 99.9, Decimal, "99.90", "99,90" or "R$ 1.234,56". More than two places are read only where the rest is
    zeros: 10.005 is no amount of money."""
    if isinstance(value, bool) or value is None:
        raise Unreadable(field)
    text = words(value)
    found = parse_brl(text) if "," in text or not _POINTED.fullmatch(text) else None
    if found is not None:
        return found
    # Decimal would also take "1_000", "1e3" and digits of other scripts.
    if isinstance(value, str) and not _POINTED.fullmatch(text):
        raise Unreadable(field)
    try:
        return cents(Decimal(text))
    except (ValueError, ArithmeticError):
        raise Unreadable(field) from None


def optional_amount(value: Any, field: str) -> int:
    """As `amount`; what is left out is 0."""
    return 0 if value is None or words(value) == "" else amount(value, field)


def day(value: Any, field: str) -> date:
    """The day of "2026-09-20", "2026-09-20 10:00:00", "2026-09-20T10:00:00-03:00" or "20/09/2026 10:00"."""
    text = words(value)
    found = _ISO.match(text) or _BRAZILIAN.match(text)
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"])) if found else _unreadable(field)
    except ValueError:
        raise Unreadable(field) from None


def optional_day(value: Any, field: str) -> date | None:
    """As `day`; what is left out, and a day of zeros, is None."""
    return None if not words(value).strip("0-/: ") else day(value, field)


def yes(value: Any, field: str) -> bool:
    """Whether S, Sim, 1, "True" or True was said; N, Não, 0, empty and None are no."""
    text = words(value).lower()
    if text in _YES:
        return True
    if text in _NO or value is None:
        return False
    raise Unreadable(field)


def document(value: Any) -> Document | None:
    """The CPF or CNPJ, masked or not; None where it is neither."""
    return parse_document(words(value))


def typed_line(value: Any) -> str | None:
    """The linha digitável as digits; None where there is none, or a stand-in that nobody can pay: zeros, or too short.

    Its check digits are the bank's matter: what is wrong there was wrong when it came, and sandboxes send such lines.
    """
    digits = _LINE_FILLER.sub("", words(value))
    if len(digits) not in _LINE_DIGITS or not (digits.isascii() and digits.isdecimal()):
        return None
    return digits if digits.strip("0") else None


def moment(value: Any, field: str, zone: str) -> datetime:
    """The moment (UTC) of "2026-09-20 18:22:24-03", "20/09/2026 18:22" or a day alone, which is its first moment.

    What names no offset is meant on the clock of `zone`.
    """
    on = day(value, field)
    found = _CLOCK.search(words(value))
    if not found:
        return day_begins(on, zone)
    offset = found["offset"] or ""
    try:
        at = datetime.fromisoformat(f"{on.isoformat()}T{found['clock']}{offset}")
    except ValueError:
        raise Unreadable(field) from None
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def day_begins(on: date, zone: str) -> datetime:
    """The first moment (UTC) of a day in `zone`."""
    return datetime.combine(on, time(), ZoneInfo(zone)).astimezone(UTC)


def day_ends(on: date, zone: str) -> datetime:
    """The last second (UTC) of a day in `zone`: what is promised "until the 20th" holds on the 20th."""
    return day_begins(on + timedelta(days=1), zone) - timedelta(seconds=1)


def _unreadable(field: str) -> NoReturn:
    raise Unreadable(field)
