"""A person of the provider who uses the console."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base


class Agent(Base):
    """`role`: agent, supervisor, technician or admin. `queues` are those whose conversations they may take.
    `sign_outs` counts how often they left: sessions from before the last time are over, on every device.
    """

    __tablename__ = "agent"
    __table_args__ = (CheckConstraint("role in ('agent', 'supervisor', 'technician', 'admin')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default="agent")
    queues: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    sign_outs: Mapped[int] = mapped_column(default=0, server_default="0")


def name_of(session: Session, login: str | None) -> str:
    """The person's name for others to read; `outra pessoa` where nobody is named, a login that is gone as it is."""
    if not login:
        return "outra pessoa"
    return session.scalar(select(Agent.name).where(Agent.login == login)) or login
