"""A person of the provider who uses the console."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base


class Agent(Base):
    """`role` names a row of models.role, or is api (another system: nobody signs in as it). `queues` are those whose
    conversations they may take. With a `one_time_password` the first thing they do is to choose their own. `sso_name`
    is the name or address by which an administrator lets them in from the provider's own sign-on; `sso_subject` is who
    then came.

    `capacity` is how much they are given at once, in the queues' weights; 0 means that nothing is pushed to them.
    `territories` are cities and neighbourhoods; without any, everywhere. `shift` names a calendar; without one they may
    be given work whenever they are there.
    """

    __tablename__ = "agent"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default="agent")
    queues: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    one_time_password: Mapped[bool] = mapped_column(default=False, server_default="false")
    sso_name: Mapped[str | None] = mapped_column(unique=True)
    sso_subject: Mapped[str | None] = mapped_column(unique=True)
    capacity: Mapped[int] = mapped_column(default=5, server_default="5")
    skills: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    languages: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=lambda: ["pt_BR"], server_default="{pt_BR}")
    territories: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    shift: Mapped[str] = mapped_column(default="", server_default="")


def name_of(session: Session, login: str | None) -> str:
    """The person's name for others to read; `outra pessoa` where nobody is named, a login that is gone as it is."""
    if not login:
        return "outra pessoa"
    return session.scalar(select(Agent.name).where(Agent.login == login)) or login
