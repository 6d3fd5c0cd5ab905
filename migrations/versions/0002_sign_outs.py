"""Signing out ends every session of a login."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent", sa.Column("sign_outs", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("agent", "sign_outs")
