"""What the simulated NAS asks of RADIUS, answered from FreeRADIUS's tables as FreeRADIUS would answer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Protocol

from provisioning.simulated_network.lines import connect

ADDRESS_LIST = "Mikrotik-Address-List"

_FIRST_GROUP = "SELECT groupname FROM radusergroup WHERE username = %s ORDER BY priority, id LIMIT 1"
_REPLY = "SELECT value FROM radgroupreply WHERE groupname = %s AND attribute = %s LIMIT 1"
_OPEN = """
SELECT username, acctsessionid, coalesce(host(framedipaddress), ''), coalesce(class, '') FROM radacct
WHERE acctstoptime IS NULL AND nasipaddress = '127.0.0.1'
AND %(login)s IN ('', username) AND %(session_id)s IN ('', acctsessionid)
AND %(framed_ip)s IN ('', host(framedipaddress)) ORDER BY radacctid
"""


@dataclass(frozen=True)
class NasSession:
    """A session as the NAS holds it. `address_list` is not empty for one whose traffic is held back."""

    login: str
    session_id: str
    framed_ip: str
    address_list: str


class Subscribers(Protocol):
    """The RADIUS side of a NAS: who may come in, and accounting."""

    def authenticate(self, login: str) -> str | None:
        """The address list to put the session in ('' for none); None when refused."""
        ...

    def find(self, *, login: str = "", session_id: str = "", framed_ip: str = "") -> list[NasSession]:
        """Open sessions that agree with everything that is given."""
        ...

    def started(self, login: str, address_list: str) -> None:
        """A session began."""
        ...

    def stopped(self, session: NasSession, cause: str) -> None:
        """A session ended."""
        ...

    def changed(self, session: NasSession, address_list: str) -> None:
        """A session was moved to another address list."""
        ...


class TableSubscribers:
    """Subscribers over the tables themselves. The session's address list is kept in the accounting row's class."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def authenticate(self, login: str) -> str | None:
        """See Subscribers. Logs the authentication where FreeRADIUS logs it."""
        with connect(self._url) as connection:
            group = connection.execute(_FIRST_GROUP, (login,)).fetchone()
            reply = connection.execute(_REPLY, (group[0], ADDRESS_LIST)).fetchone() if group else None
            connection.execute(
                "INSERT INTO radpostauth (username, pass, reply) VALUES (%s, '', %s)",
                (login, "Access-Accept" if group else "Access-Reject"),
            )
        return None if group is None else (str(reply[0]) if reply else "")

    def find(self, *, login: str = "", session_id: str = "", framed_ip: str = "") -> list[NasSession]:
        """See Subscribers."""
        with connect(self._url) as connection:
            rows = connection.execute(_OPEN, {"login": login, "session_id": session_id, "framed_ip": framed_ip})
            return [NasSession(*(str(value) for value in row)) for row in rows]

    def started(self, login: str, address_list: str) -> None:
        """See Subscribers."""
        with connect(self._url) as connection:
            connection.execute(
                "WITH next AS (SELECT nextval(pg_get_serial_sequence('radacct', 'radacctid')) AS id)"
                " INSERT INTO radacct (radacctid, acctsessionid, acctuniqueid, username, nasipaddress, acctstarttime,"
                " framedipaddress, class) SELECT id, %s, %s, %s, '127.0.0.1', now(),"
                " ('100.' || %s || '.' || id / 250 %% 250 || '.' || 1 + id %% 250)::inet, %s FROM next",
                (uuid.uuid4().hex[:8], uuid.uuid4().hex, login, "66" if address_list else "64", address_list),
            )

    def stopped(self, session: NasSession, cause: str) -> None:
        """See Subscribers."""
        with connect(self._url) as connection:
            connection.execute(
                "UPDATE radacct SET acctstoptime = now(), acctterminatecause = %s,"
                " acctsessiontime = extract(epoch FROM now() - acctstarttime)::bigint"
                " WHERE acctstoptime IS NULL AND username = %s AND acctsessionid = %s",
                (cause, session.login, session.session_id),
            )

    def changed(self, session: NasSession, address_list: str) -> None:
        """See Subscribers."""
        with connect(self._url) as connection:
            connection.execute(
                "UPDATE radacct SET class = %s WHERE acctstoptime IS NULL AND username = %s AND acctsessionid = %s",
                (address_list, session.login, session.session_id),
            )
