"""The provider's work calendars: its rows, the template of a provider that changed none, and holidays by state."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import Misconfigured
from core.public_holidays import STATES, public_holidays
from core.work_calendar import DAY_MINUTES, Hours, Interval, WorkCalendar
from handoff.queues import ALWAYS, OFFICE_HOURS
from models.calendar import CalendarRow
from models.provider import Provider, provider_zone

HOLIDAY_KINDS = ("national", "state", "optional")
"""Of the country by law, of the provider's state too, and the days that are only by custom (Carnival's)."""

TEMPLATE: Mapping[str, Mapping[str, Any]] = {
    OFFICE_HOURS: {
        "week": [[["08:00", "20:00"]]] * 5 + [[["08:00", "14:00"]], []],
        "holidays": ["national", "state"],
        "days": [],
    },
    ALWAYS: {"always_open": True},
}
"""The calendars of a provider that changed none; written into rows on the first start."""

_FIELDS = {"always_open", "week", "holidays", "days"}
_DAY_FIELDS = {"date", "name", "yearly", "hours"}


def calendar_named(session: Session, name: str) -> WorkCalendar:
    """The calendar as it is now, on the provider's clock. Raises Misconfigured `calendar` for a row without sense, or
    when there is no calendar of that name."""
    terms = session.scalar(select(CalendarRow.terms).where(CalendarRow.name == name))
    known = TEMPLATE.get(name) if terms is None else terms
    if known is None:
        raise Misconfigured("calendar", f"não existe o calendário {name}")
    state = session.scalars(select(Provider.state).order_by(Provider.id).limit(1)).first() or ""
    return calendar_of(name, known, zone=provider_zone(session), state=state)


def calendar_of(name: str, terms: Mapping[str, Any], *, zone: str, state: str) -> WorkCalendar:
    """A description (models.calendar.CalendarRow) as a value. Raises Misconfigured `calendar` saying what is wrong."""
    try:
        return _read(terms, zone, state)
    except _Senseless as problem:
        raise Misconfigured("calendar", f"calendário {name}: {problem}") from problem


def ensure_calendars(session: Session) -> bool:
    """Writes the calendars of the template that are not there, for the administrator to change; whether it did."""
    if session.scalar(select(CalendarRow.name).limit(1)) is not None:
        return False
    values = [{"name": name, "terms": terms} for name, terms in TEMPLATE.items()]
    session.execute(insert(CalendarRow).values(values).on_conflict_do_nothing())
    return True


class _Senseless(ValueError):
    """What an administrator wrote means nothing; the text says what, in Portuguese."""


def _read(terms: Mapping[str, Any], zone: str, state: str) -> WorkCalendar:
    for key in terms:
        if key not in _FIELDS:
            raise _Senseless(f"não existe {key}")
    if terms.get("always_open") is True:
        return WorkCalendar(zone, always_open=True)
    if terms.get("always_open", False) is not False:
        raise _Senseless("always_open é sim ou não")
    week = terms.get("week")
    if not isinstance(week, list) or len(week) != 7:
        raise _Senseless("a semana precisa de sete dias, a começar pela segunda-feira")
    days = list(_days(terms.get("days", [])))
    return WorkCalendar(
        zone,
        week=tuple(_hours(hours) for hours in week),
        dated={day: hours for day, yearly, hours in days if not yearly},
        yearly={(day.month, day.day): hours for day, yearly, hours in days if yearly},
        holidays=_holidays(terms.get("holidays", []), state),
    )


def _hours(told: object) -> Hours:
    if not isinstance(told, list):
        raise _Senseless(f"os horários de um dia são uma lista, e não {told!r}")
    return tuple(sorted(_interval(one) for one in told))


def _interval(told: object) -> Interval:
    if not isinstance(told, list) or len(told) != 2:
        raise _Senseless(f"um horário tem início e fim, como 08:00 e 12:00, e não {told!r}")
    start, end = (_minute(one) for one in told)
    if start == DAY_MINUTES:
        raise _Senseless("um horário não começa às 24:00: ponha 00:00 no dia seguinte")
    return start, end if end > start else end + DAY_MINUTES


def _minute(told: object) -> int:
    hour, _, minute = told.partition(":") if isinstance(told, str) else ("", "", "")
    if len(hour) == len(minute) == 2 and (hour + minute).isascii() and (hour + minute).isdigit():
        value = int(hour) * 60 + int(minute)
        if int(minute) < 60 and value <= DAY_MINUTES:
            return value
    raise _Senseless(f"{told!r} não é uma hora como 08:00")


def _days(told: object) -> Iterator[tuple[date, bool, Hours]]:
    if not isinstance(told, list):
        raise _Senseless("os dias especiais são uma lista")
    for day in told:
        if not isinstance(day, dict) or set(day) - _DAY_FIELDS:
            raise _Senseless(f"um dia especial tem date, name, yearly e hours, e não {day!r}")
        yearly = day.get("yearly", False)
        if not isinstance(yearly, bool):
            raise _Senseless("yearly é sim ou não")
        yield _date(day.get("date")), yearly, _hours(day.get("hours", []))


def _date(told: object) -> date:
    try:
        return date.fromisoformat(told if isinstance(told, str) else "")
    except ValueError:
        raise _Senseless(f"{told!r} não é uma data como 2026-07-27") from None


def _holidays(told: object, state: str) -> Container[date]:
    if not isinstance(told, list) or any(kind not in HOLIDAY_KINDS for kind in told):
        raise _Senseless(f"os feriados são {', '.join(HOLIDAY_KINDS)}, e não {told!r}")
    if not told:
        return ()
    in_state = state if "state" in told else ""
    if in_state and in_state not in STATES:
        raise _Senseless(f"não conheço os feriados do estado {state!r}")
    return public_holidays(in_state, by_custom="optional" in told)
