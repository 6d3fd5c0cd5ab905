"""Contents that were made at a channel, and until when its messages were compared with ours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "channel_content",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "shape", name=op.f("pk_channel_content")),
    )
    op.add_column("channel_state", sa.Column("reconciled_until", MOMENT))


def downgrade() -> None:
    op.drop_column("channel_state", "reconciled_until")
    op.drop_table("channel_content")
