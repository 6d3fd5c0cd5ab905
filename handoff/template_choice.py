"""The house's own templates: one that is not of this system, chosen to go in place of ours for a purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.template_text import wording
from handoff.staff import NotAllowed
from handoff.template_wording import FIELDS, purpose_name
from handoff.templates import CODES, SURVEYS
from models.channel_template import APPROVED, SUPERSEDED, ChannelTemplate

# What a tap or a copied code means belongs to the very buttons of ours.
_OURS_ONLY = frozenset((*SURVEYS, "code"))


@dataclass(frozen=True)
class Choice:
    """What a template of the house may be used for: purposes, and what the places of its values may be given."""

    purposes: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]
    slots: int


def choice_of(session: Session, row: ChannelTemplate) -> Choice | None:
    """What the house may choose for a template; None where it may not be chosen: ours, not approved, a code's, or one
    with a file in its header."""
    words = wording(row.components)
    if (
        row.category_expected
        or row.status != APPROVED
        or row.category == CODES
        or words.header_kind not in ("", "text")
    ):
        return None
    known = _values_by_purpose(session, row.channel, row.language)
    names = sorted(set[str]().union(*known.values()), key=lambda name: FIELDS.get(name, name))
    return Choice(
        tuple((purpose, purpose_name(purpose)) for purpose in sorted(known, key=purpose_name)),
        tuple((name, FIELDS.get(name, name)) for name in names),
        words.slots,
    )


def choose_template(session: Session, row: ChannelTemplate, purpose: str, values: Sequence[str]) -> str:
    """Has the template go for a purpose, in place of ours and of another that was chosen before; without a purpose it
    goes for none. Returns what it went for until now. Raises NotAllowed."""
    before = row.purpose
    if not purpose:
        if not row.category_expected:
            row.purpose, row.variables = "", []
        return before
    choice = choice_of(session, row)
    known = _values_by_purpose(session, row.channel, row.language)
    if choice is None or purpose not in known:
        raise NotAllowed("Escolha para que este modelo serve.")
    if len(values) != choice.slots or not set(values) <= known[purpose]:
        allowed = ", ".join(sorted(FIELDS.get(name, name) for name in known[purpose])) or "nenhum"
        raise NotAllowed(f"Em “{purpose_name(purpose)}” os valores podem ser: {allowed}.")
    others = select(ChannelTemplate).where(
        ChannelTemplate.channel == row.channel,
        ChannelTemplate.language == row.language,
        ChannelTemplate.purpose == purpose,
        ChannelTemplate.category_expected == "",
        ChannelTemplate.id != row.id,
    )
    for other in session.scalars(others.with_for_update()):
        other.purpose, other.variables = "", []
    row.purpose, row.variables = purpose, list(values)
    return before


def _values_by_purpose(session: Session, channel: str, language: str) -> Mapping[str, frozenset[str]]:
    """What is known when a template of ours is sent, by purpose."""
    ours = select(ChannelTemplate).where(
        ChannelTemplate.channel == channel,
        ChannelTemplate.language == language,
        ChannelTemplate.category_expected != "",
        ChannelTemplate.purpose.not_in(("", *_OURS_ONLY)),
        ChannelTemplate.blocked_for.is_distinct_from(SUPERSEDED),
    )
    return {row.purpose: frozenset(row.variables) for row in session.scalars(ours.order_by(ChannelTemplate.id))}
