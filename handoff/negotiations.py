"""Finance decides on agreements that customers accepted: approved or refused, audited, by one person only."""

from __future__ import annotations

from sqlalchemy.orm import Session

from billing import negotiation_desk
from handoff import audit
from handoff.access import Attendant
from handoff.outcome import Denied, Done


def approve(session: Session, negotiation_id: int, agent: Attendant, *, enters: bool) -> Done | Denied:
    """Puts the agreement into force; `enters` as in billing.agreements.activate. The customer is told after the
    commit. A second press is harmless; of two people at once the later one is denied."""
    problem = negotiation_desk.approve(session, negotiation_id, agent.login, enters=enters)
    return _told(session, negotiation_id, agent, "negotiation.approved", problem)


def refuse(session: Session, negotiation_id: int, agent: Attendant, why: str) -> Done | Denied:
    """Refuses the agreement with a reason for the customer to read; otherwise as `approve`."""
    problem = negotiation_desk.refuse(session, negotiation_id, agent.login, why)
    return _told(session, negotiation_id, agent, "negotiation.refused", problem)


def _told(session: Session, negotiation_id: int, agent: Attendant, action: str, problem: str) -> Done | Denied:
    """`Done.message_id` is the agreement's id: there is no message of the desk's own."""
    if problem and problem != negotiation_desk.CHANGED:
        return Denied(problem)
    outcome = "changed" if problem else "done"
    audit.record_once(
        session, agent.login, action, f"negotiation:{negotiation_id}", within=audit.SAME_DEED, outcome=outcome
    )
    return Denied(problem) if problem else Done(negotiation_id)
