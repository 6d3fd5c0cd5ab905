"""How fast may be sent, and how sent messages are found: by when, and by the names of their earlier tries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
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
    sent = sa.text("sending_at is not null")
    op.create_index("ix_message_sending_at", "message", ["sending_at"], postgresql_where=sent)


def downgrade() -> None:
    op.drop_index("ix_message_sending_at", "message")
    op.drop_index("ix_message_tries", "message")
    op.drop_table("pace")
