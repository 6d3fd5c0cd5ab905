"""Open consoles are woken for what they show: a customer's message is one change, and readings and acts are told."""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# With each message of a customer its conversation keeps when they last wrote; the message tells that already, and to
# whom it matters. Any other change of the conversation concerns every list, also one in the same statement.
MOVED = """
DROP TRIGGER note_change ON conversation;
CREATE TRIGGER note_change AFTER INSERT ON conversation
    FOR EACH ROW EXECUTE FUNCTION note_change('conversation');
CREATE TRIGGER note_moved AFTER UPDATE ON conversation
    FOR EACH ROW WHEN (to_jsonb(NEW) - 'last_inbound_at' IS DISTINCT FROM to_jsonb(OLD) - 'last_inbound_at')
    EXECUTE FUNCTION note_change('conversation');
"""
READ_AND_DONE = """
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON suggestion
    FOR EACH ROW EXECUTE FUNCTION note_change('suggestion');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OF state ON desk_job
    FOR EACH ROW EXECUTE FUNCTION note_change('job');
"""
BEFORE = """
DROP TRIGGER note_change ON desk_job;
DROP TRIGGER note_change ON suggestion;
DROP TRIGGER note_moved ON conversation;
DROP TRIGGER note_change ON conversation;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON conversation
    FOR EACH ROW EXECUTE FUNCTION note_change('conversation');
"""


def upgrade() -> None:
    op.execute(MOVED)
    op.execute(READ_AND_DONE)


def downgrade() -> None:
    op.execute(BEFORE)
