"""What the bot says in a house's own words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bot_text",
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("text", sa.String()),
        sa.Column("instead_of", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name="ck_bot_text_version"),
        sa.CheckConstraint("text <> ''", name="ck_bot_text_text"),
        sa.PrimaryKeyConstraint("language", "name", "version", name="pk_bot_text"),
    )


def downgrade() -> None:
    op.drop_table("bot_text")
