"""Who comes in and who may what: roles as rows, sessions, second factors, and single sign-on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_roles()
    _add_sessions()
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)


def _add_roles() -> None:
    op.create_table(
        "role",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("deeds", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("by_queue", postgresql.JSONB(), nullable=False),
        sa.Column("sees", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_role"),
    )
    op.drop_constraint(op.f("ck_agent_role"), "agent", type_="check")
    op.drop_column("agent", "sign_outs")
    op.add_column("agent", sa.Column("one_time_password", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("agent", sa.Column("sso_name", sa.String(), nullable=True))
    op.add_column("agent", sa.Column("sso_subject", sa.String(), nullable=True))
    op.create_unique_constraint(op.f("uq_agent_sso_name"), "agent", ["sso_name"])
    op.create_unique_constraint(op.f("uq_agent_sso_subject"), "agent", ["sso_subject"])


def _add_sessions() -> None:
    op.create_table(
        "agent_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("began_by", sa.String(), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_agent_session_agent_id_agent"),
        sa.PrimaryKeyConstraint("id", name="pk_agent_session"),
        sa.UniqueConstraint("key_hash", name="uq_agent_session_key_hash"),
    )
    op.create_index(
        "ix_agent_session_open",
        "agent_session",
        ["agent_id"],
        unique=False,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "second_factor",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("recovery", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_second_factor_agent_id_agent"),
        sa.PrimaryKeyConstraint("agent_id", name="pk_second_factor"),
    )


def downgrade() -> None:
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_table("second_factor")
    op.drop_table("agent_session")
    op.drop_constraint(op.f("uq_agent_sso_subject"), "agent", type_="unique")
    op.drop_constraint(op.f("uq_agent_sso_name"), "agent", type_="unique")
    op.drop_column("agent", "sso_subject")
    op.drop_column("agent", "sso_name")
    op.drop_column("agent", "one_time_password")
    op.add_column("agent", sa.Column("sign_outs", sa.Integer(), server_default="0", nullable=False))
    # Whoever has a role that the provider made is an agent again: the least of those that there were.
    op.execute("UPDATE agent SET role = 'agent' WHERE role NOT IN ('agent', 'supervisor', 'technician', 'admin')")
    op.create_check_constraint(op.f("ck_agent_role"), "agent", "role in ('agent', 'supervisor', 'technician', 'admin')")
    op.drop_table("role")
