"""What Meta tells of templates unasked: approved, rejected, paused, of another category. Into rows and alerts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import utc_now
from models.alert import end_alert, raise_alert
from models.channel_template import APPROVED, SUPERSEDED, ChannelTemplate
from models.outbox import add_work
from webhooks.cleaning import name_of

FIELDS = frozenset(
    {
        "message_template_status_update",
        "message_template_quality_update",
        "message_template_components_update",
        "template_category_update",
    }
)
# Events that are not the name of the state that they lead to.
STATE_OF = {"REINSTATED": APPROVED, "UNPAUSED": APPROVED}
GONE = "DELETED"
TROUBLE = {
    GONE: "não existe mais no WhatsApp: as mensagens que dependem dele não saem",
    "REJECTED": "foi recusado pelo WhatsApp",
    "PAUSED": "foi pausado pelo WhatsApp: muita gente bloqueou ou denunciou",
    "DISABLED": "foi desativado pelo WhatsApp",
    "FLAGGED": "está sob observação do WhatsApp: a qualidade caiu, e ele pode ser pausado",
}
LONGEST_REASON = 300


def apply_template_update(
    session: Session, channel: str, field: str, value: Mapping[str, Any], at: datetime | None = None
) -> bool:
    """Brings one webhook about a template into its row, and raises or ends alerts. True when it changed something.

    `field` is one of FIELDS. `at` is when it happened, where the webhook tells: one that is older than what the row
    says changes nothing by itself, the channel is asked instead. A template that we do not know gets a row without a
    purpose. May be called again with the same webhook.
    """
    if field not in FIELDS or not isinstance(value, Mapping):
        return False
    found = _row(session, channel, value, at)
    if found is None:
        return False
    row, made = found
    if at is not None and at < row.updated_at:
        add_work(session, "sync_templates", 0)
        return False
    changed = _APPLY[field](session, row, value) or made
    if changed:
        row.updated_at = at or utc_now()
        session.flush()
    return changed


def note_status(session: Session, row: ChannelTemplate, status: str, reason: str = "") -> bool:
    """Sets what the channel says of the template's state; raises the alert of a bad one, ends them with a good one.
    True when it is another state than before."""
    status = STATE_OF.get(status, status)
    if status == "FLAGGED":
        return _flag(session, row, reason)
    came, changed = row.status != status, (row.status, row.reason) != (status, reason)
    row.status, row.reason = status, reason
    if status == APPROVED:
        for other in TROUBLE:
            end_alert(session, f"template.{other.lower()}", subject_of(row), by="whatsapp")
        if came and row.blocked_for != SUPERSEDED:
            row.blocked_for = None
    elif status in TROUBLE and came and not _nobody_misses(row):
        _warn(session, row, status, reason)
    return changed


def _nobody_misses(row: ChannelTemplate) -> bool:
    """Deleting what we do not send, or send no more, is housekeeping."""
    return row.status == GONE and (not row.purpose or row.blocked_for == SUPERSEDED)


def _flag(session: Session, row: ChannelTemplate, reason: str) -> bool:
    """A template that is watched may still be sent: its state stays, its quality is known to be low."""
    came = row.quality != "RED"
    row.quality = "RED"
    if came:
        _warn(session, row, "FLAGGED", reason)
    return came


def _warn(session: Session, row: ChannelTemplate, status: str, reason: str) -> None:
    why = f" Motivo: {reason}" if reason else ""
    detail = {"template": row.name, "language": row.language, "reason": reason}
    text = f"O modelo {row.name} ({row.language}) {TROUBLE[status]}.{why}"
    raise_alert(session, f"template.{status.lower()}", subject_of(row), text, detail=detail)


def note_category(session: Session, row: ChannelTemplate, category: str, before: str) -> bool:
    """Sets the category. What was a notice and becomes marketing costs more and needs consent: that is critical."""
    row.category = category
    subject = subject_of(row)
    if category == "MARKETING" and before not in {"", "MARKETING"}:
        text = (
            f"O modelo {row.name} ({row.language}) passou de utilidade para marketing: preço e opt-out mudam. "
            "Ele só será enviado a quem autorizou promoções. Conteste na Meta ou mude o texto."
        )
        detail = {"template": row.name, "before": before, "now": category}
        raise_alert(session, "template.category", subject, text, severity="critical", detail=detail)
    elif category != "MARKETING":
        end_alert(session, "template.category", subject, by="whatsapp")
    return category != before


def subject_of(row: ChannelTemplate) -> str:
    """What alerts about the template are kept under."""
    return f"{row.channel}/{row.name}/{row.language}"


def _row(
    session: Session, channel: str, value: Mapping[str, Any], at: datetime | None
) -> tuple[ChannelTemplate, bool] | None:
    """The template's row, locked, and whether it was made for this; None where the webhook does not say which."""
    provider_id = name_of(value.get("message_template_id"))
    name, language = (name_of(value.get(f"message_template_{part}")) for part in ("name", "language"))
    ours = select(ChannelTemplate).where(ChannelTemplate.channel == channel).with_for_update()
    if provider_id:
        found = session.scalars(ours.where(ChannelTemplate.provider_id == provider_id).limit(1)).one_or_none()
        if found:
            return found, False
    if not (name and language):
        return None
    category = name_of(value.get("message_template_category")).upper() or "UTILITY"
    row = {"channel": channel, "name": name, "language": language, "category": category, "updated_at": at or utc_now()}
    new = insert(ChannelTemplate).values(**row).on_conflict_do_nothing()
    made = session.scalar(new.returning(ChannelTemplate.id)) is not None
    known = session.scalars(ours.where(ChannelTemplate.name == name, ChannelTemplate.language == language)).one()
    known.provider_id = provider_id or known.provider_id
    return known, made


