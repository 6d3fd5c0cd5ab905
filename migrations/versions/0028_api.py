"""Other systems: their tokens, what happened for them to hear of, and where they want to hear it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

HAPPENINGS = """
CREATE FUNCTION note_happening() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind text;
    conversation integer;
    message integer;
    job integer;
    ticket integer;
BEGIN
    IF TG_TABLE_NAME = 'conversation' THEN
        kind := 'conversation.opened';
        conversation := NEW.id;
    ELSIF TG_TABLE_NAME = 'ticket' THEN
        kind := 'ticket.opened';
        ticket := NEW.id;
        conversation := NEW.conversation_id;
    ELSIF TG_TABLE_NAME = 'network_job' THEN
        kind := 'job.' || NEW.state;
        job := NEW.id;
        conversation := NEW.conversation_id;
    ELSE
        message := NEW.id;
        conversation := NEW.conversation_id;
        kind := CASE NEW.direction WHEN 'event' THEN 'conversation.' || NEW.kind WHEN 'note' THEN 'note.added'
            WHEN 'in' THEN 'message.received' ELSE 'message.' || NEW.status END;
    END IF;
    INSERT INTO happening (kind, conversation_id, message_id, job_id, ticket_id, at)
        VALUES (kind, conversation, message, job, ticket, clock_timestamp());
    RETURN NULL;
END $$;
"""
# The trigger's name, its table, and when.
TRIGGERS = (
    ("note_opened", "conversation", "INSERT", ""),
    ("note_opened", "ticket", "INSERT", ""),
    ("note_asked", "network_job", "INSERT", ""),
    ("note_state", "network_job", "UPDATE OF state", "WHEN (NEW.state <> OLD.state)"),
    ("note_new", "message", "INSERT", ""),
    ("note_status", "message", "UPDATE OF status", "WHEN (NEW.direction = 'out' AND NEW.status <> OLD.status)"),
)


def _tokens() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("token_hash", sa.String, nullable=False, unique=True),
        sa.Column("prefix", sa.String, nullable=False),
        sa.Column("scopes", ARRAY(sa.TEXT), nullable=False),
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agent.id"), nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT),
        sa.Column("expires_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
    )
    op.create_table(
        "api_key_use",
        sa.Column("token_id", sa.Integer, sa.ForeignKey("api_token.id"), primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("request_hash", sa.String, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False, index=True),
    )


def _happenings() -> None:
    op.create_table(
        "happening",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("position", sa.BigInteger, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("conversation_id", sa.Integer),
        sa.Column("message_id", sa.Integer),
        sa.Column("job_id", sa.Integer),
        sa.Column("ticket_id", sa.Integer),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_happening_new", "happening", ["id"], postgresql_where=sa.text("position is null"))
    op.execute(HAPPENINGS)
    for name, table, what, when in TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {name} AFTER {what} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION note_happening()"
        )


def _endpoints() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("events", ARRAY(sa.TEXT), nullable=False),
        sa.Column("secrets", sa.LargeBinary, nullable=False),
        sa.Column("previous_until", MOMENT),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", MOMENT),
        sa.Column("rests_until", MOMENT),
        sa.Column("paused_at", MOMENT),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("endpoint_id", sa.Integer, sa.ForeignKey("webhook_endpoint.id"), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, index=True),
        sa.Column("ended_at", MOMENT),
        sa.Column("status", sa.Integer),
        sa.Column("error", sa.String, nullable=False),
        sa.Column("took_ms", sa.Integer),
        sa.UniqueConstraint("endpoint_id", "position"),
        sa.CheckConstraint("state in ('waiting', 'delivered', 'given_up')", name="state"),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_webhook_delivery_due", "webhook_delivery", ["endpoint_id", "next_at"], postgresql_where=waiting)


def upgrade() -> None:
    _tokens()
    _happenings()
    _endpoints()


def downgrade() -> None:
    for name, table, _, _ in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("DROP FUNCTION note_happening()")
    for table in ("webhook_delivery", "webhook_endpoint", "happening", "api_key_use", "api_token"):
        op.drop_table(table)
    op.execute("UPDATE agent SET role = 'agent', active = false WHERE role = 'api'")
