"""What every page of the console asks for is found without reading all that there is: what failed, and tags in use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    lost = sa.text("direction = 'out' and status in ('failed', 'unknown')")
    op.create_index("ix_message_undelivered", "message", ["conversation_id", "id"], postgresql_where=lost)
    op.create_index("ix_conversation_tagged", "conversation", ["id"], postgresql_where=sa.text("tags <> '{}'"))


def downgrade() -> None:
    op.drop_index("ix_conversation_tagged", "conversation")
    op.drop_index("ix_message_undelivered", "message")
