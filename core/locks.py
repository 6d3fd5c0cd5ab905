"""Holds names until the end of a transaction, over all processes and machines: PostgreSQL's advisory locks."""

from __future__ import annotations

import hashlib

from sqlalchemy import text
from sqlalchemy.orm import Session

_HOLD = text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS bigint[])) AS number")

_TRY = text("SELECT pg_try_advisory_xact_lock(:number)")


def lock_number(name: str) -> int:
    """The number that PostgreSQL knows the name by, for statements that take the lock themselves."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def hold(session: Session, *names: str) -> None:
    """Waits until nobody else holds any of the names, and keeps them until the transaction ends; may be called again.

    Several are taken in one order, whatever order they come in: two who want the same ones do not wait for each other.
    """
    session.execute(_HOLD, {"numbers": sorted({lock_number(name) for name in names})})


def try_hold(session: Session, name: str) -> bool:
    """Holds the name like `hold` where nobody else does; False, at once, where somebody does."""
    return bool(session.scalar(_TRY, {"number": lock_number(name)}))
