"""The provider itself: who it is, its zone, and the business settings that a person may change."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


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
