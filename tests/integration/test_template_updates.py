"""Webhooks about templates: the row follows, operators are told what they must know, and once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.db import Database
from models.alert import Alert
from models.channel_template import SUPERSEDED, ChannelTemplate
from tests.integration.doors import planned, rows
from webhooks.template_updates import apply_template_update

STATUS = "message_template_status_update"
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def told(db: Database, field: str, at: datetime | None = None, **value: Any) -> bool:
    named = {
        "message_template_id": 77,
        "message_template_name": "outage_notice_1",
        "message_template_language": "pt_BR",
        **value,
    }
    with db.transaction() as session:
        return apply_template_update(session, "meta", field, named, at)


def known(db: Database, **more: Any) -> None:
    values = {"name": "outage_notice_1", "language": "pt_BR", "purpose": "outage_notice", "updated_at": AT, **more}
    with db.transaction() as session:
        session.add(ChannelTemplate(channel="meta", **values))


def the_row(db: Database) -> ChannelTemplate:
    (row,) = rows(db, ChannelTemplate)
    return row  # type: ignore[no-any-return]


def alerts(db: Database) -> list[tuple[str, str, bool]]:
    with db.transaction() as session:
        found = session.scalars(select(Alert).order_by(Alert.id))
        return [(alert.kind, alert.severity, alert.ended_at is None) for alert in found]


def test_approval_makes_a_template_usable(db: Database) -> None:
    known(db)
    assert told(db, STATUS, event="APPROVED", reason="NONE", message_template_category="UTILITY")
    row = the_row(db)
    assert (row.status, row.provider_id, row.reason, row.purpose) == ("APPROVED", "77", "", "outage_notice")


@pytest.mark.parametrize("event", ["REJECTED", "PAUSED", "DISABLED"])
def test_bad_news_warn_until_it_is_approved_again(db: Database, event: str) -> None:
    known(db, status="APPROVED")
    assert told(db, STATUS, event=event, reason="INVALID_FORMAT")
    assert the_row(db).status == event
    assert alerts(db) == [(f"template.{event.lower()}", "warning", True)]
    assert told(db, STATUS, event="REINSTATED")
    assert the_row(db).status == "APPROVED"
    assert alerts(db) == [(f"template.{event.lower()}", "warning", False)]


def test_watched_template_stays_usable_and_warns(db: Database) -> None:
    known(db, status="APPROVED")
    assert told(db, STATUS, event="FLAGGED")
    assert (the_row(db).status, the_row(db).quality) == ("APPROVED", "RED")
    assert alerts(db) == [("template.flagged", "warning", True)]
    told(db, "message_template_quality_update", new_quality_score="GREEN")
    assert alerts(db) == [("template.flagged", "warning", False)]


def test_same_webhook_again_changes_nothing_and_counts_no_alert(db: Database) -> None:
    known(db)
    assert told(db, STATUS, AT, event="REJECTED", reason="ABUSIVE_CONTENT")
    assert not told(db, STATUS, AT, event="REJECTED", reason="ABUSIVE_CONTENT")
    assert [alert.times for alert in rows(db, Alert)] == [1]


def test_older_news_ask_the_channel_instead_of_changing_the_row(db: Database) -> None:
    known(db, status="APPROVED")
    assert not told(db, STATUS, AT - timedelta(seconds=1), event="PAUSED")
    assert the_row(db).status == "APPROVED"
    assert planned(db, "sync_templates")


def test_notice_that_becomes_marketing_is_critical(db: Database) -> None:
    known(db, category="UTILITY")
    moved: dict[str, Any] = {"previous_category": "UTILITY", "new_category": "MARKETING"}
    assert told(db, "template_category_update", **moved)
    assert the_row(db).category == "MARKETING"
    assert alerts(db) == [("template.category", "critical", True)]
    assert not told(db, "template_category_update", **moved)
    assert told(db, "template_category_update", previous_category="MARKETING", new_category="UTILITY")
    assert alerts(db) == [("template.category", "critical", False)]


def test_announced_change_of_category_warns_and_changes_nothing_yet(db: Database) -> None:
    known(db, category="UTILITY")
    told(db, "template_category_update", new_category="UTILITY", correct_category="MARKETING")
    assert the_row(db).category == "UTILITY"
    assert alerts(db) == [("template.category_soon", "warning", True)]


def test_approval_lets_a_blocked_template_go_but_not_a_superseded_one(db: Database) -> None:
    known(db, status="PAUSED", blocked_for="graph_132015")
    told(db, STATUS, event="APPROVED")
    assert the_row(db).blocked_for is None
    with db.transaction() as session:
        row = session.scalars(select(ChannelTemplate)).one()
        row.status, row.blocked_for = "PAUSED", SUPERSEDED
    told(db, STATUS, event="APPROVED")
    assert the_row(db).blocked_for == SUPERSEDED


def test_changed_components_ask_the_channel_for_them(db: Database) -> None:
    known(db)
    told(db, "message_template_components_update", message_template_element="Oi {{1}}!")
    assert planned(db, "sync_templates")


@pytest.mark.parametrize("value", [{}, {"message_template_id": []}, {"event": 3}, {"message_template_name": "x" * 900}])
def test_value_without_a_template_changes_nothing(db: Database, value: dict[str, Any]) -> None:
    with db.transaction() as session:
        assert not apply_template_update(session, "meta", STATUS, value)
    assert rows(db, ChannelTemplate) == []


def test_recorded_webhooks_make_rows_without_a_purpose(db: Database, shared_data: Path) -> None:
    for path in sorted((shared_data / "whatsapp").glob("meta_template_*.json")):
        change = json.loads(path.read_text())["entry"][0]["changes"][0]
        with db.transaction() as session:
            assert apply_template_update(session, "meta", change["field"], change["value"])
    found = {(row.name, row.status, row.quality, row.category, row.purpose) for row in rows(db, ChannelTemplate)}
    assert found == {
        ("order_confirmation", "APPROVED", "", "UTILITY", ""),
        ("abandoned_cart", "REJECTED", "", "MARKETING", ""),
        ("welcome_template", "PENDING", "YELLOW", "UTILITY", ""),
    }
    assert [alert.kind for alert in rows(db, Alert)] == ["template.rejected"]
