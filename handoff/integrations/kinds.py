"""The kinds of events that other systems may hear of, and what an address may ask for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from models.message import RANK
from models.network_job import STATES

KINDS: Mapping[str, tuple[str, ...]] = {
    "message": ("received", *sorted(RANK), "discarded"),
    "note": ("added",),
    "conversation": (
        *("opened", "handed_over", "taken", "taken_over", "transferred", "given_back", "closed", "reopened"),
        *("assigned", "moved", "returned", "overflowed", "prioritised", "callback_wanted", "let_speak"),
        *("snoozed", "woken", "reminds", "reminded", "merged", "unmerged", "consent", "checklist_overridden"),
        *("scheduled", "rescheduled", "unscheduled", "scheduled_sent", "scheduled_skipped", "scheduled_unsent"),
        *("sla_paused", "sla_resumed", "sla_warning", "sla_late", "visit_agreed", "visit_arrived", "visit_off"),
        *("identity_changed", "number_changed", "sent_as_template"),
    ),
    "job": STATES,
    "ticket": ("opened",),
}
"""What may come after the point, by what stands before it. Those of a conversation are the events of its thread."""


def unknown_kinds(patterns: Collection[str]) -> list[str]:
    """Those patterns that mean nothing that ever happens, in order."""
    return [pattern for pattern in patterns if pattern != "*" and not _means(pattern)]


def kinds_told() -> str:
    """All that may be asked for, in one line for people."""
    groups = (f"{group}.* ({', '.join(names)})" for group, names in KINDS.items())
    return f"* (tudo), {', '.join(groups)}"


def _means(pattern: str) -> bool:
    group, _, name = pattern.partition(".")
    return name in ("*", *KINDS.get(group, ())) and group in KINDS
