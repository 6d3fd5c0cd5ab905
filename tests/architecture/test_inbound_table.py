"""The page on what WhatsApp sends is what the tables say, and the tables leave nothing out."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from cli import main
from tests.architecture.tree import text
from webhooks.channels import meta_kinds, twilio_kinds

# What the channels are known to send; each must have a row of its own, not only the one for all others.
META = {
    "messages": (
        "text image video document audio voice sticker location contacts interactive interactive.button_reply"
        " interactive.list_reply interactive.nfm_reply interactive.call_permission_reply button reaction order"
        " system.user_changed_number system.user_changed_user_id system.customer_identity_changed request_welcome"
        " edit revoke unsupported unsupported.edit unsupported.pin unsupported.poll_update ephemeral group"
    ),
    "statuses": "sent delivered read played failed deleted group",
    "message_echoes": "edit revoke reaction *",
    "standby": "*",
    "calls": "connect terminate *",
    "user_preferences": "marketing_messages *",
    "errors": "*",
    "account_update": (
        "ACCOUNT_VIOLATION ACCOUNT_RESTRICTION DISABLED_UPDATE PARTNER_REMOVED ACCOUNT_OFFBOARDED ACCOUNT_RECONNECTED"
        " VOLUME_BASED_PRICING_TIER_UPDATE *"
    ),
    "account_alerts": "*",
    "account_review_update": "*",
    "business_capability_update": "*",
    "phone_number_quality_update": "*",
    "phone_number_name_update": "*",
    "message_template_status_update": "*",
    "message_template_quality_update": "*",
    "message_template_components_update": "*",
    "template_category_update": "*",
    "flows": "*",
    "security": "*",
    "messaging_handovers": "*",
    "history": "*",
    "smb_app_state_sync": "*",
    "group_settings_update": "*",
}
TWILIO = {
    "message": "text tap location contacts media *",
    "status": "queued sending sent delivered read undelivered failed *",
    "nothing": "*",
}


def test_page_is_up_to_date() -> None:
    made = CliRunner().invoke(main, ["inbound-table"])
    assert made.exit_code == 0, made.output
    assert text("docs/whatsapp-inbound.md") == made.output, (
        "run: python cli.py inbound-table > docs/whatsapp-inbound.md"
    )


@pytest.mark.parametrize("where", sorted(META))
def test_meta_kind_has_a_row_of_its_own(where: str) -> None:
    rows = {row.name for row in meta_kinds.KINDS if row.where == where}
    assert set(META[where].split()) <= rows


@pytest.mark.parametrize("where", sorted(TWILIO))
def test_twilio_kind_has_a_row_of_its_own(where: str) -> None:
    rows = {row.name for row in twilio_kinds.KINDS if row.where == where}
    assert set(TWILIO[where].split()) <= rows


def test_anything_at_all_has_a_row() -> None:
    for kinds in (meta_kinds.KINDS, twilio_kinds.KINDS):
        assert kinds.find("field_of_tomorrow", "event.of.tomorrow").where == "*"
