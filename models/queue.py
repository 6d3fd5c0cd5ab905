"""A queue of the provider's organogram, as an administrator left it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class QueueRow(Base):
    """`name` never changes: conversations keep it. `terms` are the fields of handoff.queues.Queue that differ from its
    defaults. As long as there are no rows at all the template holds. One that is not `active` takes nothing new."""

    __tablename__ = "queue"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
