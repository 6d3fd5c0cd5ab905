"""Debts: collections, suspensions, negotiations, and what customers wait for while the ERP is away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB as JSONB_TYPE

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSONB = JSONB_TYPE()


def upgrade() -> None:
    _create_collection_step()
    _create_suspension()
    _create_negotiation()
    _create_wish()


def _create_collection_step() -> None:
    op.create_table(
        "collection_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("invoice_ref", sa.String(), nullable=False),
        sa.Column("contract_ref", sa.String(), nullable=False),
        sa.Column("customer_ref", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint("state in ('planned', 'sent', 'skipped', 'stopped')", name=op.f("ck_collection_step_state")),
        sa.PrimaryKeyConstraint("id", name="pk_collection_step"),
        sa.UniqueConstraint("key", name="uq_collection_step_key"),
    )
    op.create_index("ix_collection_step_contract_ref", "collection_step", ["contract_ref"], unique=False)
    op.create_index("ix_collection_step_customer_ref", "collection_step", ["customer_ref"], unique=False)
    op.create_index("ix_collection_step_invoice_ref", "collection_step", ["invoice_ref"], unique=False)


def _create_suspension() -> None:
    op.create_table(
        "suspension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_ref", sa.String(), nullable=False),
        sa.Column("invoice_ref", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("noticed_at", MOMENT, nullable=False),
        sa.Column("suspend_from", sa.Date(), nullable=False),
        sa.Column("suspended_at", MOMENT, nullable=True),
        sa.Column("end_noticed_at", MOMENT, nullable=True),
        sa.Column("known_paid_at", MOMENT, nullable=True),
        sa.Column("restored_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state in ('noticed', 'suspended', 'restored', 'ended', 'dropped')", name=op.f("ck_suspension_state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_suspension"),
    )
    op.create_index("ix_suspension_contract_ref", "suspension", ["contract_ref"], unique=False)
    op.create_index(
        "uq_suspension_live",
        "suspension",
        ["contract_ref"],
        unique=True,
        postgresql_where=sa.text("state in ('noticed','suspended')"),
    )


def _create_negotiation() -> None:
    op.create_table(
        "negotiation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_ref", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("debt_cents", sa.Integer(), nullable=False),
        sa.Column("invoice_refs", JSONB, nullable=False),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("shown_text", sa.String(), nullable=False),
        sa.Column("accepted_text", sa.String(), nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state in ('accepted', 'active', 'refused', 'kept', 'broken', 'cancelled')",
            name=op.f("ck_negotiation_state"),
        ),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_negotiation_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_negotiation"),
    )
    op.create_index("ix_negotiation_contract_ref", "negotiation", ["contract_ref"], unique=False)
    op.create_index(
        "uq_negotiation_live",
        "negotiation",
        ["contract_ref"],
        unique=True,
        postgresql_where=sa.text("state in ('accepted','active')"),
    )


def _create_wish() -> None:
    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("state in ('waiting', 'served', 'lapsed', 'dropped')", name=op.f("ck_wish_state")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_wish_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_wish"),
    )
    op.create_index(
        "uq_wish_waiting",
        "wish",
        ["conversation_id", "intent"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    for table in ("wish", "negotiation", "suspension", "collection_step"):
        op.drop_table(table)
