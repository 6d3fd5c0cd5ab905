"""The knowledge base, what the model suggests to agents, and what they ask the systems outside for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

NOW = sa.DateTime(timezone=True)
WORDS = [postgresql.ARRAY(postgresql.TEXT()), postgresql.JSONB()]


def upgrade() -> None:
    _article()
    _article_history()
    _desk()


def _article() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("intents", WORDS[0], nullable=False),
        sa.Column("queues", WORDS[0], nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("bot_may_quote", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", NOW, nullable=False),
        sa.Column("approved_by", sa.String()),
        sa.Column("approved_at", NOW),
        sa.CheckConstraint("state in ('draft', 'published', 'retired')", name="ck_article_state"),
        sa.CheckConstraint("approved_by <> written_by", name="ck_article_approved_by_another"),
        sa.CheckConstraint("(approved_by is null) = (approved_at is null)", name="ck_article_approved"),
        sa.CheckConstraint("length(answer) <= 900", name="ck_article_answer"),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
    )
    op.create_index("ix_article_intents", "article", ["intents"], postgresql_using="gin")


def _article_history() -> None:
    op.create_table(
        "article_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", NOW, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], "fk_article_version_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_article_version"),
        sa.UniqueConstraint("article_id", "version", name="uq_article_version_article_id_version"),
    )
    op.create_table(
        "article_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", NOW, nullable=False),
        sa.Column("helped", sa.Boolean()),
        sa.Column("key", sa.String(), nullable=False),
        sa.CheckConstraint("how in ('quoted', 'draft', 'note')", name="ck_article_use_how"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], "fk_article_use_article_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], "fk_article_use_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_article_use"),
        sa.UniqueConstraint("key", name="uq_article_use_key"),
    )
    op.create_index("ix_article_use_article_id", "article_use", ["article_id"])
    quoted = sa.text("how = 'quoted'")
    op.create_index("ix_article_use_quoted", "article_use", ["conversation_id", "article_id"], postgresql_where=quoted)


def _desk() -> None:
    conversation = ["conversation_id"], ["conversation.id"]
    op.create_table(
        "suggestion",
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("read_at", NOW, nullable=False),
        sa.ForeignKeyConstraint(*conversation, "fk_suggestion_conversation_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], "fk_suggestion_message_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_suggestion"),
    )
    op.create_table(
        "desk_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("contract_ref", sa.String(), nullable=False),
        sa.Column("arguments", WORDS[1], nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("asked_at", NOW, nullable=False),
        sa.Column("finished_at", NOW),
        sa.CheckConstraint("kind in ('second_copy', 'ticket', 'visit')", name="ck_desk_job_kind"),
        sa.CheckConstraint("state in ('asked', 'running', 'done', 'refused', 'unknown')", name="ck_desk_job_state"),
        sa.ForeignKeyConstraint(*conversation, "fk_desk_job_conversation_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_desk_job"),
        sa.UniqueConstraint("key", name="uq_desk_job_key"),
    )
    op.create_index("ix_desk_job_conversation_id", "desk_job", ["conversation_id"])


def downgrade() -> None:
    for table in ("desk_job", "suggestion", "article_use", "article_version", "article"):
        op.drop_table(table)
