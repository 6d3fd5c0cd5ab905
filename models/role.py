"""A role of the provider's people, as an administrator left it."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class RoleRow(Base):
    """`name` never changes: agents keep it. `deeds` are those of handoff.permits; `by_queue` are more of them for
    people with a queue of that name. `sees` is queues or all. As long as there are no rows at all the template holds.
    """

    __tablename__ = "role"

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    deeds: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    by_queue: Mapped[dict[str, list[str]]] = mapped_column(JSONB, default=dict)
    sees: Mapped[str] = mapped_column(default="queues")
