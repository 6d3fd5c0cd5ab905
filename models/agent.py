"""A person of the provider who uses the console."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base


class Agent(Base):
    """`role`: agent, supervisor, technician, admin, or api (another system: nobody signs in as it). `queues` are those
    whose conversations they may take. `sign_outs` counts how often they left: sessions from before the last time are
    over, on every device.

    `capacity` is how much they are given at once, in the queues' weights; 0 means that nothing is pushed to them.
    `territories` are cities and neighbourhoods; without any, everywhere. `shift` names a calendar; without one they may
    be given work whenever they are there.
    """

    __tablename__ = "agent"
    __table_args__ = (CheckConstraint("role in ('agent', 'supervisor', 'technician', 'admin', 'api')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default="agent")
    queues: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    sign_outs: Mapped[int] = mapped_column(default=0, server_default="0")
    capacity: Mapped[int] = mapped_column(default=5, server_default="5")
    skills: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    languages: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{pt_BR}")
    territories: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    shift: Mapped[str] = mapped_column(default="", server_default="")


def name_of(session: Session, login: str | None) -> str:
    """The person's name for others to read; `outra pessoa` where nobody is named, a login that is gone as it is."""
    if not login:
        return "outra pessoa"
    return session.scalar(select(Agent.name).where(Agent.login == login)) or login
