"""What Meta says about our account, our number and our templates: alerts for whoever runs the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webhooks.channels.kinds import Kind
from webhooks.channels.meta_piece import CHANNEL, Piece, dicts, obj
from webhooks.cleaning import words
from webhooks.items import AccountChanged, Item, TemplateChanged

Reader = Callable[[Piece, Kind[Piece]], list[Item]]
# Where a value says more than its event: shown behind the alert's words, as Meta writes it.
_TOLD = ("reason", "decision", "rejection_reason", "alert_type", "alert_description", "requested_verified_name")
_TOLD_INSIDE = {
    "violation_info": "violation_type",
    "ban_info": "waba_ban_state",
    "disconnection_info": "reason",
    "volume_tier_info": "tier",
}
# Meta's names for the limit of people written to in 24 hours: a name, or the number itself.
_LIMITS = ("max_daily_conversations_per_business", "current_limit", "max_daily_conversation_per_phone")


def alarm(
    alert: str, severity: str, text: str, *, ends: tuple[str, ...] = (), state: dict[str, str] | None = None
) -> Reader:
    """A reader that makes an alert of this kind and severity with this Portuguese text. `ends` are the alerts that are
    over by it, `state` what the number is known to be from now on."""

    def read(piece: Piece, kind: Kind[Piece]) -> list[Item]:
        told, limit = _told(piece.raw), _limit(piece.raw)
        changed = AccountChanged(
            CHANNEL,
            alert,
            _subject(piece),
            severity,
            f"{text} ({told})" if told else text,
            ends,
            {**(state or {}), **({"messaging_limit": limit} if limit else {})},
            piece.raw,
        )
        return [changed]

    return read


def error(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """An error that belongs to no message."""
    code = words(piece.raw.get("code"))[:40] or "?"
    title = words(piece.raw.get("title")) or words(piece.raw.get("message"))
    text = f"O WhatsApp avisou de um erro ao nos entregar algo: código {code} ({title[:200]})"
    return [AccountChanged(CHANNEL, "webhook.error", code, "warning", text, payload=piece.raw)]


def template(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """A change of a template of ours."""
    return [TemplateChanged(CHANNEL, piece.part, piece.at, piece.raw)]


def _subject(piece: Piece) -> str:
    number = words(piece.raw.get("display_phone_number")) or words(obj(piece.raw.get("metadata")).get("phone_number"))
    return (number or piece.account)[:100]


def _told(value: dict[str, Any]) -> str:
    found = [words(value.get(name)) for name in _TOLD]
    found += [words(obj(value.get(name)).get(inner)) for name, inner in _TOLD_INSIDE.items()]
    found += [words(one.get("restriction_type")) for one in dicts(value.get("restriction_info"))]
    found += [words(obj(value.get("alert_info")).get(name)) for name in ("alert_type", "alert_description")]
    if limit := _limit(value):
        found.append(limit)
    return ", ".join(dict.fromkeys(text[:200] for text in found if text and text != "NONE"))


def _limit(value: dict[str, Any]) -> str:
    return next((words(value[name])[:60] for name in _LIMITS if words(value.get(name))), "")
