"""What the funnel is measured against: the provider's policy `reports`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.provider_row import terms_of
from models.provider import Provider


@dataclass(frozen=True)
class Targets:
    """Of what people get, so many in a hundred end at the first level at least, and reach the third at most: what
    providers that are staffed in three levels count on. Raises ValueError for what is no share."""

    n1_percent: int = 70
    n3_percent: int = 1

    def __post_init__(self) -> None:
        """Refuses what is no share."""
        for name in ("n1_percent", "n3_percent"):
            if not 0 <= getattr(self, name) <= 100:
                raise ValueError(f"{name}: de 0 a 100")


def targets(session: Session) -> Targets:
    """The policy as it stands now; the defaults before there is a provider. Raises Misconfigured `provider`."""
    row = session.scalars(select(Provider).order_by(Provider.id).limit(1)).one_or_none()
    return Targets() if row is None else terms_of(row, "reports", Targets)
