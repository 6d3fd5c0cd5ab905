"""Parts of payments that went back are movements of their own."""

from __future__ import annotations

from alembic import op

revision = "0019p"
down_revision = "0018"
branch_labels = None
depends_on = None

_STATES = "state in ('settled', 'partial', 'doubled', 'unmatched', 'reversed'{})"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_payment_state"), "payment", type_="check")
    op.create_check_constraint(op.f("ck_payment_state"), "payment", _STATES.format(", 'returned'"))


def downgrade() -> None:
    op.execute("DELETE FROM payment WHERE state = 'returned'")
    op.drop_constraint(op.f("ck_payment_state"), "payment", type_="check")
    op.create_check_constraint(op.f("ck_payment_state"), "payment", _STATES.format(""))
