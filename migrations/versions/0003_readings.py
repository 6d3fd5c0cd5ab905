"""What customers' words were read as, and what people made of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORTH_A_LOOK = (
    "reviewed_at is null and (contradicted_at is not null or corrected_at is not null"
    " or (source = 'model' and band in ('confirm', 'menu')) or shadow ->> 'intent' <> intent)"
)


def upgrade() -> None:
    op.create_table("reading", *_columns(), *_constraints())
    op.create_index("ix_reading_conversation_id_id", "reading", ["conversation_id", "id"])
    op.create_index("ix_reading_read_at", "reading", ["read_at"])
    op.create_index("ix_reading_worth_a_look", "reading", ["id"], postgresql_where=sa.text(WORTH_A_LOOK))


def _columns() -> list[sa.Column]:
    moment = sa.DateTime(timezone=True)
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("ranking", postgresql.JSONB(), nullable=False),
        sa.Column("requests", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("unknown_words", sa.Float(), nullable=False),
        sa.Column("shadow", postgresql.JSONB(), nullable=True),
        sa.Column("fragments", sa.Integer(), nullable=False),
        sa.Column("read_at", moment, nullable=False),
        sa.Column("contradicted_at", moment, nullable=True),
        sa.Column("meant", sa.String(), nullable=False),
        sa.Column("corrected_intent", sa.String(), nullable=True),
        sa.Column("corrected_by", sa.String(), nullable=True),
        sa.Column("corrected_at", moment, nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("reviewed_at", moment, nullable=True),
        sa.Column("exported_at", moment, nullable=True),
    ]


def _constraints() -> list[sa.Constraint]:
    check = sa.CheckConstraint
    return [
        check("source in ('shortcut', 'model', 'unavailable')", name=op.f("ck_reading_source")),
        check("band in ('act', 'confirm', 'menu')", name=op.f("ck_reading_band")),
        check("verdict in ('kept', 'corrected', 'discarded')", name=op.f("ck_reading_verdict")),
        check("verdict <> 'corrected' or corrected_intent is not null", name=op.f("ck_reading_corrected_to")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], ondelete="CASCADE", name=op.f("fk_reading_message_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], ondelete="CASCADE", name=op.f("fk_reading_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("message_id", name=op.f("uq_reading_message_id")),
    ]


def downgrade() -> None:
    op.drop_table("reading")
