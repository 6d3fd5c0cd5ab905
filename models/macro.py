"""Several acts on a conversation that people do with one click."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Macro(Base):
    """`steps` are done in order: [{"do": "reply", "value": "saudacao"}, ...] (handoff.writing.steps). Without `queues`
    everybody has it."""

    __tablename__ = "macro"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(unique=True)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    queues: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    uses: Mapped[int] = mapped_column(default=0, server_default="0")
    last_used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
