"""The brake on guessing: after too many failures with a login, or with its codes, it rests for a while."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.locks import hold
from models.audit import Audit

MAX_FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)
FAILED, SUCCEEDED, UNLOCKED = "login.failed", "login.succeeded", "login.unlocked"


def password_tries(login: str) -> str:
    """What tries with the password of an account are audited under."""
    return f"login:{login}"


def code_tries(login: str) -> str:
    """What tries with the codes of an account are audited under."""
    return f"code:{login}"


def resting(session: Session, subjects: Collection[str], now: datetime) -> dict[str, datetime]:
    """Until when each of the subjects rests; those that do not are left out. Five failures within 15 minutes make it
    rest until the oldest is that old; a success, or an administrator, ends what was before it."""
    rows = session.execute(
        select(Audit.subject, Audit.at, Audit.action)
        .where(
            Audit.subject.in_(subjects),
            Audit.at > now - FAILURE_WINDOW,
            Audit.action.in_((FAILED, SUCCEEDED, UNLOCKED)),
        )
        .order_by(Audit.at.desc(), Audit.id.desc())
    )
    newest: dict[str, list[tuple[datetime, str]]] = {}
    for row in rows:
        tries = newest.setdefault(row.subject, [])
        if len(tries) < MAX_FAILURES:
            tries.append((row.at, row.action))
    return {
        subject: tries[-1][0] + FAILURE_WINDOW
        for subject, tries in newest.items()
        if len(tries) == MAX_FAILURES and all(action == FAILED for _, action in tries)
    }


def resting_people(session: Session, logins: Collection[str], now: datetime) -> dict[str, datetime]:
    """By login: until when nobody can sign in with it, be it for its password or for its codes."""
    found = resting(session, [made(login) for login in logins for made in (password_tries, code_tries)], now)
    told: dict[str, datetime] = {}
    for subject, until in found.items():
        login = subject.partition(":")[2]
        told[login] = max(until, told.get(login, until))
    return told


def unlock(session: Session, login: str, by: str, now: datetime) -> bool:
    """Ends the rest of an account, audited as `by`'s; whether there was one. May be called again."""
    subjects = (password_tries(login), code_tries(login))
    hold(session, *subjects)
    found = resting(session, subjects, now)
    for subject in found:
        session.add(Audit(at=now, actor=by, action=UNLOCKED, subject=subject, detail={}))
    return bool(found)
