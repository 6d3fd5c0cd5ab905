"""A change of a conversation that comes with a customer's message wakes every list: an alert, a queue, its end."""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# When they last wrote, the message tells itself. What changes in the same statement, no message tells.
MOVED = """
DROP TRIGGER note_moved ON conversation;
CREATE TRIGGER note_moved AFTER UPDATE ON conversation
    FOR EACH ROW WHEN (to_jsonb(NEW) - 'last_inbound_at' IS DISTINCT FROM to_jsonb(OLD) - 'last_inbound_at')
    EXECUTE FUNCTION note_change('conversation');
"""
BEFORE = """
DROP TRIGGER note_moved ON conversation;
CREATE TRIGGER note_moved AFTER UPDATE ON conversation
    FOR EACH ROW WHEN (NEW.last_inbound_at IS NOT DISTINCT FROM OLD.last_inbound_at)
    EXECUTE FUNCTION note_change('conversation');
"""


def upgrade() -> None:
    op.execute(MOVED)


def downgrade() -> None:
    op.execute(BEFORE)
