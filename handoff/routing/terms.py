"""The provider's terms of waiting: what ages, what sticks, what is told when, and what is offered."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy.orm import Session

from billing.provider_row import provider_row, terms_of


@dataclass(frozen=True)
class Routing:
    """The policy `routing`. After each `age_minutes` of waiting a conversation counts as one step of priority more.

    For `sticky_hours` after a person had it, a customer comes back to the same queue and is shown to that person first.
    `languages` and `territories` name the queue of a language (es) or a place (city or neighbourhood) as
    "place=queue"; `urgent_classes` are the SLA classes that begin two steps higher. A change is told at most each
    `retell_minutes`, and only where it is `retell_places` places or more. `callback_minutes` is how long one waits
    before another time is offered (0: never). `loop_answers` of the bot within `loop_minutes` are another machine.
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

    def __post_init__(self) -> None:
        """Raises ValueError for what makes no sense."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and value < 0:
                raise ValueError(f"{field.name} não pode ser negativo")
        if not (self.age_minutes and self.loop_answers and self.loop_minutes):
            raise ValueError("age_minutes, loop_answers e loop_minutes começam em 1")
        for pair in (*self.languages, *self.territories):
            if not isinstance(pair, str) or "=" not in pair:
                raise ValueError(f"esperado nome=fila, não {pair!r}")


def routing_terms(session: Session) -> Routing:
    """The terms as they are now. Raises Misconfigured `provider`: no provider, or nonsense in its policies."""
    return terms_of(provider_row(session), "routing", Routing)
