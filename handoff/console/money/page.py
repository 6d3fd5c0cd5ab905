"""What all pages of the money share: who may open them, their frame with its menu, and what they write down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.framing import Entry, framed
from handoff.console.ports import House, attendant
from handoff.permits import Deed, may

LOOKED_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Section(Entry):
    """An entry of the money's own menu. `deed` is what whoever sees it may do."""

    deed: Deed = "money.see"


SECTIONS: tuple[Section, ...] = (
    Section("agreements", "Acordos", "console.agreements"),
    Section("disputes", "Contestações", "console.disputes"),
    Section("proofs", "Comprovantes", "console.proofs"),
    Section("payments", "Pagamentos", "console.payments"),
    Section("comparisons", "Conciliação", "console.comparisons"),
    Section("imports", "Importação", "console.imports", "base.import"),
)


def looked(session: Session, subject: str) -> None:
    """Writes down that this person saw it; a page that refreshes is one look an hour."""
    audit.record_once(session, attendant().login, "money.viewed", subject, within=LOOKED_AGAIN)


def asked(name: str) -> str:
    """What was typed into the field of that name, trimmed; at most 80 characters."""
    return request.values.get(name, "").replace("\x00", "").strip()[:80]


def frame(
    template: str, section: str, place: House, parts: dict[str, str], *, status: int = 200, **more: Any
) -> Response:
    """A page of the money around its live parts; only those of its menu's entries that the person may open."""
    menu = [item for item in SECTIONS if may(attendant(), item.deed)]
    return framed(template, menu, section, place, parts, status=status, **more)
