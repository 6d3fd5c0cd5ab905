"""The schedule that no sender can beat: a number's pace, and each person's burst that is paid back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """So many messages a second from the number; to one person `burst` at once, then one every `pair_seconds`."""

    per_second: float
    pair_seconds: float
    burst: int


def departures(queue: Sequence[str], pace: Pace) -> list[float]:
    """When the first, second, third... message may leave, in seconds from now, if all wait already.

    `queue` names whom each is for, in order. At every turn of the number the first goes whose person may be written to.
    """
    waiting = list(queue)
    # The moment at which a person's bucket would be empty again.
    empty: dict[str, float] = {}
    room = pace.pair_seconds * pace.burst + 1e-9
    times: list[float] = []
    now = 0.0
    while waiting:
        place = _first_allowed(waiting, empty, now, pace.pair_seconds, room)
        if place is None:
            now = min(empty[person] + pace.pair_seconds - room for person in set(waiting)) + 1e-6
            continue
        person = waiting.pop(place)
        empty[person] = max(now, empty.get(person, now)) + pace.pair_seconds
        times.append(now)
        now += 1 / pace.per_second
    return times


def _first_allowed(
    waiting: Sequence[str], empty: dict[str, float], now: float, every: float, room: float
) -> int | None:
    blocked: set[str] = set()
    for place, person in enumerate(waiting):
        if person in blocked:
            continue
        if max(now, empty.get(person, now)) + every - now <= room:
            return place
        blocked.add(person)
    return None
