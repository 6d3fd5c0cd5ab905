"""Finance's word on an agreement that the customer accepted."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.agreements import TELL, activate
from models import utc_now
from models.agent import name_of
from models.negotiation import Negotiation
from models.outbox import add_work

GONE = "Este acordo não existe mais."
CHANGED = "A dívida mudou desde o aceite: o acordo foi cancelado e o cliente será avisado."
NO_REASON = "Escreva o motivo da recusa."


def approve(session: Session, negotiation_id: int, by: str, *, enters: bool = True) -> str:
    """Puts the agreement into force in the name of `by` (a login); "" or, in Portuguese, why not.

    `enters` as in agreements.activate: False for an ERP of the provider's, where a person has entered it. The same
    person's second press is harmless; of two people at once, one decides.
    """
    agreement = _held(session, negotiation_id)
    if agreement is None:
        return GONE
    if agreement.state != "accepted":
        return _known(session, agreement, "active", by)
    agreement.decided_by, agreement.decided_at = by, utc_now()
    return "" if activate(session, agreement, enters=enters) else CHANGED


def refuse(session: Session, negotiation_id: int, by: str, why: str) -> str:
    """Refuses the agreement: the debt stays as it was, and the customer is told. "" or why not, as in `approve`."""
    agreement = _held(session, negotiation_id)
    if agreement is None:
        return GONE
    if agreement.state != "accepted":
        return _known(session, agreement, "refused", by)
    reason = " ".join(why.replace("\x00", "").split())[:300]
    if not reason:
        return NO_REASON
    agreement.state, agreement.decided_by, agreement.decided_at = "refused", by, utc_now()
    agreement.ended_at, agreement.terms = utc_now(), {**agreement.terms, "refusal": reason}
    add_work(session, TELL, agreement.id)
    return ""


def _known(session: Session, agreement: Negotiation, wanted: str, by: str) -> str:
    if agreement.state == wanted and agreement.decided_by == by:
        return ""
    return f"Este acordo já foi decidido por {name_of(session, agreement.decided_by)}."


def _held(session: Session, negotiation_id: int) -> Negotiation | None:
    wanted = select(Negotiation).where(Negotiation.id == negotiation_id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
