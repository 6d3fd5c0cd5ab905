"""Files of the customer base that come through the console: where they are kept, and how far they are read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019c"
down_revision = "0019b"
branch_labels = None
depends_on = None

STATES = "state in ('previewed', 'done', 'failed')"
MORE_STATES = "state in ('waiting', 'previewed', 'asked', 'done', 'failed', 'discarded')"
LISTS = ("ignored", "samples")
NUMBERS = ("size", "bytes_read", "at_line")


def upgrade() -> None:
    for name in ("applied_by", "stored_as"):
        op.add_column("import_run", sa.Column(name, sa.String, nullable=True))
    for name in NUMBERS:
        op.add_column("import_run", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    for name in LISTS:
        op.add_column("import_run", sa.Column(name, postgresql.JSONB, nullable=False, server_default="[]"))
    op.add_column("import_run", sa.Column("problem", sa.String, nullable=False, server_default=""))
    for name in (*NUMBERS, *LISTS, "problem"):
        op.alter_column("import_run", name, server_default=None)
    op.drop_constraint(op.f("ck_import_run_state"), "import_run", type_="check")
    op.create_check_constraint("state", "import_run", MORE_STATES)


def downgrade() -> None:
    op.execute("UPDATE import_run SET state = 'failed' WHERE state IN ('waiting', 'asked', 'discarded')")
    op.drop_constraint(op.f("ck_import_run_state"), "import_run", type_="check")
    op.create_check_constraint("state", "import_run", STATES)
    for name in ("applied_by", "stored_as", *NUMBERS, *LISTS, "problem"):
        op.drop_column("import_run", name)
