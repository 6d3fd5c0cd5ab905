"""Clocks stop with their conversation and alerts with their clock: the database sees to it, so no path forgets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022sla"
down_revision = "0021"
branch_labels = None
depends_on = None

# Back with the bot, no person is waited for any more. A visit is promised whatever becomes of the conversation.
STOPPED = """
CREATE FUNCTION stop_sla_clocks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ends timestamptz := now();
BEGIN
    IF NEW.handler = 'closed' THEN ends := coalesce(NEW.closed_at, ends); END IF;
    UPDATE sla_pause SET ended_at = greatest(ends, started_at) WHERE conversation_id = NEW.id AND ended_at IS NULL;
    UPDATE sla_clock SET stopped_at = greatest(ends, started_at)
        WHERE conversation_id = NEW.id AND stopped_at IS NULL AND kind <> 'arrival';
    RETURN NULL;
END $$;
CREATE TRIGGER stop_sla_clocks AFTER UPDATE OF handler ON conversation FOR EACH ROW
    WHEN (NEW.handler IN ('closed', 'bot') AND OLD.handler <> NEW.handler) EXECUTE FUNCTION stop_sla_clocks();
"""

ALERTS = """
CREATE FUNCTION end_sla_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE alert SET ended_at = now(), ended_by = 'clock'
        WHERE kind IN ('sla.warning', 'sla.late') AND subject = 'sla_clock:' || OLD.id AND ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER end_sla_alerts AFTER UPDATE OF stopped_at ON sla_clock FOR EACH ROW
    WHEN (OLD.stopped_at IS NULL AND NEW.stopped_at IS NOT NULL) EXECUTE FUNCTION end_sla_alerts();
CREATE TRIGGER end_sla_alerts_of_forgotten AFTER DELETE ON sla_clock FOR EACH ROW EXECUTE FUNCTION end_sla_alerts();
"""


def upgrade() -> None:
    op.add_column("sla_clock", sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_sla_clock_warn", "sla_clock", ["warn_at"], unique=False, postgresql_where=sa.text("stopped_at is null")
    )
    op.execute(STOPPED)
    op.execute(ALERTS)


def downgrade() -> None:
    op.execute("DROP TRIGGER end_sla_alerts_of_forgotten ON sla_clock")
    op.execute("DROP TRIGGER end_sla_alerts ON sla_clock")
    op.execute("DROP TRIGGER stop_sla_clocks ON conversation")
    op.execute("DROP FUNCTION end_sla_alerts(), stop_sla_clocks()")
    op.drop_index("ix_sla_clock_warn", table_name="sla_clock")
    op.drop_column("sla_clock", "warn_at")
