"""The database: one engine, short transactions, what must happen after a commit. The only place that commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg.errors import QueryCanceled
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm import Session, sessionmaker

from core.errors import Unreachable

AFTER_COMMIT = "after_commit"


def make_engine(url: str, *, pool_size: int = 5) -> Engine:
    """An engine over psycopg 3. Connecting gives up after 3 s; a statement is cancelled after 15 s."""
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_pre_ping=False,
        connect_args={"connect_timeout": 3, "options": "-c statement_timeout=15000 -c timezone=UTC"},
    )


class TooSlow(Exception):
    """A read took longer than whoever asked wanted to wait."""


class Database:
    """Opens transactions. `on_commit` gets the names that `wake` collected, once the rows are safe."""

    def __init__(self, engine: Engine, on_commit: Callable[[frozenset[str]], None] = lambda names: None) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._single = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._on_commit = on_commit
        event.listen(engine, "handle_error", _forget_broken_connections)

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Session]:
        """A session whose work is committed at the end of the block, or rolled back if it raises.

        `durable=False` does not wait for the disk: only for rows that are harmless to lose with the machine's power,
        such as a lease. Raises Unreachable when there is no database to talk to; the caller may try again later.
        """
        with _failures_in_our_words(), self._sessions() as session:
            if not durable:
                session.connection().exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield session
            session.commit()
            names = frozenset(session.info.get(AFTER_COMMIT, ()))
        if names:
            self._on_commit(names)

    @contextmanager
    def impatient(self, milliseconds: int, *, without: str) -> Iterator[Session]:
        """A transaction for reads in which no statement may take longer; raises TooSlow then, and Unreachable as above.

        `without` names a way of reading that the server is not to choose, such as enable_indexscan.
        """
        with self.transaction() as session:
            session.execute(text(f"SET LOCAL statement_timeout = {milliseconds:d}"))
            session.execute(text(f"SET LOCAL {without} = off"))
            try:
                yield session
            except OperationalError as error:
                if isinstance(error.orig, QueryCanceled):
                    raise TooSlow from error
                raise

    @contextmanager
    def statements(self, *, ring: str | None = None) -> Iterator[Connection]:
        """A connection on which every statement is a transaction of its own, committed once `execute` returns.

        For reads and for changes that are one statement: it spares the server's answers to BEGIN and COMMIT, which
        cost as much as the statement. `ring` is handed to `on_commit` at the end. Raises Unreachable as above.
        """
        with _failures_in_our_words(), self._single.connect() as connection:
            yield connection
        if ring:
            self._on_commit(frozenset({ring}))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads alone; each statement sees what is committed when it starts. Raises as above."""
        with _failures_in_our_words(), self._sessions(bind=self._single) as session:
            yield session


@contextmanager
def _failures_in_our_words() -> Iterator[None]:
    try:
        yield
    except NoFreeConnection as error:
        raise Unreachable("database", "no free connection") from error
    except OperationalError as error:
        raise Unreachable("database", type(error.orig).__name__, ambiguous=True) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unreachable("database", type(error.orig).__name__, ambiguous=True) from error
        raise


@contextmanager
def all_or_nothing(session: Session) -> Iterator[None]:
    """A part of a transaction that is undone alone when the block raises; what was done before it stays."""
    with session.begin_nested():
        yield


def wake(session: Session, name: str) -> None:
    """Asks for `name` to be handed to `on_commit` if, and only if, this transaction commits."""
    session.info.setdefault(AFTER_COMMIT, set()).add(name)


def _forget_broken_connections(context: object) -> None:
    """After a server restart every pooled connection is dead: drop them all at the first one that fails."""
    if getattr(context, "is_disconnect", False):
        context.invalidate_pool_on_disconnect = True  # type: ignore[attr-defined]
