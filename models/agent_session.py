"""A browser in which a person is signed in, and what each needs besides the password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class AgentSession(Base):
    """`key_hash` is of the random key in the browser's signed cookie. `device` and `address` tell people their own
    sessions apart: words, and an address of which the end is hidden. `began_by` is password or sso.

    `second_factor`: a code was right in it. `seen_at` is a person's last click, to the minute.
    """

    __tablename__ = "agent_session"
    __table_args__ = (Index("ix_agent_session_open", "agent_id", postgresql_where=text("ended_at is null")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    key_hash: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str]
    address: Mapped[str]
    began_by: Mapped[str]
    second_factor: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]


class SecondFactor(Base):
    """Codes by time (TOTP). `secret` is sealed; it counts once `confirmed_at` is there. `last_step` is the time step of
    the last code that was taken, so that none is taken twice. `recovery` are hashes of codes that work once each."""

    __tablename__ = "second_factor"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    secret: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)
    recovery: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
