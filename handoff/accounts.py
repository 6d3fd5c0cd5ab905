"""Logins and passwords of the people who use the console, and the brake on guessing them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.locks import hold
from handoff.access import Attendant, attendant_of
from handoff.login import passwords, second_factor, visits
from handoff.login.brake import FAILED, SUCCEEDED, code_tries, password_tries, resting
from handoff.login.seal import Seal
from handoff.queues import known_queue
from models import utc_now
from models.agent import Agent
from models.audit import Audit


@dataclass(frozen=True)
class SignedIn:
    """The right password."""

    who: Attendant


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
    until = resting(session, (subject,), moment).get(subject)
    if until:
        return LockedOut(until)
    right = passwords.is_right(agent.password_hash if agent else passwords.NOBODY, password)
    if agent is None or not right or not agent.active:
        session.add(Audit(at=moment, actor="?", action=FAILED, subject=subject, detail={}))
        return BadLogin()
    session.add(Audit(at=moment, actor=agent.login, action=SUCCEEDED, subject=subject, detail={}))
    if passwords.is_stale(agent.password_hash):
        agent.password_hash = passwords.hash_password(password)
    return SignedIn(attendant_of(agent))


def check_code(
    session: Session, agent_id: int, login: str, code: str, seal: Seal, now: datetime
) -> Literal["totp", "recovery"] | BadLogin | LockedOut:
    """Checks the code of their second factor, with the same brake as passwords have."""
    subject = code_tries(login)
    hold(session, subject)
    until = resting(session, (subject,), now).get(subject)
    if until:
        return LockedOut(until)
    how = second_factor.takes(session, agent_id, code, seal, now)
    action = SUCCEEDED if how else FAILED
    detail = {"by": how} if how else {}
    session.add(Audit(at=now, actor=login, action=action, subject=subject, detail=detail))
    return how or BadLogin()


def change_password(session: Session, agent_id: int, old: str, new: str, now: datetime) -> str:
    """Their own new password; what is wrong with it, in Portuguese, or empty. Wrong old ones count for the brake."""
    agent = session.get_one(Agent, agent_id)
    result = sign_in(session, agent.login, old, now=now)
    if isinstance(result, LockedOut):
        return "Muitas tentativas. Espere alguns minutos e tente de novo."
    if not isinstance(result, SignedIn):
        return "A senha atual não é esta."
    problem = passwords.problem_with(new, agent.login, agent.name)
    if not problem and new == old:
        problem = "Escolha uma senha diferente da atual."
    if problem:
        return problem
    agent.password_hash, agent.one_time_password = passwords.hash_password(new), False
    return ""


def reset_password(session: Session, agent: Agent, now: datetime) -> str:
    """A one-time password, to be told to them and changed at their next sign-in. Ends all their sessions."""
    told = passwords.one_time_password()
    agent.password_hash, agent.one_time_password = passwords.hash_password(told), True
    visits.end_all(session, agent.id, now)
    return told


def ensure_agent(session: Session, login: str, name: str, role: str, queues: Collection[str], password: str) -> Agent:
    """Creates the account, or brings name, role and queues of an existing one up to date; may be called again.

    The password of an existing account stays. Raises ValueError for an unknown queue or an empty password.
    """
    wanted = [known_queue(session, queue) for queue in queues]
    agent = session.scalars(select(Agent).where(Agent.login == login.lower())).one_or_none()
    if agent is None:
        if not password:
            raise ValueError("a new account needs a password")
        agent = Agent(login=login.lower(), password_hash=passwords.hash_password(password))
        session.add(agent)
    agent.name, agent.role, agent.queues = name, role, wanted
    session.flush()
    return agent


def _subject(agent: Agent | None, name: str) -> str:
    # What was typed into the wrong field may be a password: an unknown login is only kept as a hash.
    return password_tries(agent.login) if agent else f"login:?{hashlib.sha256(name.encode()).hexdigest()[:16]}"
