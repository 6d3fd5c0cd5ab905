"""The provider's terms for what lasts: how long a test counts, and how late a scheduled message still makes sense."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.provider_row import terms_of
from models.provider import Provider

POLICY = "conversation_life"


@dataclass(frozen=True)
class LifeTerms:
    """A test of the line counts for the checklist for `tests_hours`. A scheduled message that is more than `late_hours`
    late, because the system stood still, is not sent any more: a person decides."""

    tests_hours: int = 6
    late_hours: int = 6

    def __post_init__(self) -> None:
        if self.tests_hours < 1 or self.late_hours < 1:
            raise ValueError("tests_hours e late_hours são de uma hora para cima")


def life_terms(session: Session) -> LifeTerms:
    """The terms as they are now. Raises Misconfigured `provider` for a policy without sense."""
    row = session.scalars(select(Provider).order_by(Provider.id).limit(1)).first()
    return terms_of(row, POLICY, LifeTerms) if row else LifeTerms()
