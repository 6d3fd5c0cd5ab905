"""The provider itself: who it is, its zone, and the business settings that a person may change."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base

# While there is no provider yet.
FALLBACK_ZONE = "America/Sao_Paulo"


class Provider(Base):
    """One row. `policies` holds business settings by name, such as {"trust_unlock": {"hours": 72}}."""

    __tablename__ = "provider"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    cnpj: Mapped[str]
    city: Mapped[str]
    state: Mapped[str]
    timezone: Mapped[str]
    pix_key: Mapped[str]
    size: Mapped[str] = mapped_column(default="ppp")
    policies: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


def provider_policies(session: Session) -> dict[str, Any]:
    """The provider's business settings, as they are in its row; none while there is no provider."""
    return session.scalars(select(Provider.policies).order_by(Provider.id).limit(1)).first() or {}


def provider_zone(session: Session) -> str:
    """The name of the zone that the provider's days are counted in."""
    return session.scalars(select(Provider.timezone).order_by(Provider.id).limit(1)).first() or FALLBACK_ZONE
