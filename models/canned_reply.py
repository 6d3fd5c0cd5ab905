"""A ready answer that people send with a few keys, and how often they did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class CannedReply(Base):
    """`text` holds places such as {{cliente}} (handoff.writing.values). Without `queues` everybody has it. The file
    behind `attachment_id` goes with it. `uses` counts messages that were sent with it."""

    __tablename__ = "canned_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    shortcut: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    text: Mapped[str] = mapped_column(default="", server_default="")
    queues: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    uses: Mapped[int] = mapped_column(default=0, server_default="0")
    last_used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
