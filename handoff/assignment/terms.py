"""The provider's terms of presence and assignment: pauses, silence, what goes back, and who is asked first."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.provider_row import terms_of
from core.errors import Misconfigured
from models.provider import Provider

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeskTerms:
    """The policy `desk`. `pause_reasons` are what a pause can be for; `tags` are those that are offered, without
    any the most used ones.

    Nobody is given work whose console was silent for `stale_seconds`; then they count as gone, in a pause only after
    `pause_minutes`. What somebody who is gone still had goes back to its queue after `back_minutes`; until then they
    are back as soon as their console is. A conversation is kept for the person who had it last, when they are there,
    for `sticky_minutes` of its wait.
    """

    pause_reasons: tuple[str, ...] = ("Almoço", "Café", "Reunião", "Treinamento", "Visita técnica")
    tags: tuple[str, ...] = ()
    stale_seconds: int = 90
    pause_minutes: int = 120
    back_minutes: int = 10
    sticky_minutes: int = 3

    def __post_init__(self) -> None:
        """Raises ValueError for what makes no sense."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and value < 0:
                raise ValueError(f"{field.name} não pode ser negativo")
        if self.stale_seconds < 30:
            raise ValueError("stale_seconds começa em 30: o console dá sinal a cada 20 segundos")
        if not all(isinstance(word, str) and word.strip() for word in (*self.pause_reasons, *self.tags)):
            raise ValueError("pause_reasons e tags: cada um é um texto")

    @property
    def stale(self) -> timedelta:
        """How long an open console may be silent."""
        return timedelta(seconds=self.stale_seconds)

    @property
    def back(self) -> timedelta:
        """How long somebody may be gone before what they had goes back."""
        return timedelta(minutes=self.back_minutes)


def desk_terms(session: Session) -> DeskTerms:
    """The terms as they are now. Where they make no sense, or there is no provider yet, the defaults hold, and the log
    says so: people have to be able to work all the same."""
    row = session.scalars(select(Provider).order_by(Provider.id).limit(1)).one_or_none()
    try:
        return terms_of(row, "desk", DeskTerms) if row else DeskTerms()
    except Misconfigured as wrong:
        log.warning("the desk goes by the defaults: %s", wrong)
        return DeskTerms()
