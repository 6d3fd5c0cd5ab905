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
    `refused`: a list of {"line", "field", "reason"}, without personal data. `at_line` is the last line that counts
    already, `bytes_read` of `size` how far that is.

    A file that came through the console is `waiting` to be compared, `previewed`, `asked` to be written, and kept under
    `stored_as` until it is `done`, `failed` (`problem` says why) or `discarded`. `samples` are lines of a preview, in
    the words that people see; they hold names.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'previewed', 'asked', 'done', 'failed', 'discarded')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    filename: Mapped[str]
    sha256: Mapped[str]
    state: Mapped[str] = mapped_column(default="previewed")
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    asked_by: Mapped[str]
    applied_by: Mapped[str | None]
    stored_as: Mapped[str | None]
    size: Mapped[int] = mapped_column(default=0)
    bytes_read: Mapped[int] = mapped_column(default=0)
    at_line: Mapped[int] = mapped_column(default=0)
    ignored: Mapped[list[str]] = mapped_column(JSONB, default=list)
    samples: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    problem: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    done_at: Mapped[datetime | None]
