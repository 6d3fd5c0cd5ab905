"""Words to and from an OLT's command line: what may be typed, and what its numbers and times mean."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, tzinfo

from core.errors import Refused

# A clock that was never set starts here, and no OLT of today was configured before.
_OLDEST = 2015
_NO_VALUE = 2147483647
_DURATIONS = (
    (re.compile(r"(\d+)\s*d(?:ay)?", re.IGNORECASE), 86400),
    (re.compile(r"(\d+)\s*h", re.IGNORECASE), 3600),
    (re.compile(r"(\d+)\s*m(?:in)?", re.IGNORECASE), 60),
    (re.compile(r"(\d+)\s*s", re.IGNORECASE), 1),
)
_FORMATS = ("%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S")


def typed(text: str, longest: int = 64) -> str:
    """`text` as it can be typed in quotes: ASCII, without what a command line takes for its own (quotes, `?`, ...)."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^\w .,:;@/+()#\-]", " ", plain).split())[:longest].strip()


def word(text: str, name: str) -> str:
    """`text` where it is one plain word. Raises Refused("bad_value") with the field's name otherwise."""
    if not re.fullmatch(r"[\w.@/:+#\-]{1,64}", text, re.ASCII):
        raise Refused("bad_value", name)
    return text


def secret_word(text: str, name: str) -> str:
    """A password where it can be typed: visible ASCII without blank, quote and `?`. Raises Refused("bad_value")."""
    if not re.fullmatch(r"[!#-&(->@-~]{1,64}", text, re.ASCII):
        raise Refused("bad_value", name)
    return text


def decimal(text: str) -> float | None:
    """The number that `text` begins with; None for "-", "N/A", "invalid" and what OLTs write for no value."""
    found = re.match(r"\s*(-?\d+(?:\.\d+)?)", text)
    value = float(found[1]) if found else _NO_VALUE
    return value if abs(value) < _NO_VALUE else None


def dbm(text: str) -> float | None:
    """An optical power. Zero and what no receiver can measure mean no value."""
    value = decimal(text)
    return value if value is not None and value != 0 and -50 <= value <= 10 else None


def seconds(text: str) -> int | None:
    """A duration such as "1 day(s), 2 hour(s)" or "4h 53m 2s"; None where it tells none."""
    parts = [int(found[1]) * unit for pattern, unit in _DURATIONS if (found := pattern.search(text))]
    return sum(parts) if parts else None


def moment(text: str, zone: tzinfo, now: datetime) -> datetime | None:
    """A date and time in UTC; None for none, and where the clock is plainly wrong: before 2015, or not yet."""
    found = re.match(r"\s*([\d/\-]+ [\d:]+)\s*([+-]\d\d:\d\d)?", text)
    if not found:
        return None
    for form in _FORMATS:
        try:
            read = datetime.strptime(found[1], form)  # noqa: DTZ007  # the zone follows
        except ValueError:
            continue
        offset = datetime.strptime(found[2], "%z").tzinfo if found[2] else zone
        at = read.replace(tzinfo=offset).astimezone(UTC)
        return at if at.year >= _OLDEST and at <= now + timedelta(days=1) else None
    return None
