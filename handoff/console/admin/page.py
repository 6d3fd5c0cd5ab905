"""What all pages of the administration share: their menu, their frame, and how a change is written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.access import Attendant
from handoff.console.framing import Entry, framed
from handoff.console.ports import House, attendant
from handoff.permits import Deed, may


@dataclass(frozen=True)
class Section(Entry):
    """An entry of the administration's own menu. `deed` is what whoever sees it may do."""

    deed: Deed


SECTIONS: tuple[Section, ...] = (
    Section("people", "Pessoas", "console.people", "admin.people"),
    Section("roles", "Papéis", "console.roles", "admin.roles"),
    Section("queues", "Filas", "console.queues", "admin.desk"),
    Section("calendars", "Calendários", "console.calendars", "admin.desk"),
    Section("promises", "Prazos", "console.promises", "admin.desk"),
    Section("policies", "Políticas", "console.policies", "admin.policies"),
    Section("audit", "Auditoria", "console.audit", "admin.audit"),
)


def entry_of(who: Attendant) -> str:
    """The first endpoint of the administration that they may open; empty when there is none."""
    return next((item.endpoint for item in SECTIONS if may(who, item.deed)), "")


def frame(template: str, section: str, place: House, *, status: int = 200, **more: Any) -> Response:
    """A page of the administration; only those of its menu's entries that the person may open."""
    menu = [item for item in SECTIONS if may(attendant(), item.deed)]
    return framed(f"console/admin/{template}.html", menu, section, place, {}, status=status, same=_same, **more)


def _same(names: Iterable[str]) -> list[tuple[str, str]]:
    """Options that are called what they are."""
    return [(name, name) for name in names]


def typed(name: str, longest: int = 200) -> str:
    """What was typed into the field of that name, trimmed and not longer than that."""
    return request.form.get(name, "").replace("\x00", "").strip()[:longest]


def typed_list(name: str) -> list[str]:
    """What was typed with commas or on lines of its own, each once, in order."""
    parts = (part.strip() for part in typed(name, 2000).replace("\n", ",").split(","))
    return list(dict.fromkeys(part for part in parts if part))


def typed_count(name: str, least: int, most: int) -> int | None:
    """A whole number within those; None for anything else."""
    given = typed(name, 10)
    number = int(given) if given.isascii() and given.isdigit() else -1
    return number if least <= number <= most else None


def written_down(
    session: Session, action: str, subject: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> bool:
    """Adds the audit row of a change with what was and what is, field by field; none where nothing changed. Neither
    may hold a secret."""
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not changed:
        return False
    audit.record(
        session,
        attendant().login,
        action,
        subject,
        before={name: before.get(name) for name in changed},
        after={name: after.get(name) for name in changed},
    )
    return True
