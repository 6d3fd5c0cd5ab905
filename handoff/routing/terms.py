"""The provider's terms of waiting: what ages, what sticks, what is told when, and what is offered."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields

from sqlalchemy.orm import Session

from billing.provider_row import provider_row, terms_of
from core.errors import Misconfigured

log = logging.getLogger(__name__)


FEWEST_ANSWERS = 10
"""Fewer answers in some minutes are an ordinary talk, whatever the terms say."""


@dataclass(frozen=True)
class Routing:
    """The policy `routing`. After each `age_minutes` of waiting a conversation counts as one step of priority more.

    For `sticky_hours` after a person had it, a customer comes back to the same queue, and to that person first.
    `languages` and `territories` name the queue for a language (es) or a place (city or neighbourhood), each as
    "place=queue"; it takes the place of a queue of its own level. Contracts of the SLA classes `urgent_classes` begin
    two steps higher.

    A wait's change is told each `retell_minutes` at most, and only where it is `retell_places` places or more.
    After `callback_minutes` another time is offered (0: never). Whoever gets `loop_answers` of the bot within
    `loop_minutes`, or writes the same long text `loop_repeats` times, is another machine.
    """

    age_minutes: int = 15
    sticky_hours: int = 24
    languages: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    urgent_classes: tuple[str, ...] = ()
    retell_minutes: int = 10
    retell_places: int = 3
    callback_minutes: int = 10
    loop_answers: int = 40
    loop_minutes: int = 5
    loop_repeats: int = 5

    def __post_init__(self) -> None:
        """Raises ValueError for what makes no sense."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and value < 0:
                raise ValueError(f"{field.name} não pode ser negativo")
            if isinstance(value, tuple) and not all(isinstance(each, str) for each in value):
                raise ValueError(f"{field.name}: esperado uma lista de textos")
        if not self.age_minutes or not self.loop_minutes or self.loop_repeats < 2:
            raise ValueError("age_minutes e loop_minutes começam em 1, loop_repeats em 2")
        if self.loop_answers < FEWEST_ANSWERS:
            raise ValueError(f"loop_answers começa em {FEWEST_ANSWERS}: menos que isso é uma conversa")
        for pair in (*self.languages, *self.territories):
            if not all(pair.partition("=")):
                raise ValueError(f"esperado nome=fila, não {pair!r}")


def routing_terms(session: Session) -> Routing:
    """The terms as they are now. Where they make no sense, or there is no provider yet, the defaults hold, and the log
    says so: a customer who has to reach a person reaches one all the same."""
    try:
        return terms_of(provider_row(session), "routing", Routing)
    except Misconfigured as wrong:
        log.warning("the terms of routing are not read, the usual ones hold: %s", wrong)
        return Routing()
