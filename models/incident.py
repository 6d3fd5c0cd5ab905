"""A fault that many feel: its place in the topology, its kind, since when, until when, and whom it touches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now

SCOPES = ("cto", "pon", "olt", "area", "pop")


class Incident(Base):
    """`scope_kind`: cto, pon ("OLT pon"), olt, area (neighbourhood) or pop; `scope` its name. Open while `ended_at` is
    empty; planned maintenance counts from `started_at` on, which may be ahead.

    `kind`: fibre, power, mixed, unknown or planned. `source`: detected, person or alarm. `cause` is for customers to
    read, `evidence` what it was concluded from (counts, PONs, times). `restored_at` is when the lines came back;
    `ended_at` when everybody concerned was told. `confirmed_by` is who said that it is right (or wrong: `dismissed`).
    """

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("scope_kind in ('olt', 'pon', 'cto', 'pop', 'area')", name="scope_kind"),
        CheckConstraint("kind in ('fibre', 'power', 'mixed', 'unknown', 'planned')", name="kind"),
        CheckConstraint("source in ('detected', 'person', 'alarm')", name="source"),
        Index(
            "uq_incident_detected",
            "scope_kind",
            "scope",
            unique=True,
            postgresql_where=text("ended_at is null and source = 'detected'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_kind: Mapped[str]
    scope: Mapped[str]
    cause: Mapped[str]
    kind: Mapped[str] = mapped_column(default="unknown")
    source: Mapped[str] = mapped_column(default="person")
    planned: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    eta: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    opened_by: Mapped[str] = mapped_column(default="clock")
    confirmed_by: Mapped[str | None]
    dismissed: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    reports: Mapped[int] = mapped_column(default=0)


class IncidentContract(Base):
    """A contract that an incident touches. `told_at` is when its subscriber heard of the fault, `back_at` when its line
    was read as back, `told_back_at` when they heard of that. Each is set once."""

    __tablename__ = "incident_contract"
    __table_args__ = (Index("ix_incident_contract_contract_ref", "contract_ref"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    contract_ref: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    added_at: Mapped[datetime] = mapped_column(default=utc_now)
    told_at: Mapped[datetime | None]
    back_at: Mapped[datetime | None]
    told_back_at: Mapped[datetime | None]
