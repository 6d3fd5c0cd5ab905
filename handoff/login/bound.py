"""Whose account a subject of the provider's own sign-on is: the one that an administrator let in by name, for good."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.access import Attendant, attendant_of
from handoff.login.single_sign_on import Subject
from models.agent import Agent
from models.audit import Audit


def account_of(session: Session, issuer: str, subject: Subject, now: datetime) -> Attendant | None:
    """Whoever it is. The first time, the account whose `sso_name` it has, which is theirs from then on: a name that is
    given to somebody else there opens nothing here. None where nobody let them in; both are audited."""
    bound_to = f"{issuer}|{subject.id}"
    agent = session.scalars(select(Agent).where(Agent.sso_subject == bound_to)).one_or_none()
    if agent is None:
        free = select(Agent).where(Agent.sso_name.in_(subject.names), Agent.sso_subject.is_(None)).with_for_update()
        agent = session.scalars(free.order_by(Agent.id)).first()
        if agent is not None:
            agent.sso_subject = bound_to
            session.add(Audit(at=now, actor=agent.login, action="sso.bound", subject=f"agent:{agent.id}", detail={}))
    if agent is None or not agent.active:
        hashed = hashlib.sha256(bound_to.encode()).hexdigest()[:16]
        session.add(Audit(at=now, actor="?", action="login.failed", subject=f"login:?{hashed}", detail={"by": "sso"}))
        return None
    detail = {"by": "sso"}
    session.add(Audit(at=now, actor=agent.login, action="login.succeeded", subject=f"sso:{agent.login}", detail=detail))
    return attendant_of(agent)
