"""The desk: queues, calendars, clocks of what was promised, presence, and the rows that the database itself writes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_terms()
    _add_presence()
    _add_clocks()
    _add_running_clocks()
    _add_pauses()
    _add_records()
    _add_columns()


def _add_terms() -> None:
    op.create_table(
        "calendar",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_calendar"),
    )
    op.create_table(
        "queue",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_queue"),
    )


def _add_presence() -> None:
    op.create_table(
        "presence",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('online', 'paused', 'offline')", name="ck_presence_state"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_presence_agent_id"),
        sa.PrimaryKeyConstraint("agent_id", name="pk_presence"),
    )
    op.create_table(
        "presence_span",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('online', 'paused', 'offline')", name="ck_presence_span_state"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_presence_span_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_presence_span"),
    )
    op.create_index("ix_presence_span_started_at", "presence_span", ["started_at"], unique=False)
    op.create_index(
        "uq_presence_span_open",
        "presence_span",
        ["agent_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def _add_clocks() -> None:
    op.create_table(
        "sla_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("sla_class", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("first_minutes", sa.Integer(), nullable=True),
        sa.Column("next_minutes", sa.Integer(), nullable=True),
        sa.Column("level_minutes", sa.Integer(), nullable=True),
        sa.Column("resolution_minutes", sa.Integer(), nullable=True),
        sa.Column("arrival_minutes", sa.Integer(), nullable=True),
        sa.Column("warn_percent", sa.Integer(), server_default="80", nullable=False),
        sa.Column("chain", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sla_policy"),
        sa.UniqueConstraint("queue", "sla_class", name="uq_sla_policy_queue_sla_class"),
    )


def _add_running_clocks() -> None:
    op.create_table(
        "sla_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("target_minutes", sa.Integer(), nullable=False),
        sa.Column("warn_percent", sa.Integer(), server_default="80", nullable=False),
        sa.Column("chain", postgresql.JSONB(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("kind in ('first', 'next', 'level', 'resolution', 'arrival')", name="ck_sla_clock_kind"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_sla_clock_agent_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_sla_clock_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sla_clock"),
    )
    op.create_index("ix_sla_clock_conversation_id", "sla_clock", ["conversation_id"], unique=False)
    op.create_index(
        "ix_sla_clock_due", "sla_clock", ["due_at"], unique=False, postgresql_where=sa.text("stopped_at is null")
    )
    op.create_index(
        "uq_sla_clock_running",
        "sla_clock",
        ["conversation_id", "kind"],
        unique=True,
        postgresql_where=sa.text("stopped_at is null"),
    )


def _add_pauses() -> None:
    op.create_table(
        "sla_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_sla_pause_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sla_pause"),
    )
    op.create_index("ix_sla_pause_conversation_id", "sla_pause", ["conversation_id"], unique=False)
    op.create_index(
        "uq_sla_pause_open", "sla_pause", ["conversation_id"], unique=True, postgresql_where=sa.text("ended_at is null")
    )


def _add_records() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
    )
    op.create_index("ix_change_at", "change", ["at"], unique=False)
    op.create_table(
        "conversation_span",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("handler", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_conversation_span_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conversation_span"),
    )
    op.create_index("ix_conversation_span_conversation_id", "conversation_span", ["conversation_id"], unique=False)
    op.create_index("ix_conversation_span_started_at", "conversation_span", ["started_at"], unique=False)
    op.create_index(
        "uq_conversation_span_open",
        "conversation_span",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def _add_columns() -> None:
    op.add_column("agent", sa.Column("capacity", sa.Integer(), server_default="5", nullable=False))
    op.add_column("agent", sa.Column("skills", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column(
        "agent", sa.Column("languages", postgresql.ARRAY(sa.Text()), server_default="{pt_BR}", nullable=False)
    )
    op.add_column("agent", sa.Column("territories", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("agent", sa.Column("shift", sa.String(), server_default="", nullable=False))
    op.add_column("conversation", sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
    op.add_column("conversation", sa.Column("sla_class", sa.String(), server_default="", nullable=False))
    op.add_column("conversation", sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("conversation", sa.Column("last_agent_id", sa.Integer(), nullable=True))
    op.add_column("conversation", sa.Column("level_reached", sa.Integer(), server_default="0", nullable=False))
    op.add_column("conversation", sa.Column("checklist", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("conversation", sa.Column("told", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("conversation", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation", sa.Column("closed_by", sa.String(), server_default="", nullable=False))
    op.create_foreign_key("fk_conversation_last_agent_id", "conversation", "agent", ["last_agent_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint("fk_conversation_last_agent_id", "conversation", type_="foreignkey")
    op.drop_column("conversation", "closed_by")
    op.drop_column("conversation", "snoozed_until")
    op.drop_column("conversation", "told")
    op.drop_column("conversation", "checklist")
    op.drop_column("conversation", "level_reached")
    op.drop_column("conversation", "last_agent_id")
    op.drop_column("conversation", "tags")
    op.drop_column("conversation", "sla_class")
    op.drop_column("conversation", "priority")
    op.drop_column("agent", "shift")
    op.drop_column("agent", "territories")
    op.drop_column("agent", "languages")
    op.drop_column("agent", "skills")
    op.drop_column("agent", "capacity")
    for table in ("sla_pause", "sla_clock", "sla_policy", "conversation_span", "presence_span", "presence", "change"):
        op.drop_table(table)
    op.drop_table("queue")
    op.drop_table("calendar")
