"""A person holds an invoice (contested, in negotiation, being settled) or has it collected again: once, by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import holds
from billing.agreements import LIVE
from billing.records import Hold
from handoff.access import Attendant
from handoff.outcome import Denied, Done
from models.agent import name_of
from models.audit import Audit
from models.invoice import Invoice
from models.negotiation import Negotiation

WORDS: Mapping[str, str] = {"disputed": "contestada", "negotiation": "em negociação", "settling": "em compensação"}
GONE = "Esta fatura não existe mais."
NO_KIND = "Escolha o motivo."
NOT_OPEN = "Esta fatura não está em aberto."
AGREED = "Esta fatura está em um acordo: ela volta à cobrança quando o acordo terminar."


def hold_invoice(session: Session, invoice_id: int, agent: Attendant, kind: str) -> Done | Denied:
    """Holds an open invoice, audited. A second press is harmless; whoever comes later is told who was first.

    `Done.message_id` is the invoice's id.
    """
    row = session.get(Invoice, invoice_id)
    if row is None:
        return Denied(GONE)
    if kind not in WORDS:
        return Denied(NO_KIND)
    if holds.hold(session, row.ref, cast(Hold, kind), agent.login):
        return Done(row.id)
    session.refresh(row)
    if row.status != "open":
        return Denied(NOT_OPEN)
    first = _last(session, row.ref, "invoice.held")
    if first == agent.login and row.hold == kind:
        return Done(row.id, repeated=True)
    by = f" por {name_of(session, first)}" if first else ""
    return Denied(f"Esta fatura já foi marcada como {WORDS.get(row.hold, row.hold)}{by}.")


def release_invoice(session: Session, invoice_id: int, agent: Attendant) -> Done | Denied:
    """Has a held invoice collected again, as `hold_invoice` holds it. One that an agreement holds stays held."""
    wanted = select(Invoice).where(Invoice.id == invoice_id).with_for_update()
    row = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        return Denied(GONE)
    if not row.hold:
        first = _last(session, row.ref, "invoice.released")
        if first == agent.login:
            return Done(row.id, repeated=True)
        by = f": {name_of(session, first)} liberou a cobrança" if first else ""
        return Denied(f"Esta fatura não está mais parada{by}.")
    if agreed(session, row.ref):
        return Denied(AGREED)
    holds.release(session, row.ref, cast(Hold, row.hold), agent.login)
    return Done(row.id)


def agreed(session: Session, invoice_ref: str) -> bool:
    """Whether an agreement that waits or is in force holds the invoice."""
    live = select(Negotiation.id).where(Negotiation.state.in_(LIVE), Negotiation.invoice_refs.contains([invoice_ref]))
    return session.scalar(live.limit(1)) is not None


def _last(session: Session, invoice_ref: str, action: str) -> str | None:
    """Who did it last."""
    rows = select(Audit.actor).where(Audit.subject == f"invoice:{invoice_ref}", Audit.action == action)
    return session.scalar(rows.order_by(Audit.id.desc()).limit(1))
