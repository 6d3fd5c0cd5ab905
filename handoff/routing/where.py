"""Which queue, which priority, and whom first: the rules by which a conversation finds its place. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from handoff.queues import BILLING, BUSINESS, COLLECTIONS, DEFAULT_QUEUE, OVERFLOW, TEMPLATE, Organogram, Queue
from handoff.routing.terms import Routing
from nlu.folding import fold

MONEY = frozenset({BILLING, COLLECTIONS})
URGENT, LOWEST = 2, -1
"""Steps of priority."""


@dataclass(frozen=True)
class Person:
    """Who had the customer last, as far as they may be asked first: the queue it was in, and what they are good for.
    Without any languages they speak the house's."""

    id: int
    had_in: str
    queues: frozenset[str]
    skills: frozenset[str]
    languages: frozenset[str]


@dataclass(frozen=True)
class Case:
    """What is known of a conversation that needs a person. `wish` is the queue that the bot, by the intent, asks for;
    `places` are the contract's city and neighbourhood; `last` had it within the sticky hours,
    `priority` is what it has already."""

    wish: str
    business: bool = False
    sla_class: str = ""
    language: str = "pt_BR"
    places: tuple[str, ...] = ()
    last: Person | None = None
    priority: int = 0


@dataclass(frozen=True)
class Placed:
    """Where it waits; `agent_id` is the person to ask first, None where it does not matter."""

    queue: str
    priority: int
    agent_id: int | None


def where(case: Case, queues: Organogram, terms: Routing) -> Placed:
    """The place of the case. Always a queue that takes something new, if there is any. Raises ValueError for a wish
    that names no queue at all."""
    queue = _open(_wanted(case, queues, terms), queues)
    return Placed(queue.name, _priority(case, terms), _first_asked(case, queue))


def _wanted(case: Case, queues: Organogram, terms: Routing) -> Queue:
    wish = _known(case.wish, queues)
    if case.wish in MONEY:
        # Whoever speaks of a bill is helped by those who see bills, companies too.
        return wish
    if case.business and BUSINESS in queues.names:
        return queues.queue(BUSINESS)
    back = case.last.had_in if case.last else ""
    if case.wish == DEFAULT_QUEUE and back in queues.names - {OVERFLOW}:
        # Only where the bot knows nothing better: a new subject has its own people.
        return queues.queue(back)
    return (
        _own(terms.languages, (case.language,), wish, queues)
        or _own(terms.territories, case.places, wish, queues)
        or wish
    )


def _known(name: str, queues: Organogram) -> Queue:
    """The queue of that name; of a provider that has none of it, as the template has it."""
    known = [*queues.queues, *queues.closed, *TEMPLATE]
    found = next((queue for queue in known if queue.name == name), None)
    if found is None:
        raise ValueError(f"there is no queue {name!r}")
    return found


def _own(pairs: tuple[str, ...], names: tuple[str, ...], wish: Queue, queues: Organogram) -> Queue | None:
    """The queue of its own that one of the names has, in place of one of the same level."""
    wanted = {fold(name) for name in names if name}
    for name, _, queue in (pair.partition("=") for pair in pairs):
        if fold(name.strip()) in wanted and queue.strip() in queues.names:
            own = queues.queue(queue.strip())
            if own.level == wish.level:
                return own
    return None


def _open(queue: Queue, queues: Organogram) -> Queue:
    """The queue itself while it takes something new; else where it overflows to, the first line, or any."""
    fallbacks = (queue.name, queue.overflow_to, DEFAULT_QUEUE)
    name = next((name for name in fallbacks if name in queues.names), None)
    if name is not None:
        return queues.queue(name)
    return queues.queues[0] if queues.queues else queue


def _priority(case: Case, terms: Routing) -> int:
    urgent = bool(case.sla_class) and case.sla_class in terms.urgent_classes
    return max(case.priority, URGENT if urgent else 0)


def _first_asked(case: Case, queue: Queue) -> int | None:
    last = case.last
    if last is None or queue.name not in last.queues:
        return None
    if last.languages and case.language not in last.languages:
        return None
    return last.id if last.skills >= {*queue.skills} else None
