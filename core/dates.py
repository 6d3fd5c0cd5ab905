"""Dates and hours as a provider's customers read them: in the provider's zone and in their language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class DayWords:
    """How a language names days and hours. `at` stands before an hour, `at_one` before the first one."""

    weekdays: tuple[str, ...]
    yesterday: str
    today: str
    tomorrow: str
    at: str
    at_one: str


DAY_WORDS = {
    "pt_BR": DayWords(
        ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"),
        "ontem",
        "hoje",
        "amanhã",
        "às",
        "à",
    ),
    "es": DayWords(
        ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        "ayer",
        "hoy",
        "mañana",
        "a las",
        "a la",
    ),
}
"""By language, as the setting names it."""


def local_time(at: datetime, zone: str) -> datetime:
    """The same moment on the provider's clock. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return at.astimezone(ZoneInfo(zone))


def local_date(at: datetime, zone: str) -> date:
    """The provider's calendar day at that moment: at 22h in São Paulo it is already tomorrow in UTC."""
    return local_time(at, zone).date()


def format_date(day: date) -> str:
    """`05/12/2026`."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def format_hour(at: datetime, zone: str) -> str:
    """`14h` or `14h05`."""
    local = local_time(at, zone)
    return f"{local.hour}h{local.minute:02d}" if local.minute else f"{local.hour}h"


def format_when(at: datetime, now: datetime, zone: str, language: str = "pt_BR") -> str:
    """A moment as one says it: `hoje às 14h`, `amanhã às 9h30`, `sábado, 05/12, às 14h`, `05/12/2027 às 14h`."""
    day, today = local_date(at, zone), local_date(now, zone)
    words = DAY_WORDS[language]
    article = words.at_one if local_time(at, zone).hour == 1 else words.at
    hour = f"{article} {format_hour(at, zone)}"
    near = {-1: words.yesterday, 0: words.today, 1: words.tomorrow}.get((day - today).days)
    if near:
        return f"{near} {hour}"
    if abs(day - today) < timedelta(days=7):
        return f"{words.weekdays[day.weekday()]}, {day.day:02d}/{day.month:02d}, {hour}"
    return f"{format_date(day)} {hour}"
