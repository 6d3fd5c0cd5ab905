"""Money: charges, payments and their proofs, imports, reconciliations, and whether the ERP answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB as JSONB_TYPE

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSONB = JSONB_TYPE()


def upgrade() -> None:
    _create_erp_health()
    _create_import_run()
    _create_payment()
    _create_plan()
    _create_reconciliation()
    _create_charge()
    _create_payment_proof()


def _create_erp_health() -> None:
    op.create_table(
        "erp_health",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", MOMENT, nullable=True),
        sa.Column("last_ok_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_erp_health"),
    )


def _create_import_run() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("counts", JSONB, nullable=False),
        sa.Column("refused", JSONB, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint("state in ('previewed', 'done', 'failed')", name=op.f("ck_import_run_state")),
        sa.PrimaryKeyConstraint("id", name="pk_import_run"),
    )


def _create_payment() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("invoice_ref", sa.String(), nullable=True),
        sa.Column("contract_ref", sa.String(), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("e2e_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("paid_at", MOMENT, nullable=False),
        sa.Column("known_at", MOMENT, nullable=False),
        sa.Column("reversed_at", MOMENT, nullable=True),
        sa.Column("seen_by", sa.String(), nullable=True),
        sa.Column("detail", JSONB, nullable=False),
        sa.CheckConstraint(
            "state in ('settled', 'partial', 'doubled', 'unmatched', 'reversed')", name=op.f("ck_payment_state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        sa.UniqueConstraint("source", "external_id", name="uq_payment_source_external_id"),
    )
    op.create_index("ix_payment_contract_ref", "payment", ["contract_ref"], unique=False)
    op.create_index("ix_payment_e2e_id", "payment", ["e2e_id"], unique=False)
    op.create_index("ix_payment_invoice_ref", "payment", ["invoice_ref"], unique=False)


def _create_plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("down_mbps", sa.Integer(), nullable=False),
        sa.Column("up_mbps", sa.Integer(), nullable=False),
        sa.Column("radius_group", sa.String(), nullable=False),
        sa.Column("for_sale", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
        sa.UniqueConstraint("name", name="uq_plan_name"),
        sa.UniqueConstraint("ref", name="uq_plan_ref"),
    )


def _create_reconciliation() -> None:
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("contracts", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("findings", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reconciliation"),
    )


def _create_charge() -> None:
    op.create_table(
        "charge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("txid", sa.String(), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("line", sa.String(), nullable=True),
        sa.Column("barcode", sa.String(), nullable=True),
        sa.Column("pix", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint("state in ('asked', 'open', 'paid', 'cancelled', 'failed')", name=op.f("ck_charge_state")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_charge_invoice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_charge"),
        sa.UniqueConstraint("gateway", "external_id", name="uq_charge_gateway_external_id"),
        sa.UniqueConstraint("key", name="uq_charge_key"),
    )
    op.create_index("ix_charge_invoice_id", "charge", ["invoice_id"], unique=False)
    op.create_index("ix_charge_txid", "charge", ["txid"], unique=False)


def _create_payment_proof() -> None:
    op.create_table(
        "payment_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("contract_ref", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("e2e_id", sa.String(), nullable=True),
        sa.Column("payee", sa.String(), nullable=True),
        sa.Column("flags", JSONB, nullable=False),
        sa.Column("read", JSONB, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state in ('reading', 'unreadable', 'waiting', 'confirmed', 'refused')", name=op.f("ck_payment_proof_state")
        ),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_payment_proof_conversation_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_payment_proof_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_proof"),
        sa.UniqueConstraint("message_id", name="uq_payment_proof_message_id"),
    )
    op.create_index("ix_payment_proof_contract_ref", "payment_proof", ["contract_ref"], unique=False)
    op.create_index("ix_payment_proof_conversation_id", "payment_proof", ["conversation_id"], unique=False)
    op.create_index("ix_payment_proof_e2e_id", "payment_proof", ["e2e_id"], unique=False)
    op.create_index("ix_payment_proof_sha256", "payment_proof", ["sha256"], unique=False)


def downgrade() -> None:
    for table in ("payment_proof", "charge", "reconciliation", "plan", "payment", "import_run", "erp_health"):
        op.drop_table(table)
