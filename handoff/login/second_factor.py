"""Codes by time (TOTP) besides the password, and the recovery codes for the day the phone is gone."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Literal

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.login.seal import Seal
from models.agent_session import SecondFactor

STEP_SECONDS = 30
RECOVERY_CODES = 10


def is_enrolled(session: Session, agent_id: int) -> bool:
    """Whether they have confirmed a code."""
    row = session.get(SecondFactor, agent_id)
    return row is not None and row.confirmed_at is not None


def enrolment(session: Session, agent_id: int, seal: Seal) -> str:
    """The secret that waits to be confirmed; a new one where there is none. The same until then, so that a page that is
    loaded again shows the same picture. Raises ValueError once confirmed: it is never shown again."""
    row = _locked(session, agent_id)
    if row is None:
        row = SecondFactor(agent_id=agent_id, secret=seal.close(pyotp.random_base32()), recovery=[])
        session.add(row)
        session.flush()
    if row.confirmed_at is not None:
        raise ValueError("confirmed already")
    return seal.open(row.secret)


def address_of(secret: str, login: str, house: str) -> str:
    """What an authenticator app reads from the picture (otpauth://)."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=login, issuer_name=house)


def confirm(session: Session, agent_id: int, code: str, seal: Seal, now: datetime) -> tuple[str, ...]:
    """Takes the first code and gives the recovery codes, which are not kept and can't be shown again. Empty when the
    code is wrong, or when it was confirmed before."""
    row = _locked(session, agent_id)
    if row is None or row.confirmed_at is not None or not _takes(row, code, seal, now):
        return ()
    codes = tuple(f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES))
    row.confirmed_at, row.recovery = now, [_hash(one) for one in codes]
    return codes


def takes(session: Session, agent_id: int, code: str, seal: Seal, now: datetime) -> Literal["", "totp", "recovery"]:
    """How the code was right: `totp`, `recovery`, or empty when it is wrong. No code is right twice."""
    row = _locked(session, agent_id)
    if row is None or row.confirmed_at is None:
        return ""
    if _takes(row, code, seal, now):
        return "totp"
    hashed = _hash(code)
    if hashed not in row.recovery:
        return ""
    row.recovery = [one for one in row.recovery if one != hashed]
    return "recovery"


def forget(session: Session, agent_id: int) -> bool:
    """Takes their codes away; whether there were any."""
    row = _locked(session, agent_id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def _takes(row: SecondFactor, code: str, seal: Seal, now: datetime) -> bool:
    """Whether it is the code of now, of the step before or the one after (clocks differ), and newer than the last."""
    given = code.replace(" ", "")
    if len(given) != 6 or not (given.isascii() and given.isdigit()):
        return False
    totp, current = pyotp.TOTP(seal.open(row.secret), interval=STEP_SECONDS), int(now.timestamp()) // STEP_SECONDS
    for step in (current - 1, current, current + 1):
        if step > row.last_step and secrets.compare_digest(totp.at(step * STEP_SECONDS), given):
            row.last_step = step
            return True
    return False


def _locked(session: Session, agent_id: int) -> SecondFactor | None:
    # Two requests with the same code: the second one sees that it was taken.
    return session.scalars(
        select(SecondFactor).where(SecondFactor.agent_id == agent_id).with_for_update()
    ).one_or_none()


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().lower().encode()).hexdigest()
