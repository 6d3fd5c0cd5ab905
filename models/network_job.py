"""One action on the network: asked, run by a worker, verified by reading back, and logged for the operator."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now

OPEN_STATES = ("asked", "approved", "running")
ENDS = ("verified", "already", "refused", "pending", "failed", "unknown", "planned", "cancelled")
STATES = (*OPEN_STATES, *ENDS)


class NetworkJob(Base):
    """The row is the truth; a queue only carries wake-ups.

    `state`: asked (waits for people while `needs_approvals` > 0), approved, running, then one of verified (read back
    as wanted), already (it was so before), refused, pending (another system will do it later, if at all), failed,
    unknown (no answer after a send), planned (a dry run: `plan` says what would change), cancelled (by a person).
    `plan` is {name: [before, after]}, `approvals` [{"by", "at"}]. `arguments` hold no secret; passwords stand
    encrypted in `secrets` and are deleted when the job ends. `device` names the equipment. `idempotency_key` = action +
    target + wanted state + cause: two requests for the same are one row. `log` is append-only: [{"at", "text"}],
    secrets masked. `told_at` is when the conversation heard of the result.
    """

    __tablename__ = "network_job"
    __table_args__ = (
        CheckConstraint(f"state in ({','.join(map(repr, STATES))})", name="state"),
        Index("ix_network_job_batch_id_state", "batch_id", "state", postgresql_where=text("batch_id is not null")),
        Index("ix_network_job_open", "contract_ref", postgresql_where=text("state in ('asked','approved','running')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
    contract_ref: Mapped[str] = mapped_column(index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    trust_unlock_id: Mapped[int | None] = mapped_column(ForeignKey("trust_unlock.id"))
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    asked_by: Mapped[str]
    target: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    secrets: Mapped[bytes | None]
    device: Mapped[str] = mapped_column(default="")
    dry_run: Mapped[bool] = mapped_column(default=False)
    needs_approvals: Mapped[int] = mapped_column(default=0)
    approvals: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("job_batch.id"))
    state: Mapped[str] = mapped_column(default="asked")
    outcome: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    log: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
