"""What the mirror of an ERP remembers: its last word on each contract, when invoices were read and copies sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("contract", sa.Column("told", JSONB(), nullable=False, server_default="{}"))
    op.add_column("contract", sa.Column("invoices_seen_at", MOMENT, nullable=True))
    op.add_column("invoice", sa.Column("copied_at", MOMENT, nullable=True))
    op.create_index("ix_invoice_copied_at", "invoice", ["copied_at"], postgresql_where=sa.text("copied_at is not null"))
    # ERPs do keep two records of one person: the second must not be lost.
    op.drop_constraint(op.f("uq_customer_document"), "customer")
    op.create_index(op.f("ix_customer_document"), "customer", ["document"])


def downgrade() -> None:
    op.drop_index(op.f("ix_customer_document"), "customer")
    op.create_unique_constraint(op.f("uq_customer_document"), "customer", ["document"])
    op.drop_index("ix_invoice_copied_at", "invoice")
    op.drop_column("invoice", "copied_at")
    op.drop_column("contract", "invoices_seen_at")
    op.drop_column("contract", "told")
