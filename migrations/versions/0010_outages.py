"""Outages: states of ONUs, reports, watches, and whom an incident touches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB as JSONB_TYPE

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSONB = JSONB_TYPE()
SCOPES_BEFORE = ("ck_incident_scope_kind", "scope_kind in ('olt', 'pon', 'cto')")
SCOPES = ("ck_incident_scope_kind", "scope_kind in ('olt', 'pon', 'cto', 'pop', 'area')")


def upgrade() -> None:
    _add_incident()
    _add_incident_contract()
    _add_contract()
    _add_ticket()
    _add_onu_status()
    _add_optical_reading()
    _add_line_report()
    _add_line_watch()


def _add_incident() -> None:
    op.add_column("incident", sa.Column("kind", sa.String(), nullable=False, server_default=""))
    op.add_column("incident", sa.Column("source", sa.String(), nullable=False, server_default=""))
    op.add_column("incident", sa.Column("restored_at", MOMENT, nullable=True))
    op.add_column("incident", sa.Column("opened_by", sa.String(), nullable=False, server_default=""))
    op.add_column("incident", sa.Column("confirmed_by", sa.String(), nullable=True))
    op.add_column("incident", sa.Column("dismissed", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("incident", sa.Column("evidence", JSONB, nullable=False, server_default="{}"))
    op.add_column("incident", sa.Column("reports", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "uq_incident_detected",
        "incident",
        ["scope_kind", "scope"],
        unique=True,
        postgresql_where=sa.text("ended_at is null and source = 'detected'"),
    )
    _checks("incident", SCOPES_BEFORE, SCOPES)
    op.create_check_constraint(
        op.f("ck_incident_kind"), "incident", "kind in ('fibre', 'power', 'mixed', 'unknown', 'planned')"
    )
    op.create_check_constraint(op.f("ck_incident_source"), "incident", "source in ('detected', 'person', 'alarm')")


def _add_incident_contract() -> None:
    op.create_table(
        "incident_contract",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("contract_ref", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("back_at", MOMENT, nullable=True),
        sa.Column("told_back_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_incident_contract_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_contract_incident_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", "contract_ref", name=op.f("pk_incident_contract")),
    )
    op.create_index("ix_incident_contract_contract_ref", "incident_contract", ["contract_ref"], unique=False)


def _add_contract() -> None:
    op.add_column("contract", sa.Column("area", sa.String(), nullable=False, server_default=""))


def _add_ticket() -> None:
    op.add_column("ticket", sa.Column("incident_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_ticket_incident_id"), "ticket", ["incident_id"], unique=False)
    op.create_foreign_key(op.f("fk_ticket_incident_id"), "ticket", "incident", ["incident_id"], ["id"])


def _add_onu_status() -> None:
    op.create_table(
        "onu_status",
        sa.Column("olt", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("pon", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("rx_dbm", sa.Double(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("online_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("olt", "serial", name=op.f("pk_onu_status")),
    )
    op.create_index("ix_onu_status_olt_pon", "onu_status", ["olt", "pon"], unique=False)


def _add_optical_reading() -> None:
    op.create_table(
        "optical_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_ref", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("rx_dbm", sa.Double(), nullable=False),
        sa.Column("olt_rx_dbm", sa.Double(), nullable=True),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_optical_reading")),
    )
    op.create_index(
        "ix_optical_reading_contract_ref_read_at", "optical_reading", ["contract_ref", "read_at"], unique=False
    )


def _add_line_report() -> None:
    op.create_table(
        "line_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_ref", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("olt", sa.String(), nullable=False),
        sa.Column("pon", sa.String(), nullable=False),
        sa.Column("cto", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_line_report_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_report")),
    )
    op.create_index(op.f("ix_line_report_contract_ref"), "line_report", ["contract_ref"], unique=False)
    op.create_index("ix_line_report_cto_at", "line_report", ["cto", "at"], unique=False)


def _add_line_watch() -> None:
    op.create_table(
        "line_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_ref", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_line_watch_conversation_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_line_watch_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_watch")),
    )
    op.create_index(
        "uq_line_watch_open", "line_watch", ["contract_ref"], unique=True, postgresql_where=sa.text("ended_at is null")
    )


def downgrade() -> None:
    _drop_line_watch()
    _drop_line_report()
    _drop_optical_reading()
    _drop_onu_status()
    _drop_ticket()
    _drop_contract()
    _drop_incident_contract()
    _drop_incident()


def _drop_line_watch() -> None:
    op.drop_index("uq_line_watch_open", table_name="line_watch", postgresql_where=sa.text("ended_at is null"))
    op.drop_table("line_watch")


def _drop_line_report() -> None:
    op.drop_index("ix_line_report_cto_at", table_name="line_report")
    op.drop_index(op.f("ix_line_report_contract_ref"), table_name="line_report")
    op.drop_table("line_report")


def _drop_optical_reading() -> None:
    op.drop_index("ix_optical_reading_contract_ref_read_at", table_name="optical_reading")
    op.drop_table("optical_reading")


def _drop_onu_status() -> None:
    op.drop_index("ix_onu_status_olt_pon", table_name="onu_status")
    op.drop_table("onu_status")


def _drop_ticket() -> None:
    op.drop_constraint(op.f("fk_ticket_incident_id"), "ticket", type_="foreignkey")
    op.drop_index(op.f("ix_ticket_incident_id"), table_name="ticket")
    op.drop_column("ticket", "incident_id")


def _drop_contract() -> None:
    op.drop_column("contract", "area")


def _drop_incident_contract() -> None:
    op.drop_index("ix_incident_contract_contract_ref", table_name="incident_contract")
    op.drop_table("incident_contract")


def _drop_incident() -> None:
    op.drop_constraint(op.f("ck_incident_kind"), "incident", type_="check")
    op.drop_constraint(op.f("ck_incident_source"), "incident", type_="check")
    _checks("incident", SCOPES, SCOPES_BEFORE)
    op.drop_index(
        "uq_incident_detected",
        table_name="incident",
        postgresql_where=sa.text("ended_at is null and source = 'detected'"),
    )
    op.drop_column("incident", "reports")
    op.drop_column("incident", "evidence")
    op.drop_column("incident", "dismissed")
    op.drop_column("incident", "confirmed_by")
    op.drop_column("incident", "opened_by")
    op.drop_column("incident", "restored_at")
    op.drop_column("incident", "source")
    op.drop_column("incident", "kind")


def _checks(table: str, before: tuple[str, str], after: tuple[str, str]) -> None:
    op.drop_constraint(op.f(before[0]), table, type_="check")
    op.create_check_constraint(op.f(after[0]), table, after[1])
