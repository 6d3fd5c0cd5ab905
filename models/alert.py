"""Something that an operator must know: a channel stopped, a template rejected, an account restricted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base, utc_now


class Alert(Base):
    """`kind` is what happened (channel.stopped, template.rejected, account.restricted ...), `subject` to what.
    `text` is for people to read, in Portuguese, without personal data. `severity`: info, warning or critical.

    At most one alert of a kind and subject is open; the same again counts up `times`. Open while `ended_at` is empty:
    it ends by itself when the cause is gone, or when a person says that they have seen it (`ended_by` is their login).
    """

    __tablename__ = "alert"
    __table_args__ = (
        CheckConstraint("severity in ('info', 'warning', 'critical')", name="severity"),
        Index("uq_alert_open", "kind", "subject", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    severity: Mapped[str] = mapped_column(default="warning")
    text: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    times: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]


def raise_alert(
    session: Session,
    kind: str,
    subject: str,
    text: str,
    *,
    severity: str = "warning",
    detail: dict[str, Any] | None = None,
) -> None:
    """Opens the alert, or counts the open one of the same kind and subject up and keeps the newest words."""
    now = utc_now()
    row = {
        "kind": kind,
        "subject": subject,
        "severity": severity,
        "text": text,
        "detail": detail or {},
        "first_at": now,
        "last_at": now,
    }
    new = insert(Alert).values(**row, times=1)
    again = {"times": Alert.times + 1, "last_at": now, **{name: row[name] for name in ("text", "severity", "detail")}}
    session.execute(
        new.on_conflict_do_update(index_elements=["kind", "subject"], index_where=Alert.ended_at.is_(None), set_=again)
    )


def end_alert(session: Session, kind: str, subject: str, *, by: str = "clock") -> None:
    """Ends the open alert of this kind and subject, if there is one."""
    session.query(Alert).filter(Alert.kind == kind, Alert.subject == subject, Alert.ended_at.is_(None)).update(
        {"ended_at": func.now(), "ended_by": by}
    )
