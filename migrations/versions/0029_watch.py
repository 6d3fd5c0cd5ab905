"""What customers say of a conversation and of the provider, and what reports and the board look up by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("queue", sa.String(), server_default="", nullable=False),
        sa.Column("cause", sa.String(), server_default="", nullable=False),
        sa.Column("cto", sa.String(), server_default="", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("kind in ('csat', 'nps')", name="ck_survey_kind"),
        sa.CheckConstraint("score between case kind when 'csat' then 1 else 0 end and 10", name="ck_survey_score"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_survey_agent_id"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_survey_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_survey"),
        sa.UniqueConstraint("key", name="uq_survey_key"),
    )
    op.create_index("ix_survey_conversation_id", "survey", ["conversation_id"])
    op.create_index("ix_survey_asked_at", "survey", ["asked_at"])
    op.create_index(
        "uq_survey_csat", "survey", ["conversation_id"], unique=True, postgresql_where=sa.text("kind = 'csat'")
    )
    op.create_index("ix_conversation_closed_at", "conversation", ["closed_at"])
    op.create_index("ix_conversation_opened_at", "conversation", ["opened_at"])
    op.create_index("ix_sla_clock_stopped_at", "sla_clock", ["stopped_at"])


def downgrade() -> None:
    op.drop_index("ix_sla_clock_stopped_at", "sla_clock")
    op.drop_index("ix_conversation_opened_at", "conversation")
    op.drop_index("ix_conversation_closed_at", "conversation")
    op.drop_table("survey")
