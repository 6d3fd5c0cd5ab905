"""How far each person has read; a mark that moves is a change for the lists that count what is unread."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reading_mark",
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agent.id"), primary_key=True),
        sa.Column("conversation_id", sa.Integer, sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("message_id", sa.Integer, nullable=False),
    )
    op.execute(
        "CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON reading_mark"
        " FOR EACH ROW EXECUTE FUNCTION note_change('read')"
    )


def downgrade() -> None:
    op.drop_table("reading_mark")
