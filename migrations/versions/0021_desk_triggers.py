"""Who had a conversation when, and what changed lately: written by the database, so that no path forgets it."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SPANS = """
CREATE FUNCTION follow_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.handler = OLD.handler AND NEW.queue IS NOT DISTINCT FROM OLD.queue
       AND NEW.agent_id IS NOT DISTINCT FROM OLD.agent_id THEN
        RETURN NULL;
    END IF;
    UPDATE conversation_span SET ended_at = clock_timestamp()
        WHERE conversation_id = NEW.id AND ended_at IS NULL;
    IF NEW.handler <> 'closed' THEN
        INSERT INTO conversation_span (conversation_id, handler, queue, agent_id, started_at)
            VALUES (NEW.id, NEW.handler, NEW.queue, NEW.agent_id, clock_timestamp());
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER follow_conversation AFTER INSERT OR UPDATE OF handler, queue, agent_id ON conversation
    FOR EACH ROW EXECUTE FUNCTION follow_conversation();
"""

CHANGES = """
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE id integer;
BEGIN
    IF TG_ARGV[0] = 'conversation' THEN id := NEW.id; ELSE id := NEW.conversation_id; END IF;
    IF id IS NOT NULL THEN
        INSERT INTO change (conversation_id, what, at) VALUES (id, TG_ARGV[0], clock_timestamp());
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON conversation
    FOR EACH ROW EXECUTE FUNCTION note_change('conversation');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON message
    FOR EACH ROW EXECUTE FUNCTION note_change('message');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OF state ON network_job
    FOR EACH ROW EXECUTE FUNCTION note_change('job');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON sla_clock
    FOR EACH ROW EXECUTE FUNCTION note_change('clock');
"""

OPEN_ONES = """
INSERT INTO conversation_span (conversation_id, handler, queue, agent_id, started_at)
    SELECT id, handler, queue, agent_id, coalesce(waiting_since, opened_at) FROM conversation WHERE handler <> 'closed';
"""


def upgrade() -> None:
    op.execute(SPANS)
    op.execute(CHANGES)
    op.execute(OPEN_ONES)


def downgrade() -> None:
    for table in ("conversation", "message", "network_job", "sla_clock"):
        op.execute(f"DROP TRIGGER note_change ON {table}")
    op.execute("DROP TRIGGER follow_conversation ON conversation")
    op.execute("DROP FUNCTION note_change(), follow_conversation()")
