"""What other systems come in with at the HTTP API, and the answers that they were given already."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class ApiToken(Base):
    """`token_hash` is SHA-256 of the token, which itself stands nowhere; `prefix` is its beginning, to recognise it.

    `agent_id` is the account that its acts are written down under (login `api:<name>`, role api): nobody can sign in
    with it. It is over once `revoked_at` is set or `expires_at` has come.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    prefix: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiKeyUse(Base):
    """An `Idempotency-Key` that a token has used, with the answer: written in the transaction of the act itself."""

    __tablename__ = "api_key_use"

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    status: Mapped[int]
    body: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
