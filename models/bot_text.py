"""What the bot says in a house's own words: every version of every sentence, who wrote it and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base, utc_now


class BotText(Base):
    """A version; rows are only ever added, and the highest one holds. Without `text` the shipped words hold again.
    `instead_of` are the shipped words as they were then; `by` is a login."""

    __tablename__ = "bot_text"
    __table_args__ = (CheckConstraint("version > 0", name="version"), CheckConstraint("text <> ''", name="text"))

    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str | None]
    instead_of: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=utc_now)


def newest_texts(session: Session, language: str) -> dict[str, BotText]:
    """The newest version of every sentence that was ever changed, by its name."""
    newest = (
        select(BotText)
        .where(BotText.language == language)
        .ext(distinct_on(BotText.name))
        .order_by(BotText.name, BotText.version.desc())
    )
    return {row.name: row for row in session.scalars(newest)}
