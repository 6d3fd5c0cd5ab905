"""An import of the customer base: the file, what it would change, what it changed, the lines that were refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class ImportRun(Base):
    """`kind`: customers, contracts, plans, invoices, payments. `counts`: {"new", "changed", "same", "refused"};
    `refused`: a list of {"line", "field", "reason"}, without personal data."""

    __tablename__ = "import_run"
    __table_args__ = (CheckConstraint("state in ('previewed', 'done', 'failed')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    filename: Mapped[str]
    sha256: Mapped[str]
    state: Mapped[str] = mapped_column(default="previewed")
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    asked_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    done_at: Mapped[datetime | None]
