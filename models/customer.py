"""A subscriber of the provider, with the phones that identify them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class Customer(Base):
    """A person or company that has contracts. `ref` is the ERP's id, the only name other rooms use. Two of them may
    have one document: ERPs do keep a person twice. `seen_at` is when the ERP last told of them; empty for the local
    one."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_name_words", text("words_of(name)"), postgresql_using="gin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    document: Mapped[str] = mapped_column(index=True)
    document_kind: Mapped[str]
    kind: Mapped[str] = mapped_column(default="residential")
    email: Mapped[str] = mapped_column(default="")
    seen_at: Mapped[datetime | None]


class CustomerPhone(Base):
    """A phone of a customer as a match key (E.164 with the ninth digit)."""

    __tablename__ = "customer_phone"
    __table_args__ = (
        UniqueConstraint("customer_id", "match_key"),
        Index("ix_customer_phone_tail", text("reverse(match_key) text_pattern_ops")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    match_key: Mapped[str] = mapped_column(index=True)
