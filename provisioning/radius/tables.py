"""FreeRADIUS's SQL tables, as far as blocking needs them: groups, open sessions, and the log of authentications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg

from core.errors import Misconfigured, Unreachable
from provisioning.ports import AccessState, Session

_GROUPS = "SELECT groupname FROM radusergroup WHERE username = %s ORDER BY priority, id"
_OPEN = """
SELECT radacctid, acctsessionid, host(nasipaddress), host(framedipaddress), acctstarttime
FROM radacct WHERE username = %s AND acctstoptime IS NULL ORDER BY radacctid
"""
_LAST_END = """
SELECT acctstoptime, coalesce(acctterminatecause, '') FROM radacct
WHERE username = %s AND acctstoptime IS NOT NULL ORDER BY acctstoptime DESC LIMIT 1
"""
_KNOWN = "SELECT EXISTS (SELECT 1 FROM radcheck WHERE username = %s)"
_LOGGED = "SELECT to_regclass('radpostauth') IS NOT NULL"
_LAST_ACCEPT = "SELECT max(id) FROM radpostauth WHERE username = %s AND reply = 'Access-Accept'"

# The first group in order of priority wins, and rows of equal priority come in any order: the suspended group has to
# stand strictly before the plan's.
_SUSPEND = """
INSERT INTO radusergroup (username, groupname, priority)
SELECT %(login)s, %(group)s, least(1, coalesce(min(priority), 2) - 1) FROM radusergroup WHERE username = %(login)s
HAVING NOT coalesce(bool_or(groupname = %(group)s), false)
"""
_RELEASE = "DELETE FROM radusergroup WHERE username = %(login)s AND groupname = %(group)s"

_ESCAPED = re.compile(r"=([0-9A-Fa-f]{2})")


class RadiusTables:
    """Short autocommitted statements on a connection of its own each time: nothing stays open while we wait.

    Raises Unreachable when the database does not answer and Misconfigured when its tables are not FreeRADIUS's.
    """

    def __init__(
        self, database_url: str, suspended_group: str, *, connect_seconds: int = 3, statement_seconds: float = 5
    ) -> None:
        self._url = database_url
        self._group = suspended_group
        self._connect_seconds = connect_seconds
        self._options = f"-c statement_timeout={int(statement_seconds * 1000)} -c timezone=UTC"

    def read(self, login: str) -> AccessState:
        """The state now. Changes nothing."""
        with self._connection() as connection:
            groups = tuple(str(row[0]) for row in connection.execute(_GROUPS, (login,)))
            sessions = tuple(_session(login, row) for row in connection.execute(_OPEN, (login,)))
            ended = connection.execute(_LAST_END, (login,)).fetchone()
            known = bool(groups or sessions or ended or _value(connection, _KNOWN, login))
            logged = bool(_value(connection, _LOGGED))
            return AccessState(
                blocked=self._group in groups,
                groups=groups,
                sessions=sessions,
                read_at=datetime.now(UTC),
                known=known,
                last_accept=_value(connection, _LAST_ACCEPT, login) if logged else None,
                last_end=(ended[0], str(ended[1])) if ended else None,
            )

    def set_suspended(self, login: str, suspended: bool) -> bool:
        """Adds or removes the suspended group's row, and no other. Returns whether it was not so before."""
        with self._connection(ambiguous=True) as connection:
            statement = _SUSPEND if suspended else _RELEASE
            return connection.execute(statement, {"login": login, "group": self._group}).rowcount > 0

    @contextmanager
    def _connection(self, *, ambiguous: bool = False) -> Iterator[psycopg.Connection[Any]]:
        try:
            connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=self._connect_seconds, options=self._options
            )
        except psycopg.OperationalError as error:
            raise Unreachable("radius_database", type(error).__name__) from error
        try:
            with connection:
                yield connection
        except psycopg.OperationalError as error:
            raise Unreachable("radius_database", type(error).__name__, ambiguous=ambiguous) from error
        except psycopg.ProgrammingError as error:
            raise Misconfigured("radius_schema", type(error).__name__) from error


def _value(connection: psycopg.Connection[Any], query: str, *parameters: object) -> Any:
    row = connection.execute(query, parameters).fetchone()
    return row[0] if row else None


def _session(login: str, row: tuple[Any, ...]) -> Session:
    # FreeRADIUS writes characters outside its safe set as =XX; the NAS knows only the original.
    session_id = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(row[1] or ""))
    return Session(int(row[0]), login, session_id, str(row[2] or ""), str(row[3] or ""), row[4])
