"""One at a time per subscriber and per device, across processes and machines: PostgreSQL's advisory locks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.db import Database
from core.errors import Unreachable

WAIT_SECONDS = 5.0
# Advisory locks share one space of numbers with every other use in the database: this is ours.
SPACE = 0x52454C49


@contextmanager
def exclusive(db: Database, name: str, *, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Holds `name` alone during the block, on an autocommitting connection of its own: no transaction is open.

    If the process dies, the server frees it. Raises Unreachable("busy") when somebody else keeps it longer than
    `wait_seconds`, and Unreachable when the database does not answer; then the block was not entered.
    """
    try:
        connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except SQLAlchemyError as error:
        raise Unreachable("database", type(error).__name__) from error
    try:
        _take(connection, name, wait_seconds)
        yield
    finally:
        # Closing the server's session frees the lock even when the block ended in the middle of a statement.
        connection.invalidate()
        connection.close()


@contextmanager
def exclusive_many(db: Database, names: Sequence[str]) -> Iterator[frozenset[str]]:
    """Holds those of `names` that nobody else holds now, during the block; it waits for none. Raises as `exclusive`."""
    try:
        connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except SQLAlchemyError as error:
        raise Unreachable("database", type(error).__name__) from error
    try:
        yield frozenset(_take_free(connection, names))
    finally:
        connection.invalidate()
        connection.close()


def _take_free(connection: Connection, names: Sequence[str]) -> list[str]:
    query = "SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE pg_try_advisory_lock(:space, hashtext(name))"
    try:
        return list(connection.scalars(text(query), {"space": SPACE, "names": list(names)}))
    except DBAPIError as error:
        raise Unreachable("database", type(error).__name__) from error


def _take(connection: Connection, name: str, wait_seconds: float) -> None:
    try:
        connection.execute(text("SELECT set_config('lock_timeout', :wait, false)"), {"wait": f"{wait_seconds}s"})
        connection.execute(text("SELECT pg_advisory_lock(:space, hashtext(:name))"), {"space": SPACE, "name": name})
    except DBAPIError as error:
        busy = getattr(error.orig, "sqlstate", None) == "55P03"
        raise Unreachable("busy" if busy else "database", name if busy else "", retry_after=2.0) from error
