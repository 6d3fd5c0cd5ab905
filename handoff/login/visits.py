"""Sessions as rows: begun when somebody signs in, known by a random key, ended by them, by time or by others."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from handoff.access import Attendant, attendant_of
from handoff.login.terms import AccessTerms, access_terms
from models.agent import Agent
from models.agent_session import AgentSession, SecondFactor

BeganBy = Literal["password", "sso"]
SEEN_EVERY = timedelta(minutes=1)
Step = Literal["", "code", "password", "enrol"]
"""What is still missing before anything opens: the code of a second factor, a password of their own, or a code to be
set up; empty when nothing is."""


@dataclass(frozen=True)
class Guest:
    """Whoever is in a session, and what is missing. `secure`: a code was right in it."""

    who: Attendant
    session_id: int
    step: Step
    secure: bool


def begin(session: Session, agent_id: int, now: datetime, *, device: str, address: str, by: BeganBy) -> str:
    """A new session and its key, which is kept nowhere else. Those of theirs that have run out are tidied up."""
    key = secrets.token_urlsafe(32)
    row = AgentSession(agent_id=agent_id, key_hash=_hash(key), device=device, address=address, began_by=by)
    row.began_at = row.seen_at = now
    session.add(row)
    terms = access_terms(session)
    _end(session, now, AgentSession.agent_id == agent_id, ~_lives(terms, now))
    return key


def guest_with(session: Session, key: str, now: datetime, *, clicked: bool) -> Guest | None:
    """Who is in the session of that key, as the rows say now; None where it ended, ran out, or the person was switched
    off. `clicked`: a person did this, and not a page that refreshes."""
    terms = access_terms(session)
    found = session.execute(
        select(AgentSession, Agent, SecondFactor.confirmed_at)
        .join(Agent, Agent.id == AgentSession.agent_id)
        .outerjoin(SecondFactor, SecondFactor.agent_id == Agent.id)
        .where(AgentSession.key_hash == _hash(key), AgentSession.ended_at.is_(None), Agent.active, _lives(terms, now))
    ).one_or_none()
    if found is None:
        return None
    row, agent, confirmed_at = found
    if clicked and row.seen_at < now - SEEN_EVERY:
        row.seen_at = now
    step = _step(row, agent, terms, enrolled=confirmed_at is not None)
    return Guest(attendant_of(agent), row.id, step, row.second_factor)


def prove(session: Session, session_id: int) -> None:
    """Writes down that a code was right in it."""
    session.execute(update(AgentSession).where(AgentSession.id == session_id).values(second_factor=True))


def open_sessions(session: Session, agent_id: int, now: datetime) -> list[AgentSession]:
    """Theirs that go on, the one that was used last first."""
    terms = access_terms(session)
    wanted = select(AgentSession).where(
        AgentSession.agent_id == agent_id, AgentSession.ended_at.is_(None), _lives(terms, now)
    )
    return list(session.scalars(wanted.order_by(AgentSession.seen_at.desc(), AgentSession.id.desc())))


def end_one(session: Session, agent_id: int, session_id: int, now: datetime) -> bool:
    """Ends one of theirs; False for somebody else's, and for one that ended. May be called again."""
    return _end(session, now, AgentSession.agent_id == agent_id, AgentSession.id == session_id) > 0


def end_all(session: Session, agent_id: int, now: datetime, *, but: int = 0) -> int:
    """Ends all of theirs but the one of that id; how many. May be called again."""
    return _end(session, now, AgentSession.agent_id == agent_id, AgentSession.id != but)


def _end(session: Session, now: datetime, *which: ColumnElement[bool]) -> int:
    wanted = update(AgentSession).where(AgentSession.ended_at.is_(None), *which).values(ended_at=now)
    return len(session.scalars(wanted.returning(AgentSession.id)).all())


def _lives(terms: AccessTerms, now: datetime) -> ColumnElement[bool]:
    return (AgentSession.began_at > now - terms.lasts) & (AgentSession.seen_at > now - terms.idle)


def _step(row: AgentSession, agent: Agent, terms: AccessTerms, *, enrolled: bool) -> Step:
    # Who comes by single sign-on was asked for a second factor there.
    if row.began_by == "sso":
        return ""
    if enrolled and not row.second_factor:
        return "code"
    if agent.one_time_password:
        return "password"
    return "enrol" if agent.role in terms.totp_roles and not enrolled else ""


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