def _status(session: Session, row: ChannelTemplate, value: Mapping[str, Any]) -> bool:
    event = name_of(value.get("event")).upper()
    if not event:
        return False
    told = value.get("rejection_info") or value.get("other_info") or {}
    told = told if isinstance(told, Mapping) else {}
    given = (value.get("reason"), told.get("reason") or told.get("description"))
    words = ": ".join(str(part)[:LONGEST_REASON] for part in given if part and str(part).upper() != "NONE")
    category = name_of(value.get("message_template_category")).upper()
    moved = bool(category) and note_category(session, row, category, row.category)
    return note_status(session, row, event, words) or moved


def _quality(session: Session, row: ChannelTemplate, value: Mapping[str, Any]) -> bool:
    before, row.quality = row.quality, name_of(value.get("new_quality_score")).upper()
    if row.quality == "RED" and before != "RED":
        note = f"A qualidade do modelo {row.name} ({row.language}) caiu para baixa: o WhatsApp pode pausá-lo."
        raise_alert(session, "template.quality", subject_of(row), note, detail={"template": row.name, "before": before})
    elif row.quality != "RED":
        for kind in ("template.quality", "template.flagged"):
            end_alert(session, kind, subject_of(row), by="whatsapp")
    return row.quality != before


def _category(session: Session, row: ChannelTemplate, value: Mapping[str, Any]) -> bool:
    new, right = (name_of(value.get(key)).upper() for key in ("new_category", "correct_category"))
    before = name_of(value.get("previous_category")).upper()
    if right and not before and right != new:
        # Announced for later, with the category that it will have then.
        text = f"O WhatsApp vai mudar a categoria do modelo {row.name} ({row.language}) para {right.lower()}."
        raise_alert(session, "template.category_soon", subject_of(row), text, detail={"template": row.name})
        return False
    if not new:
        return False
    end_alert(session, "template.category_soon", subject_of(row), by="whatsapp")
    return note_category(session, row, new, row.category)


def _components(session: Session, row: ChannelTemplate, value: Mapping[str, Any]) -> bool:
    """The webhook has them in another shape, and not all of them: the channel is asked."""
    add_work(session, "sync_templates", 0)
    return False


_APPLY = {
    "message_template_status_update": _status,
    "message_template_quality_update": _quality,
    "message_template_components_update": _components,
    "template_category_update": _category,
}
