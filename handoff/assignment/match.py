"""Who gets which of those that wait: decided from values alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nlu.folding import fold


@dataclass(frozen=True)
class Waiting:
    """A conversation that waits. It may be given to people of any of `queues`, who have its `skills`, speak its
    `language` and go to its `place` (text of an address; empty: anywhere). `last` had it last."""

    id: int
    queues: frozenset[str]
    weight: int
    since: datetime
    skills: frozenset[str] = frozenset()
    language: str = ""
    place: str = ""
    last: int | None = None


@dataclass(frozen=True)
class Person:
    """Somebody who is there. `room` is what they may still be given, in the queues' weights."""

    id: int
    name: str
    queues: frozenset[str]
    room: int
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    territories: tuple[str, ...] = ()

    def suits(self, one: Waiting) -> bool:
        """Whether they could have it at all, room or not."""
        return (
            bool(self.queues & one.queues)
            and one.skills <= self.skills
            and (not one.language or one.language in self.languages)
            and self._goes_to(one.place)
        )

    def _goes_to(self, place: str) -> bool:
        where = fold(place)
        return not where or not self.territories or any(fold(name) in where for name in self.territories)


@dataclass(frozen=True)
class Pair:
    """A conversation and the person who gets it."""

    conversation_id: int
    person: Person


def match(waiting: Sequence[Waiting], people: Sequence[Person], now: datetime, sticky: timedelta) -> list[Pair]:
    """Pairs in the order of `waiting`. `people` are in turn, the next one first: who is given one goes to the back.

    Whoever had it last goes first; while they are there but have no room, it is kept for them until it has waited for
    `sticky`. What suits nobody with room is passed over and holds up nothing behind it.
    """
    turn = list(people)
    room = {person.id: person.room for person in people}
    pairs = []
    for one in waiting:
        suited = [person for person in turn if person.suits(one)]
        last = next((person for person in suited if person.id == one.last), None)
        if last and room[last.id] < one.weight and now - one.since < sticky:
            continue
        order = [last, *suited] if last else suited
        chosen = next((person for person in order if room[person.id] >= one.weight), None)
        if chosen is None:
            continue
        pairs.append(Pair(one.id, chosen))
        room[chosen.id] -= one.weight
        turn.remove(chosen)
        turn.append(chosen)
    return pairs
