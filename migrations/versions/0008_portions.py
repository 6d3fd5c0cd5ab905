"""A long webhook is taken in by portions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook_event", sa.Column("taken", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("webhook_event", "taken")
