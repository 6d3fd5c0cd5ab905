"""What a channel brings and needs: fetched files, edits, costs, templates, consent, its number's state, alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("alert", "consent", "channel_template", "channel_state", "parked_change")


def upgrade() -> None:
    _attachments()
    _messages()
    op.add_column("conversation", sa.Column("quiet_until", MOMENT))
    for name, columns, constraints in (_alert(), _consent(), _template(), _state(), _parked_change()):
        op.create_table(name, *columns, *constraints)
    open_alert = sa.text("ended_at is null")
    op.create_index("uq_alert_open", "alert", ["kind", "subject"], unique=True, postgresql_where=open_alert)
    op.create_index("ix_consent_contact_id_purpose_at", "consent", ["contact_id", "purpose", "at"])
    op.create_index(op.f("ix_channel_template_purpose"), "channel_template", ["purpose"])


def _attachments() -> None:
    for column in (
        sa.Column("size", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("stored_as", sa.String()),
        sa.Column("state", sa.String(), nullable=False, server_default="here"),
        sa.Column("origin", postgresql.JSONB(), nullable=False, server_default="{}"),
        sa.Column("error", sa.String()),
        sa.Column("expires_at", MOMENT),
    ):
        op.add_column("attachment", column)
    op.execute("UPDATE attachment SET size = length(data)")
    op.alter_column("attachment", "data", nullable=True)
    op.create_check_constraint(
        op.f("ck_attachment_state"), "attachment", "state in ('wanted', 'here', 'refused', 'lost', 'expired')"
    )
    op.create_check_constraint(
        op.f("ck_attachment_bytes_somewhere"),
        "attachment",
        "state <> 'here' or data is not null or stored_as is not null",
    )
    kept = sa.text("state = 'here'")
    op.create_index("ix_attachment_expires_at", "attachment", ["expires_at"], postgresql_where=kept)


def _messages() -> None:
    for column in (
        sa.Column("quoted_id", sa.String()),
        sa.Column("reaction", sa.String(), nullable=False, server_default=""),
        sa.Column("edited_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.Column("transcript", sa.String()),
        sa.Column("transcript_confidence", sa.Float()),
        sa.Column("reason", sa.String(), nullable=False, server_default=""),
        sa.Column("billable", sa.Boolean()),
        sa.Column("cost_category", sa.String(), nullable=False, server_default=""),
        sa.Column("resends", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("message", column)


Table = tuple[str, list[sa.Column], list[sa.Constraint]]


def _text(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False, server_default=default)


def _json(name: str, default: str | None = None) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(), nullable=False, server_default=default)


def _id() -> sa.Column:
    return sa.Column("id", sa.Integer(), nullable=False)


def _key(table: str) -> sa.Constraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _alert() -> Table:
    columns = [
        _id(),
        _text("kind"),
        _text("subject"),
        _text("severity"),
        _text("text"),
        _json("detail"),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by", sa.String()),
    ]
    known = sa.CheckConstraint("severity in ('info', 'warning', 'critical')", name=op.f("ck_alert_severity"))
    return "alert", columns, [_key("alert"), known]


def _consent() -> Table:
    columns = [
        _id(),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        _text("purpose"),
        _text("decision"),
        _text("source"),
        sa.Column("at", MOMENT, nullable=False),
        _json("proof"),
        _text("recorded_by"),
    ]
    constraints = [
        _key("consent"),
        sa.CheckConstraint("decision in ('in', 'out')", name=op.f("ck_consent_decision")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_contact_id")),
    ]
    return "consent", columns, constraints


def _template() -> Table:
    words = ("channel", "name", "language", "purpose", "status", "category", "category_expected", "quality", "reason")
    columns = [
        _id(),
        *(_text(name) for name in (*words, "provider_id")),
        _json("components"),
        _json("variables"),
        sa.Column("blocked_for", sa.String()),
        sa.Column("updated_at", MOMENT, nullable=False),
    ]
    one = sa.UniqueConstraint("channel", "name", "language", name=op.f("uq_channel_template_channel_name_language"))
    return "channel_template", columns, [_key("channel_template"), one]


def _state() -> Table:
    columns = [
        _text("channel"),
        sa.Column("stopped_at", MOMENT),
        sa.Column("stopped_code", sa.String()),
        sa.Column("proactive_after", MOMENT),
        *(_text(name, "") for name in ("name", "quality", "throughput", "messaging_limit", "account_status")),
        sa.Column("token_expires_at", MOMENT),
        sa.Column("checked_at", MOMENT),
        sa.Column("check_error", sa.String()),
        _json("detail", "{}"),
    ]
    return "channel_state", columns, [sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_state"))]


def _parked_change() -> Table:
    columns = [
        _id(),
        _text("channel"),
        _text("provider_id"),
        _text("kind"),
        sa.Column("at", MOMENT, nullable=False),
        _json("raw"),
    ]
    one = sa.UniqueConstraint("channel", "provider_id", "kind", name=op.f("uq_parked_change_channel_provider_id_kind"))
    return "parked_change", columns, [_key("parked_change"), one]


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("conversation", "quiet_until")
    for column in (
        *("quoted_id", "reaction", "edited_at", "revoked_at", "transcript", "transcript_confidence", "reason"),
        *("billable", "cost_category", "resends"),
    ):
        op.drop_column("message", column)
    op.drop_index("ix_attachment_expires_at", "attachment")
    op.drop_constraint(op.f("ck_attachment_bytes_somewhere"), "attachment")
    op.drop_constraint(op.f("ck_attachment_state"), "attachment")
    # Files that were never here, or stand in the media store, cannot be told to the older version.
    op.execute(
        "UPDATE message SET attachment_id = NULL WHERE attachment_id IN (SELECT id FROM attachment WHERE data IS NULL)"
    )
    op.execute("DELETE FROM attachment WHERE data IS NULL")
    op.alter_column("attachment", "data", nullable=False)
    for column in ("size", "stored_as", "state", "origin", "error", "expires_at"):
        op.drop_column("attachment", column)
