"""Since when an outside ERP counts a payment: until it knows one, its word that the invoice is open is behind ours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# Of what came before, the ERP's word counted at once.
_KNOWN = "UPDATE payment SET entered_at = known_at WHERE state IN ('settled', 'partial')"


def upgrade() -> None:
    op.add_column("payment", sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_KNOWN)


def downgrade() -> None:
    op.drop_column("payment", "entered_at")
