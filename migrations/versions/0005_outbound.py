"""How fast may be sent, and by which names earlier tries of a message are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005o"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Written with every message and worth nothing after a crash: it need not be in the log.
    op.create_table(
        "pace",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slow_until", sa.DateTime(timezone=True)),
        sa.Column("strikes", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pace")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(
        "ix_message_tries",
        "message",
        [sa.text("(receipts -> 'tries')")],
        postgresql_using="gin",
        postgresql_where=sa.text("receipts ? 'tries'"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_tries", "message")
    op.drop_table("pace")
