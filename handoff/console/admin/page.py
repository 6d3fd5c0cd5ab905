"""What all pages of the administration share: their menu, their frame, and how a change is written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.access import Attendant
from handoff.console.entrances import opens
from handoff.console.framing import Entry, framed, typed
from handoff.console.ports import House, attendant

SECTIONS = (
    Entry("people", "Pessoas", "console.people"),
    Entry("roles", "Papéis", "console.roles"),
    Entry("queues", "Filas", "console.queues"),
    Entry("calendars", "Calendários", "console.calendars"),
    Entry("promises", "Prazos", "console.promises"),
    Entry("policies", "Políticas", "console.policies"),
    Entry("texts", "Textos", "console.texts"),
    Entry("audit", "Auditoria", "console.audit"),
)


def entry_of(who: Attendant) -> str:
    """The first endpoint of the administration that they may open; empty when there is none."""
    return next((item.endpoint for item in SECTIONS if opens(who, item.endpoint)), "")


def frame(template: str, section: str, place: House, *, status: int = 200, **more: Any) -> Response:
    """A page of the administration; only those of its menu's entries that the person may open."""
    return framed(f"console/admin/{template}.html", SECTIONS, section, place, {}, status=status, same=_same, **more)


def _same(names: Iterable[str]) -> list[tuple[str, str]]:
    """Options that are called what they are."""
    return [(name, name) for name in names]


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
