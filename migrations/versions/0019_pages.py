"""What a person found when they looked at a proof of payment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019p"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_proof", sa.Column("verdict", sa.String, nullable=True))
    op.create_check_constraint("verdict", "payment_proof", "verdict in ('real', 'fraud', 'unclear')")


def downgrade() -> None:
    op.drop_constraint("verdict", "payment_proof")
    op.drop_column("payment_proof", "verdict")
