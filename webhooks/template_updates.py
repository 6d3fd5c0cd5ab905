"""What the channel says about a template of ours becomes known to operators."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.alert import raise_alert

GOOD = frozenset({"APPROVED", "GREEN"})


def apply_template_update(session: Session, channel: str, field: str, value: dict[str, Any]) -> None:
    """An alert that names the template and what became of it. `field` is the webhook's field, `value` its value."""
    name = str(value.get("message_template_name") or "?")[:200]
    news = value.get("event") or value.get("new_quality_score") or value.get("new_category") or "mudou"
    severity = "info" if news in GOOD else "warning"
    text = f"O modelo {name} mudou no WhatsApp: {str(news)[:60]}"
    raise_alert(session, "template.changed", f"{channel}:{name}", text, severity=severity, detail=value)
