"""Finds who else needs a file of the media store, before it is deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    somewhere = sa.text("stored_as is not null")
    op.create_index("ix_attachment_stored_as", "attachment", ["stored_as"], postgresql_where=somewhere)


def downgrade() -> None:
    op.drop_index("ix_attachment_stored_as", "attachment")
