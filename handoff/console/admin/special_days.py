"""The days of a calendar that differ, as people write them: one a line, read and shown again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from core.dates import format_date
from handoff.staff import NotAllowed

FORM = "24/12/2026 ou, todo ano, 24/12; depois o nome e, se houver, o horário: 24/12: véspera [08:00-12:00]"
SOME_LEAP_YEAR = 2000
"""What is kept with a day of every year, where its year says nothing: one that has a 29th of February."""

_SPAN = r"\d\d?:\d\d\s*-\s*\d\d?:\d\d"
_SPECIAL = re.compile(
    r"(?:(?P<iso>\d{4}-\d\d-\d\d)|(?P<day>\d\d?)/(?P<month>\d\d?)(?:/(?P<year>\d{4}))?)(?P<yearly>\s+anual\b)?"
    r"(?:(?:\s*[:;,–-]\s*|\s+)(?P<name>[^\[\]]*?))?"
    rf"\s*(?:\[(?P<hours>[^\]]*)\]|(?P<bare>{_SPAN}(?:\s*,\s*{_SPAN})*))?"
)


def read_day(line: str) -> dict[str, Any]:
    """From `24/12/2026: véspera [08:00-12:00]`; 24/12, or `anual` after the date, is every year; 2026-12-24 is read
    too. Raises NotAllowed that says what is expected."""
    found = _SPECIAL.fullmatch(line.strip())
    if found is None:
        raise _unread(line)
    hours = read_hours(found["hours"] or found["bare"] or "")
    told = {"date": _date(found, line).isoformat(), "name": (found["name"] or "").strip(), "hours": hours}
    yearly = found["yearly"] or (found["day"] and not found["year"])
    return {**told, "yearly": True} if yearly else told


def day_line(day: Mapping[str, Any]) -> str:
    """The line that is read as this day."""
    at, hours = date.fromisoformat(day["date"]), spans(day.get("hours", []))
    when = f"{at:%d/%m}" if day.get("yearly") else format_date(at)
    return when + (f": {day['name']}" if day.get("name") else "") + (f" [{hours}]" if hours else "")


def read_hours(told: str) -> list[list[str]]:
    """From `08:00-12:00, 13:00-18:00`."""
    return [[end.strip() for end in part.split("-")] for part in told.split(",") if part.strip()]


def spans(hours: list[list[str]]) -> str:
    """The text that is read as these hours."""
    return ", ".join("-".join(span) for span in hours)


def _date(found: re.Match[str], line: str) -> date:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        return date(int(found["year"] or SOME_LEAP_YEAR), int(found["month"]), int(found["day"]))
    except ValueError:
        raise _unread(line) from None


def _unread(line: str) -> NotAllowed:
    return NotAllowed(f"Não deu para ler o dia “{line.strip()[:60]}”. Escreva {FORM}.")
