"""Logins and passwords of the people who use the console, and the brake on guessing them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from core.locks import hold
from handoff.access import Attendant, attendant_of
from handoff.queues import known_queue
from models import utc_now
from models.agent import Agent
from models.audit import Audit

MAX_FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)

# Made the way generate_password_hash makes them, for a password that was thrown away: an unknown login costs the same
# work as a known one, so that the time of the answer does not tell which logins exist.
NOBODY = (
    "scrypt:32768:8:1$azLXv3c8rDcfbWm0$33490d4571a0ba8f5e00ebd31ea32b8a35f5767c80c8205ed375dedeaf9249b0"
    "a6f14267840762772d0af71ddab169ff2396a3674e61a26221fdf1c0e230afde"
)


@dataclass(frozen=True)
class SignedIn:
    """The right password. `stamp` changes with the password and ends older sessions."""

    who: Attendant
    stamp: str


@dataclass(frozen=True)
class BadLogin:
    """Unknown login, wrong password or an account that was switched off: on purpose not said which."""


@dataclass(frozen=True)
class LockedOut:
    """Too many failures with this login, known or not. The next try counts from `until` on."""

    until: datetime


def sign_in(
    session: Session, login: str, password: str, *, now: datetime | None = None
) -> SignedIn | BadLogin | LockedOut:
    """Checks a password. After five failures within 15 minutes the login rests until the oldest is that old.

    Failures are audit rows, so that the brake holds over restarts and over all processes.
    """
    moment = now or utc_now()
    name = login.replace("\x00", "").strip().lower()
    agent = session.scalars(select(Agent).where(Agent.login == name)).one_or_none()
    subject = _subject(agent, name)
    # Parallel guesses would otherwise all be counted before the first of them is written down.
    hold(session, subject)
    until = _resting_until(session, subject, moment)
    if until:
        return LockedOut(until)
    right = check_password_hash(agent.password_hash if agent else NOBODY, password)
    if agent is None or not right or not agent.active:
        session.add(Audit(at=moment, actor="?", action="login.failed", subject=subject, detail={}))
        return BadLogin()
    session.add(Audit(at=moment, actor=agent.login, action="login.succeeded", subject=subject, detail={}))
    return SignedIn(attendant_of(agent), stamp_of(agent))


def attendant_with(session: Session, agent_id: int, stamp: str) -> Attendant | None:
    """The person of a session, as the row says now; None once switched off or with another password."""
    agent = session.get(Agent, agent_id)
    if agent is None or not agent.active or stamp_of(agent) != stamp:
        return None
    return attendant_of(agent)


def ensure_agent(session: Session, login: str, name: str, role: str, queues: Collection[str], password: str) -> Agent:
    """Creates the account, or brings name, role and queues of an existing one up to date; may be called again.

    The password of an existing account stays. Raises ValueError for an unknown queue or an empty password.
    """
    wanted = [known_queue(session, queue) for queue in queues]
    agent = session.scalars(select(Agent).where(Agent.login == login.lower())).one_or_none()
    if agent is None:
        if not password:
            raise ValueError("a new account needs a password")
        agent = Agent(login=login.lower(), password_hash=generate_password_hash(password))
        session.add(agent)
    agent.name, agent.role, agent.queues = name, role, wanted
    session.flush()
    return agent


def stamp_of(agent: Agent) -> str:
    """Changes whenever the password does and whenever they sign out, and tells nothing about either."""
    return hashlib.sha256(f"{agent.sign_outs}:{agent.password_hash}".encode()).hexdigest()[:16]


def sign_out(session: Session, agent_id: int) -> None:
    """Ends every session of theirs: a copied cookie is worth nothing after they left. May be called again."""
    session.execute(update(Agent).where(Agent.id == agent_id).values(sign_outs=Agent.sign_outs + 1))


def _subject(agent: Agent | None, name: str) -> str:
    # What was typed into the wrong field may be a password: an unknown login is only kept as a hash.
    return f"login:{agent.login}" if agent else f"login:?{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _resting_until(session: Session, subject: str, now: datetime) -> datetime | None:
    rows = session.execute(
        select(Audit.at, Audit.action)
        .where(
            Audit.subject == subject,
            Audit.at > now - FAILURE_WINDOW,
            Audit.action.in_(("login.failed", "login.succeeded")),
        )
        .order_by(Audit.at.desc(), Audit.id.desc())
        .limit(MAX_FAILURES)
    ).all()
    if len(rows) < MAX_FAILURES or any(row.action == "login.succeeded" for row in rows):
        return None
    oldest: datetime = rows[-1].at
    return oldest + FAILURE_WINDOW
