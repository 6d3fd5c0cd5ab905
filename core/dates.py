"""Dates and hours as a provider's customers read them: in the provider's zone and in Brazilian Portuguese."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_WEEKDAYS = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")


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


def format_when(at: datetime, now: datetime, zone: str) -> str:
    """A moment as one says it: `hoje às 14h`, `amanhã às 9h30`, `sábado, 05/12, às 14h`, `05/12/2027 às 14h`."""
    day, today = local_date(at, zone), local_date(now, zone)
    article = "à" if local_time(at, zone).hour == 1 else "às"
    hour = f"{article} {format_hour(at, zone)}"
    near = {-1: "ontem", 0: "hoje", 1: "amanhã"}.get((day - today).days)
    if near:
        return f"{near} {hour}"
    if abs(day - today) < timedelta(days=7):
        return f"{_WEEKDAYS[day.weekday()]}, {day.day:02d}/{day.month:02d}, {hour}"
    return f"{format_date(day)} {hour}"
