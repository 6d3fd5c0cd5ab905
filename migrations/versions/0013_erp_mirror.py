"""What the ERP tells, with its age: more of customers, contracts, invoices and unlocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _extend_contract()
    _extend_customer()
    _extend_invoice()
    _extend_trust_unlock()


def _extend_contract() -> None:
    op.add_column("contract", sa.Column("blocked_for", sa.String(), nullable=False, server_default="debt"))
    op.add_column("contract", sa.Column("charge_by", sa.String(), nullable=False, server_default="boleto"))
    op.add_column("contract", sa.Column("due_day", sa.Integer(), nullable=False, server_default="10"))
    op.add_column("contract", sa.Column("seen_at", MOMENT, nullable=True))
    op.drop_constraint(op.f("ck_contract_status"), "contract")
    op.create_check_constraint(
        op.f("ck_contract_status"), "contract", "status in ('active', 'blocked', 'cancelled', 'pending')"
    )


def _extend_customer() -> None:
    op.add_column("customer", sa.Column("email", sa.String(), nullable=False, server_default=""))
    op.add_column("customer", sa.Column("seen_at", MOMENT, nullable=True))


def _extend_invoice() -> None:
    op.add_column("invoice", sa.Column("paid_cents", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("invoice", sa.Column("original_due_date", sa.Date(), nullable=True))
    op.add_column("invoice", sa.Column("fine_cents", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("invoice", sa.Column("interest_cents", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("invoice", sa.Column("description", sa.String(), nullable=False, server_default=""))
    op.add_column("invoice", sa.Column("period", sa.String(), nullable=False, server_default=""))
    op.add_column("invoice", sa.Column("hold", sa.String(), nullable=False, server_default=""))
    op.add_column("invoice", sa.Column("seen_at", MOMENT, nullable=True))
    op.create_index(
        "ix_invoice_open_due", "invoice", ["due_date"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    op.create_index(
        "uq_invoice_period",
        "invoice",
        ["contract_id", "period"],
        unique=True,
        postgresql_where=sa.text("period <> '' and status <> 'cancelled'"),
    )
    op.create_check_constraint(
        op.f("ck_invoice_hold"), "invoice", "hold in ('', 'disputed', 'negotiation', 'settling')"
    )


def _extend_trust_unlock() -> None:
    op.add_column("trust_unlock", sa.Column("erp_protocol", sa.String(), nullable=True))
    op.add_column("trust_unlock", sa.Column("refusal", sa.String(), nullable=True))
    op.add_column("trust_unlock", sa.Column("reminded_at", MOMENT, nullable=True))
    op.drop_constraint(op.f("ck_trust_unlock_state"), "trust_unlock")
    op.create_check_constraint(
        op.f("ck_trust_unlock_state"),
        "trust_unlock",
        "state in ('reserved','active','kept','broken','failed','refused')",
    )


def downgrade() -> None:
    _restore_contract()
    _restore_customer()
    _restore_invoice()
    _restore_trust_unlock()


def _restore_contract() -> None:
    op.drop_constraint(op.f("ck_contract_status"), "contract")
    op.create_check_constraint(op.f("ck_contract_status"), "contract", "status in ('active', 'blocked', 'cancelled')")
    op.drop_column("contract", "seen_at")
    op.drop_column("contract", "due_day")
    op.drop_column("contract", "charge_by")
    op.drop_column("contract", "blocked_for")


def _restore_customer() -> None:
    op.drop_column("customer", "seen_at")
    op.drop_column("customer", "email")


def _restore_invoice() -> None:
    op.drop_constraint(op.f("ck_invoice_hold"), "invoice")
    op.drop_index(
        "uq_invoice_period", table_name="invoice", postgresql_where=sa.text("period <> '' and status <> 'cancelled'")
    )
    op.drop_index("ix_invoice_open_due", table_name="invoice", postgresql_where=sa.text("status = 'open'"))
    op.drop_column("invoice", "seen_at")
    op.drop_column("invoice", "hold")
    op.drop_column("invoice", "period")
    op.drop_column("invoice", "description")
    op.drop_column("invoice", "interest_cents")
    op.drop_column("invoice", "fine_cents")
    op.drop_column("invoice", "original_due_date")
    op.drop_column("invoice", "paid_cents")


def _restore_trust_unlock() -> None:
    op.drop_constraint(op.f("ck_trust_unlock_state"), "trust_unlock")
    op.create_check_constraint(
        op.f("ck_trust_unlock_state"), "trust_unlock", "state in ('reserved','active','kept','broken','failed')"
    )
    op.drop_column("trust_unlock", "reminded_at")
    op.drop_column("trust_unlock", "refusal")
    op.drop_column("trust_unlock", "erp_protocol")
