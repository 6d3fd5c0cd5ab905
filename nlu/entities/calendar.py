"""From what was said about a day to days of the calendar: "dia 5 do mês que vem", "sexta", "daqui a 3 dias"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from nlu.entities.clock import part_of_day
from nlu.entities.date import NUMBER, WEEKDAY, day_number

_Days = tuple[date, date]

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})\b|--(\d{2})-(\d{2})\b")
_BETWEEN = re.compile(rf"\bentre (?:os |o )?dias? ({NUMBER}) e (?:o )?(?:dia )?({NUMBER})\b")
_DAY_OF_MONTH = re.compile(rf"\bdia ({NUMBER})[o°]?( d[oe]? ?(?:mes que vem|proximo mes|outro mes))?\b")
_DISTANCE = re.compile(rf"\b(?:daqui (?:a |ha )?|dentro de |em )({NUMBER}) (dia|semana|mes)")
_WEEKDAY = re.compile(rf"\b({WEEKDAY})\b")
_PART_OF_MONTH = re.compile(r"\b(fim|final|inicio|comeco|meio) d(?:o|esse|este) mes( que vem| passado)?\b")
_MONTH = re.compile(r"\b(?:(proximo mes|mes que vem)|(mes passado)|n?es[st]e mes)\b")
_WEEK = re.compile(r"\b(?:(proxima semana|semana que vem|outra semana)|(semana passada)|n?es[st]a semana)\b")
_WEEKEND = re.compile(r"\b(?:fim|final) d[eao] semana\b|\bfds\b")
_TODAY = re.compile(r"\b(?:hoje|hj|oje)\b")
_SHIFTS = (
    (re.compile(r"\bdepois de amanha\b"), 2),
    (re.compile(r"\b(?:amanha|amnha)\b"), 1),
    (re.compile(r"\b(?:anteontem|antes de ontem)\b"), -2),
    (re.compile(r"\bontem\b"), -1),
)
_SATURDAY = 5
_BEGINNINGS = ("seg", "ter", "qua", "qui", "sex", "sab", "dom")
_OTHER_SPELLINGS = {"ses": 4}
_HALF_A_YEAR = timedelta(days=183)


def resolve_date(entity_value: str, today: date) -> tuple[date, date, str] | None:
    """First day, last day and time that the value of a `date` entity means, seen from `today`; None for no date.

    The time is "", "morning", "afternoon", "evening" or "HH:MM". What was said is read as lying ahead: a weekday or a
    "dia 10" is the next one, today only with "hoje"; a day that the month lacks is its last one. A day and month
    without a year are the nearest such day, before or after. A time alone is today. Weeks run from Monday to Sunday;
    "fim do mês" is its last seven days, "começo" the first seven, "meio" the 11th to the 20th.
    """
    time = part_of_day(_ISO.sub("", entity_value))
    try:
        for reading in _READINGS:
            days = reading(entity_value, today)
            if days is not None:
                return (*days, time or "")
    except (ValueError, OverflowError):
        return None
    return (today, today, time) if time is not None else None


def _iso(value: str, today: date) -> _Days | None:
    match = _ISO.match(value)
    if match is None:
        return None
    if match[1]:
        exact = date(int(match[1]), int(match[2]), int(match[3]))
        return exact, exact
    near = [_in_month(year, int(match[4]), int(match[5])) for year in range(today.year - 1, today.year + 2)]
    nearest = min(near, key=lambda day: (abs(day - today) > _HALF_A_YEAR, abs(day - today)))
    return nearest, nearest


def _today(value: str, today: date) -> _Days | None:
    return (today, today) if _TODAY.search(value) else None


def _between(value: str, today: date) -> _Days | None:
    match = _BETWEEN.search(value)
    if match is None:
        return None
    first = _next_day_of_month(day_number(match[1]), today)
    last = _next_day_of_month(day_number(match[2]), first)
    return first, last


def _day_of_month(value: str, today: date) -> _Days | None:
    match = _DAY_OF_MONTH.search(value)
    if match is None:
        return None
    number = day_number(match[1])
    if not 1 <= number <= 31:
        return None
    day = _in_month(*_month(today, 1), number) if match[2] else _next_day_of_month(number, today)
    return day, day


def _shifted(value: str, today: date) -> _Days | None:
    for pattern, days in _SHIFTS:
        if pattern.search(value):
            day = today + timedelta(days)
            return day, day
    return None


def _distance(value: str, today: date) -> _Days | None:
    match = _DISTANCE.search(value)
    if match is None:
        return None
    number = day_number(match[1])
    if match[2] == "mes":
        day = _in_month(*_month(today, number), today.day)
    else:
        day = today + timedelta(number * (7 if match[2] == "semana" else 1))
    return day, day


def _weekday(value: str, today: date) -> _Days | None:
    match = _WEEKDAY.search(value)
    if match is None:
        return None
    number = _number_of_weekday(match[1])
    if _WEEK.search(value):
        day = _monday(today) + timedelta(7 * _weeks_ahead(value) + number)
    elif re.search(r"\bpassad[ao]\b", value):
        day = today - timedelta((today.weekday() - number - 1) % 7 + 1)
    else:
        day = today + timedelta((number - today.weekday() - 1) % 7 + 1)
    return day, day


def _part_of_month(value: str, today: date) -> _Days | None:
    match = _PART_OF_MONTH.search(value)
    if match is None:
        return None
    ahead = {" que vem": 1, " passado": -1}.get(match[2] or "", 0)
    first, last = _span(match[1], *_month(today, ahead))
    return (first, last) if match[2] or last >= today else _span(match[1], *_month(today, 1))


def _span(part: str, year: int, month: int) -> _Days:
    length = monthrange(year, month)[1]
    days = {"inicio": (1, 7), "comeco": (1, 7), "meio": (11, 20)}.get(part, (length - 6, length))
    return date(year, month, days[0]), date(year, month, days[1])


def _whole_month(value: str, today: date) -> _Days | None:
    match = _MONTH.search(value)
    if match is None:
        return None
    ahead = 1 if match[1] else -1 if match[2] else 0
    year, month = _month(today, ahead)
    return (today if ahead == 0 else date(year, month, 1)), _in_month(year, month, 31)


def _weekend(value: str, today: date) -> _Days | None:
    if not _WEEKEND.search(value):
        return None
    saturday = _monday(today) + timedelta(_SATURDAY)
    return max(saturday, today), saturday + timedelta(1)


def _week(value: str, today: date) -> _Days | None:
    if not _WEEK.search(value):
        return None
    ahead = _weeks_ahead(value)
    monday = _monday(today) + timedelta(7 * ahead)
    return (today if ahead == 0 else monday), monday + timedelta(6)


_READINGS: tuple[Callable[[str, date], _Days | None], ...] = (
    _iso,
    _today,
    _between,
    _day_of_month,
    _shifted,
    _distance,
    _part_of_month,
    _whole_month,
    _weekend,
    _weekday,
    _week,
)


def _weeks_ahead(value: str) -> int:
    match = _WEEK.search(value)
    return 0 if match is None else 1 if match[1] else -1 if match[2] else 0


def _number_of_weekday(word: str) -> int:
    if word[0].isdigit():
        return int(word[0]) - 2
    return _OTHER_SPELLINGS.get(word[:3], -1) if word[:3] not in _BEGINNINGS else _BEGINNINGS.index(word[:3])


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def _month(day: date, ahead: int) -> tuple[int, int]:
    months = day.year * 12 + day.month - 1 + ahead
    return months // 12, months % 12 + 1


def _in_month(year: int, month: int, number: int) -> date:
    """The day of that number, or the month's last day where it has fewer."""
    return date(year, month, min(number, monthrange(year, month)[1]))


def _next_day_of_month(number: int, after: date) -> date:
    this = _in_month(*_month(after, 0), number)
    return this if this > after else _in_month(*_month(after, 1), number)
