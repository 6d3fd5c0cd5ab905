"""What a line would change, as people may see it: phones and addresses of e-mail only in part."""

from __future__ import annotations

from billing.importing.stage import Change
from core.money import format_brl
from core.phone import mask_phone


def in_words(change: Change) -> tuple[str, str]:
    """What stands there now and what would, `-` for nothing."""
    return _shown(change, change.before), _shown(change, change.after)


def _shown(change: Change, value: str) -> str:
    if change.shape == "cents":
        return format_brl(int(value)) if value else "-"
    if change.shape == "phones":
        return ", ".join(mask_phone(key) for key in value.split()) or "-"
    if change.shape == "email":
        return f"{value[:1]}***{value[value.find('@') :]}" if value else "-"
    return value or "-"
