"""What all pages of the money share: who may open them, their frame with its menu, and what they write down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.framing import Entry, framed
from handoff.console.ports import House, attendant

LOOKED_AGAIN = timedelta(hours=1)


SECTIONS = (
    Entry("agreements", "Acordos", "console.agreements"),
    Entry("disputes", "Contestações", "console.disputes"),
    Entry("proofs", "Comprovantes", "console.proofs"),
    Entry("payments", "Pagamentos", "console.payments"),
    Entry("comparisons", "Conciliação", "console.comparisons"),
    Entry("imports", "Importação", "console.imports"),
)


def looked(session: Session, subject: str) -> None:
    """Writes down that this person saw it; a page that refreshes is one look an hour."""
    audit.record_once(session, attendant().login, "money.viewed", subject, within=LOOKED_AGAIN)


def frame(
    template: str, section: str, place: House, parts: dict[str, str], *, status: int = 200, **more: Any
) -> Response:
    """A page of the money around its live parts; only those of its menu's entries that the person may open."""
    return framed(template, SECTIONS, section, place, parts, status=status, **more)
