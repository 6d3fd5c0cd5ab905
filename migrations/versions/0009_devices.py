"""Devices with their logs, batches of jobs and what a job may now carry, alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB as JSONB_TYPE

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSONB = JSONB_TYPE()
STATES_BEFORE = (
    "ck_network_job_state",
    "state in ('asked','approved','running','verified','already','refused','failed','unknown')",
)
STATES = (
    "ck_network_job_state",
    "state in ('asked','approved','running','verified','already','refused','pending','failed','unknown',"
    "'planned','cancelled')",
)


def upgrade() -> None:
    _add_device()
    _add_job_batch()
    _add_network_job()
    _add_device_line()
    _add_alarm()


def _add_device() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("pop", sa.String(), nullable=False),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("failed_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("swept_at", MOMENT, nullable=True),
        sa.CheckConstraint("role in ('access', 'olt', 'acs')", name=op.f("ck_device_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("name", name=op.f("uq_device_name")),
    )


def _add_job_batch() -> None:
    op.create_table(
        "job_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("approvals", JSONB, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'running', 'paused', 'done', 'cancelled')", name=op.f("ck_job_batch_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_batch")),
    )


def _add_network_job() -> None:
    op.add_column(
        "network_job",
        sa.Column("arguments", JSONB, nullable=False, server_default="{}"),
    )
    op.add_column("network_job", sa.Column("secrets", sa.LargeBinary(), nullable=True))
    op.add_column("network_job", sa.Column("device", sa.String(), nullable=False, server_default=""))
    op.add_column("network_job", sa.Column("dry_run", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("network_job", sa.Column("needs_approvals", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "network_job",
        sa.Column("approvals", JSONB, nullable=False, server_default="{}"),
    )
    op.add_column("network_job", sa.Column("plan", JSONB, nullable=True))
    op.add_column("network_job", sa.Column("batch_id", sa.Integer(), nullable=True))
    op.create_index(
        "ix_network_job_batch_id_state",
        "network_job",
        ["batch_id", "state"],
        unique=False,
        postgresql_where=sa.text("batch_id is not null"),
    )
    op.create_foreign_key(op.f("fk_network_job_batch_id"), "network_job", "job_batch", ["batch_id"], ["id"])
    _checks("network_job", STATES_BEFORE, STATES)


def _add_device_line() -> None:
    op.create_table(
        "device_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_line_device_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["network_job.id"], name=op.f("fk_device_line_job_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_line")),
    )
    op.create_index("ix_device_line_device_id_id", "device_line", ["device_id", "id"], unique=False)


def _add_alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("pon", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("detail", JSONB, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("source in ('trap', 'zabbix', 'alertmanager')", name=op.f("ck_alarm_source")),
        sa.CheckConstraint("state in ('firing', 'resolved')", name=op.f("ck_alarm_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index("uq_alarm_source_fingerprint", "alarm", ["source", "fingerprint"], unique=True)


def downgrade() -> None:
    _drop_alarm()
    _drop_device_line()
    _drop_network_job()
    _drop_job_batch()
    _drop_device()


def _drop_alarm() -> None:
    op.drop_index("uq_alarm_source_fingerprint", table_name="alarm")
    op.drop_table("alarm")


def _drop_device_line() -> None:
    op.drop_index("ix_device_line_device_id_id", table_name="device_line")
    op.drop_table("device_line")


def _drop_network_job() -> None:
    _checks("network_job", STATES, STATES_BEFORE)
    op.drop_constraint(op.f("fk_network_job_batch_id"), "network_job", type_="foreignkey")
    op.drop_index(
        "ix_network_job_batch_id_state", table_name="network_job", postgresql_where=sa.text("batch_id is not null")
    )
    op.drop_column("network_job", "batch_id")
    op.drop_column("network_job", "plan")
    op.drop_column("network_job", "approvals")
    op.drop_column("network_job", "needs_approvals")
    op.drop_column("network_job", "dry_run")
    op.drop_column("network_job", "device")
    op.drop_column("network_job", "secrets")
    op.drop_column("network_job", "arguments")


def _drop_job_batch() -> None:
    op.drop_table("job_batch")


def _drop_device() -> None:
    op.drop_table("device")


def _checks(table: str, before: tuple[str, str], after: tuple[str, str]) -> None:
    op.drop_constraint(op.f(before[0]), table, type_="check")
    op.create_check_constraint(op.f(after[0]), table, after[1])
