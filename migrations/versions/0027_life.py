"""A conversation's life at the desk: what it sleeps for, what is sent later, and who was merged with whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# The level is the queue's; where an administrator wrote none, the template's (handoff.queues).
LEVELS = """
CREATE FUNCTION live_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    here integer;
BEGIN
    IF NEW.handler IN ('closed', 'bot') THEN
        NEW.snoozed_until := NULL;
        NEW.reminded_at := NULL;
        RETURN NEW;
    END IF;
    SELECT (terms ->> 'level')::integer INTO here FROM queue WHERE name = NEW.queue;
    here := coalesce(here, array_position(ARRAY['N1', 'N2', 'N3'], NEW.queue), 0);
    NEW.level_reached := greatest(NEW.level_reached, here);
    RETURN NEW;
END $$;
CREATE TRIGGER live_conversation BEFORE INSERT OR UPDATE OF handler, queue ON conversation
    FOR EACH ROW EXECUTE FUNCTION live_conversation();
"""


def upgrade() -> None:
    op.add_column("conversation", sa.Column("snooze_reason", sa.String(), server_default="", nullable=False))
    op.add_column("conversation", sa.Column("reminds", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("conversation", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_conversation_snoozed_until",
        "conversation",
        ["snoozed_until"],
        unique=False,
        postgresql_where=sa.text("snoozed_until is not null"),
    )
    _add_scheduled()
    _add_merges()
    op.execute(LEVELS)


def _add_scheduled() -> None:
    op.create_table(
        "scheduled_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), server_default="", nullable=False),
        sa.Column("template", sa.String(), server_default="", nullable=False),
        sa.Column("values", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("only_if_silent", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'sent', 'skipped', 'person', 'cancelled')", name="ck_scheduled_message_state"
        ),
        sa.CheckConstraint("text <> '' or template <> ''", name="ck_scheduled_message_says"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_scheduled_message_conversation_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_scheduled_message_agent_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_scheduled_message_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_scheduled_message"),
        sa.UniqueConstraint("key", name="uq_scheduled_message_key"),
    )
    op.create_index("ix_scheduled_message_conversation_id", "scheduled_message", ["conversation_id"], unique=False)
    op.create_index(
        "ix_scheduled_message_due",
        "scheduled_message",
        ["send_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _add_merges() -> None:
    op.create_table(
        "contact_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved", postgresql.JSONB(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("kept_id <> gone_id", name="ck_contact_merge_two"),
        sa.ForeignKeyConstraint(["kept_id"], ["contact.id"], name="fk_contact_merge_kept_id"),
        sa.ForeignKeyConstraint(["gone_id"], ["contact.id"], name="fk_contact_merge_gone_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_merge"),
    )
    op.create_index("ix_contact_merge_kept_id", "contact_merge", ["kept_id"], unique=False)
    op.create_index(
        "uq_contact_merge_gone",
        "contact_merge",
        ["gone_id"],
        unique=True,
        postgresql_where=sa.text("undone_at is null"),
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER live_conversation ON conversation")
    op.execute("DROP FUNCTION live_conversation()")
    op.drop_table("contact_merge")
    op.drop_table("scheduled_message")
    op.drop_index("ix_conversation_snoozed_until", table_name="conversation")
    for column in ("reminded_at", "reminds", "snooze_reason"):
        op.drop_column("conversation", column)
