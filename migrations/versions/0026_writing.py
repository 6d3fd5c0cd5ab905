"""What people write: ready answers, macros, drafts, mentions; and notes that the database never lets out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NOTES_STAY = """
CREATE FUNCTION keep_note_inside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'message % is a %: it never becomes %', OLD.id, OLD.direction, NEW.direction
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER keep_note_inside BEFORE UPDATE OF direction ON message
    FOR EACH ROW WHEN (OLD.direction IN ('note', 'event') AND NEW.direction IS DISTINCT FROM OLD.direction)
    EXECUTE FUNCTION keep_note_inside();
CREATE FUNCTION deliver_no_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM message WHERE id = NEW.ref_id AND direction IN ('note', 'event')) THEN
        RAISE EXCEPTION 'message % is for people of the provider only: it is never delivered', NEW.ref_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deliver_no_note BEFORE INSERT OR UPDATE OF topic, ref_id ON outbox
    FOR EACH ROW WHEN (NEW.topic = 'deliver') EXECUTE FUNCTION deliver_no_note();
"""


def upgrade() -> None:
    _add_ready_answers()
    _add_drafts_and_mentions()
    op.create_check_constraint(
        "ck_message_inside_stays_inside", "message", "direction not in ('note', 'event') or status = 'received'"
    )
    op.execute(NOTES_STAY)


def _add_ready_answers() -> None:
    op.create_table(
        "canned_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shortcut", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), server_default="", nullable=False),
        sa.Column("queues", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name="fk_canned_reply_attachment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_canned_reply"),
        sa.UniqueConstraint("shortcut", name="uq_canned_reply_shortcut"),
    )
    op.create_table(
        "macro",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.Column("queues", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_macro"),
        sa.UniqueConstraint("title", name="uq_macro_title"),
    )


def _add_drafts_and_mentions() -> None:
    op.create_table(
        "draft",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mode in ('reply', 'note')", name="ck_draft_mode"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_draft_agent_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_draft_conversation_id"),
        sa.PrimaryKeyConstraint("agent_id", "conversation_id", "mode", name="pk_draft"),
    )
    op.create_index("ix_draft_conversation_id", "draft", ["conversation_id"], unique=False)
    op.create_table(
        "mention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_mention_message_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_mention_conversation_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_mention_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mention"),
        sa.UniqueConstraint("message_id", "agent_id", name="uq_mention_message_id_agent_id"),
    )
    op.create_index("ix_mention_conversation_id", "mention", ["conversation_id"], unique=False)
    op.create_index(
        "ix_mention_unseen", "mention", ["agent_id"], unique=False, postgresql_where=sa.text("seen_at is null")
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER deliver_no_note ON outbox")
    op.execute("DROP TRIGGER keep_note_inside ON message")
    op.execute("DROP FUNCTION deliver_no_note(), keep_note_inside()")
    op.drop_constraint("ck_message_inside_stays_inside", "message", type_="check")
    for table in ("mention", "draft", "macro", "canned_reply"):
        op.drop_table(table)
