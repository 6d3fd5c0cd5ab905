"""Whether the customer takes promotions, as the card shows it: since when, who says so, and what was said before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handoff.consent import history
from handoff.console.ports import House
from handoff.console.wording import moment
from models.consent import Consent

SOURCES = {
    "customer": "escreveu no WhatsApp",
    "whatsapp": "preferência no WhatsApp",
    "twilio": "avisado pela Twilio",
    "agent": "registrado pelo atendimento",
    "import": "veio do cadastro importado",
}
DECISIONS = {"in": "quer promoções", "out": "não quer promoções"}


@dataclass(frozen=True)
class Entry:
    """One decision. `proof` is how it can be shown, in words."""

    decision: str
    when: str
    source: str
    proof: str


@dataclass(frozen=True)
class Permission:
    """What holds now, in words, and every decision, the newest first."""

    allowed: bool
    state: str
    entries: tuple[Entry, ...] = ()


NOTHING_SAID = Permission(False, "Nunca autorizou promoções: só recebe avisos do contrato.")


def read_permission(session: Session, contact_id: int, place: House, now: datetime) -> Permission:
    """The contact's permission for marketing."""
    rows = history(session, contact_id)
    if not rows:
        return NOTHING_SAID
    entries = tuple(_entry(row, place, now) for row in rows)
    newest = entries[0]
    state = f"{newest.decision.capitalize()} desde {newest.when} ({newest.source})"
    return Permission(rows[0].decision == "in", state, entries)


def _entry(row: Consent, place: House, now: datetime) -> Entry:
    who = "" if row.recorded_by in {"system", "bot"} else f" ({row.recorded_by})"
    return Entry(
        decision=DECISIONS.get(row.decision, row.decision),
        when=moment(row.at, now, place.zone),
        source=SOURCES.get(row.source, row.source) + who,
        proof=str(row.proof.get("words") or row.proof.get("reason") or ""),
    )
