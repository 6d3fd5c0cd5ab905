"""A sentence to customers that the provider says in its own words."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class TextOverride(Base):
    """`name` is the sentence's name in bot/texts, such as `greeting.hello`; `text` has no placeholder that the
    original lacks."""

    __tablename__ = "text_override"

    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
