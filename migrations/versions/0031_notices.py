"""A notice of suspension for each debt: a second overdue invoice of a contract has days of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# What the fault left behind: the notice of a debt that was passed over is planned anew.
_PASSED_OVER = (
    "DELETE FROM collection_step WHERE step = 'suspension_notice' AND state = 'skipped'"
    " AND reason IN ('noticed', 'promised', 'blocked')"
)
# Only one per contract fits the older rule: the oldest notice stays.
_ONE_EACH = (
    "UPDATE suspension AS row SET state = 'dropped', ended_at = now() WHERE state = 'noticed' AND EXISTS (SELECT"
    " FROM suspension AS other WHERE other.contract_ref = row.contract_ref AND (other.state = 'suspended'"
    " OR (other.state = 'noticed' AND other.id < row.id)))"
)


def upgrade() -> None:
    op.drop_index("uq_suspension_live", table_name="suspension")
    op.create_index(
        "uq_suspension_noticed",
        "suspension",
        ["invoice_ref"],
        unique=True,
        postgresql_where=sa.text("state = 'noticed'"),
    )
    op.create_index(
        "uq_suspension_suspended",
        "suspension",
        ["contract_ref"],
        unique=True,
        postgresql_where=sa.text("state = 'suspended'"),
    )
    op.execute(_PASSED_OVER)


def downgrade() -> None:
    op.execute(_ONE_EACH)
    op.drop_index("uq_suspension_suspended", table_name="suspension")
    op.drop_index("uq_suspension_noticed", table_name="suspension")
    op.create_index(
        "uq_suspension_live",
        "suspension",
        ["contract_ref"],
        unique=True,
        postgresql_where=sa.text("state in ('noticed','suspended')"),
    )
