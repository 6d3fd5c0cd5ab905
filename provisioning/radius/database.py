"""FreeRADIUS's database, on PostgreSQL or on MySQL/MariaDB: what differs between them stands here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pymysql

from core.errors import Misconfigured, Unreachable

CONNECT_SECONDS = 3
STATEMENT_SECONDS = 5
# MySQL: access denied, unknown database, no right to the table or column.
_REFUSED = frozenset({1044, 1045, 1049, 1142, 1143})


class Connection(Protocol):
    """One connection. Placeholders are %s; a sequence of n values needs `marks(n)`."""

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What a query finds."""
        ...

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """How many rows a statement changed."""
        ...


class Database(Protocol):
    """A database that speaks one dialect. `address` and `epoch` make SQL out of a column's name: an IP address as
    text, and a moment as seconds since 1970."""

    def address(self, column: str) -> str:
        """An IP address as text, without a mask."""
        ...

    def epoch(self, column: str) -> str:
        """Seconds since 1970."""
        ...

    def same(self, name: str) -> str:
        """The form in which two names are equal exactly when the database takes them for equal."""
        ...

    def readable(self, connection: Connection, table: str) -> bool:
        """Whether the table exists and may be read."""
        ...

    def connection(self, *, writes: bool = False) -> AbstractContextManager[Connection]:
        """A context: a Connection of its own; with `writes` one transaction, committed at the end of the block.

        Raises Unreachable when the database does not answer (ambiguous if something may have been written) and
        Misconfigured when the login or the tables are not what they should be.
        """
        ...


def marks(values: Sequence[object]) -> str:
    """Placeholders for an IN."""
    return ", ".join(["%s"] * len(values))


def database(url: str) -> Database:
    """The database of a postgresql:// or mysql:// address. Opens no connection. Raises Misconfigured for others."""
    scheme = urlsplit(url).scheme
    if scheme in ("postgresql", "postgres"):
        return PostgreSql(url)
    if scheme == "mysql":
        return MySql(url)
    raise Misconfigured("radius_database", "expected postgresql:// or mysql://")


class _Cursor:
    """Connection over a cursor of either driver."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        self._cursor.execute(query, tuple(values))
        return list(self._cursor.fetchall())

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        self._cursor.execute(statement, tuple(values))
        return int(self._cursor.rowcount)


class PostgreSql:
    """Database over psycopg."""

    def __init__(self, url: str) -> None:
        self._url = url

    def address(self, column: str) -> str:
        """See Database."""
        return f"host({column})"

    def epoch(self, column: str) -> str:
        """See Database."""
        return f"extract(epoch FROM {column})"

    def same(self, name: str) -> str:
        """See Database."""
        return name

    def readable(self, connection: Connection, table: str) -> bool:
        """See Database."""
        query = "SELECT CASE WHEN to_regclass(%s) IS NULL THEN false ELSE has_table_privilege(%s, 'SELECT') END"
        return bool(connection.rows(query, (table, table))[0][0])

    @contextmanager
    def connection(self, *, writes: bool = False) -> Iterator[Connection]:
        """See Database."""
        options = f"-c statement_timeout={STATEMENT_SECONDS * 1000} -c timezone=UTC"
        try:
            connection = psycopg.connect(
                self._url, autocommit=not writes, connect_timeout=CONNECT_SECONDS, options=options
            )
        except psycopg.OperationalError as error:
            raise Unreachable("radius_database", type(error).__name__) from error
        try:
            with connection, connection.cursor() as cursor:
                yield _Cursor(cursor)
        except psycopg.OperationalError as error:
            raise Unreachable("radius_database", type(error).__name__, ambiguous=writes) from error
        except psycopg.ProgrammingError as error:
            raise Misconfigured("radius_schema", type(error).__name__) from error


class MySql:
    """Database over PyMySQL. Names that differ only in case are equal, as they are for FreeRADIUS there."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        query = {name: found[-1] for name, found in parse_qs(parts.query).items()}
        self._connect: dict[str, Any] = {
            "host": parts.hostname or "localhost",
            "port": parts.port or 3306,
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "database": unquote(parts.path.lstrip("/")),
            "unix_socket": query.get("unix_socket"),
            "charset": "utf8mb4",
        }

    def address(self, column: str) -> str:
        """See Database."""
        return column

    def epoch(self, column: str) -> str:
        """See Database. A DATETIME was written in the server's time zone, and is read in it."""
        return f"unix_timestamp({column})"

    def same(self, name: str) -> str:
        """See Database."""
        return name.casefold()

    def readable(self, connection: Connection, table: str) -> bool:
        """See Database. The server lists only what the login may touch."""
        query = "SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND table_name = %s"
        return bool(connection.rows(query, (table,)))

    @contextmanager
    def connection(self, *, writes: bool = False) -> Iterator[Connection]:
        """See Database."""
        try:
            connection = pymysql.connect(
                **self._connect,
                autocommit=not writes,
                connect_timeout=CONNECT_SECONDS,
                read_timeout=STATEMENT_SECONDS,
                write_timeout=STATEMENT_SECONDS,
            )
        except pymysql.MySQLError as error:
            raise _failure(error, ambiguous=False) from error
        try:
            with connection, connection.cursor() as cursor:
                yield _Cursor(cursor)
                connection.commit()
        except pymysql.MySQLError as error:
            raise _failure(error, ambiguous=writes) from error


def _failure(error: pymysql.MySQLError, *, ambiguous: bool) -> Unreachable | Misconfigured:
    number = error.args[0] if error.args else 0
    if number in _REFUSED:
        return Misconfigured("radius_database", f"{type(error).__name__} {number}")
    if isinstance(error, pymysql.ProgrammingError):
        return Misconfigured("radius_schema", f"{type(error).__name__} {number}")
    return Unreachable("radius_database", f"{type(error).__name__} {number}", ambiguous=ambiguous)
