"""RouterOS's times: how long something has been up, and when something was by the router's own clock."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_UPTIME = re.compile(r"(?:\d+[wdhms])+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OLD = re.compile(r"([a-z]{3})/(\d{1,2})/(\d{4}) (\d\d:\d\d:\d\d)", re.IGNORECASE)


def seconds_up(text: str) -> int | None:
    """Seconds of "3w2d4h1m2s"; None for what is no such time."""
    if not _UPTIME.fullmatch(text):
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([wdhms])", text))


def moment(text: str) -> datetime | None:
    """The router's local time of "nov/26/2026 12:00:00" (before 7.10) or "2026-11-26 12:00:00".

    None for what is neither, and for a year in which nothing can have happened: RouterOS writes 1970 for "never".
    """
    old = _OLD.fullmatch(text)
    try:
        if old:
            month = _MONTHS.index(old[1].lower()) + 1
            text = f"{old[3]}-{month:02}-{int(old[2]):02} {old[4]}"
        found = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    return found if found.year >= 2000 else None


def on_our_clock(text: str, router_now: str, now: datetime) -> datetime | None:
    """When it was by our clock: as long before `now` as it was before the router's own present.

    So neither the router's time zone nor a clock that is wrong matters. None for what is no time, or still to come.
    """
    then, there = moment(text), moment(router_now)
    if then is None or there is None or then > there:
        return None
    age: timedelta = there - then
    return now - age
