"""FreeRADIUS's SQL tables, as far as access needs them: groups, checks, open sessions, and the log of accepts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from provisioning.ports import AccessState, Session
from provisioning.radius.database import Connection, database, marks
from provisioning.radius.nases import Nas

# How a login is held back: by the suspended group, or by `Auth-Type := Reject`, which lets it in no more at all.
BlockBy = Literal["group", "reject"]
SUSPENDED, DISABLED = "suspended", "disabled"

_GROUPS = "SELECT username, groupname FROM radusergroup WHERE username IN ({}) ORDER BY priority, id"
_CHECKS = "SELECT username, attribute, op, value FROM radcheck WHERE username IN ({})"
_OPEN = (
    "SELECT username, radacctid, acctsessionid, {address_nas}, {address_framed}, {epoch} FROM radacct"
    " WHERE username IN ({marks}) AND acctstoptime IS NULL ORDER BY radacctid"
)
_LAST_END = (
    "SELECT {epoch}, coalesce(acctterminatecause, '') FROM radacct"
    " WHERE username = %s AND acctstoptime IS NOT NULL ORDER BY acctstoptime DESC LIMIT 1"
)
_ACCOUNTED = "SELECT DISTINCT username FROM radacct WHERE username IN ({})"
_ACCEPTS = (
    "SELECT username, max(id) FROM radpostauth WHERE username IN ({}) AND reply = 'Access-Accept' GROUP BY username"
)

# The first group in order of priority wins, and rows of equal priority come in any order: the suspended group has to
# stand strictly before the plan's.
_SUSPEND = (
    "INSERT INTO radusergroup (username, groupname, priority)"
    " SELECT %s, %s, least(1, coalesce(min(priority), 2) - 1) FROM radusergroup WHERE username = %s"
    " HAVING coalesce(sum(CASE WHEN groupname = %s THEN 1 ELSE 0 END), 0) = 0"
)
_RELEASE = "DELETE FROM radusergroup WHERE username = %s AND groupname = %s"
_DISABLE = (
    "INSERT INTO radcheck (username, attribute, op, value) SELECT %s, 'Auth-Type', ':=', 'Reject' FROM radcheck"
    " WHERE username = %s AND attribute = 'Auth-Type' AND op = ':=' AND value = 'Reject' HAVING count(*) = 0"
)
_ENABLE = "DELETE FROM radcheck WHERE username = %s AND attribute = 'Auth-Type' AND op = ':=' AND value = 'Reject'"
_REPLIES = "SELECT groupname, attribute, value FROM radgroupreply WHERE groupname IN ({}) ORDER BY id"

_PLANS = (
    "SELECT id, groupname FROM radusergroup WHERE username = %s AND groupname <> %s ORDER BY priority, id FOR UPDATE"
)
_ADD_PLAN = "INSERT INTO radusergroup (username, groupname, priority) VALUES (%s, %s, 10)"

_SUSPENDED = "SELECT DISTINCT username FROM radusergroup WHERE groupname = %s"
_REJECTED = "SELECT DISTINCT username FROM radcheck WHERE attribute = 'Auth-Type' AND op = ':=' AND value = 'Reject'"

_ESCAPED = re.compile(r"=([0-9A-Fa-f]{2})")


class RadiusTables:
    """Short statements on a connection of its own each time: nothing stays open while we wait.

    Raises Unreachable when the database does not answer and Misconfigured when its tables are not FreeRADIUS's.
    """

    def __init__(self, database_url: str, suspended_group: str, *, block_by: BlockBy = "group") -> None:
        self._database = database(database_url)
        self._group = suspended_group
        self._block_by = block_by

    def read(self, login: str) -> AccessState:
        """The state now, with how the last session ended. Changes nothing."""
        with self._database.connection() as connection:
            state = self._states(connection, [login])[login]
            ended = connection.rows(_LAST_END.format(epoch=self._database.epoch("acctstoptime")), (login,))
        if not ended:
            return state
        values = {name: getattr(state, name) for name in state.__dataclass_fields__}
        return AccessState(**{**values, "known": True, "last_end": (_moment(ended[0][0]), str(ended[0][1]))})

    def read_many(self, logins: Sequence[str]) -> Mapping[str, AccessState]:
        """The state of each now, without the past; one query to a table, however many there are."""
        with self._database.connection() as connection:
            return self._states(connection, logins)

    def held_back(self) -> frozenset[str]:
        """Every login that is held back by our own means, in lower case; whom an operator disabled is not ours."""
        query, values = (_REJECTED, ()) if self._block_by == "reject" else (_SUSPENDED, (self._group,))
        with self._database.connection() as connection:
            return frozenset(str(row[0]).lower() for row in connection.rows(query, values))

    def set_suspended(self, logins: Sequence[str], suspended: bool) -> frozenset[str]:
        """Adds or removes our row of each login, and no other, all of it or nothing. Returns for whom it was not so."""
        with self._database.connection(writes=True) as connection:
            return frozenset(login for login in logins if self._set(connection, login, suspended))

    def set_plan(self, login: str, group: str) -> bool:
        """Makes `group` the plan's, in place of the one that comes first; the suspended group and those behind stay.

        Returns whether it was not so before.
        """
        with self._database.connection(writes=True) as connection:
            plans = connection.rows(_PLANS, (login, self._group))
            if plans and plans[0][1] == group:
                return False
            if not plans:
                return connection.change(_ADD_PLAN, (login, group)) > 0
            connection.change("DELETE FROM radusergroup WHERE username = %s AND groupname = %s", (login, group))
            return connection.change("UPDATE radusergroup SET groupname = %s WHERE id = %s", (group, plans[0][0])) > 0

    def replies(self, groups: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """What each group replies: {group: {attribute: value}}."""
        found: dict[str, dict[str, str]] = {group: {} for group in groups}
        if not found:
            return found
        with self._database.connection() as connection:
            for group, attribute, value in connection.rows(_REPLIES.format(marks(list(found))), list(found)):
                found.setdefault(str(group), {})[str(attribute)] = str(value)
        return found

    def nases(self) -> tuple[Nas, ...]:
        """The NAS that FreeRADIUS itself knows; none where the table is missing or may not be read."""
        with self._database.connection() as connection:
            if not self._database.readable(connection, "nas"):
                return ()
            rows = connection.rows("SELECT nasname, secret FROM nas ORDER BY id")
        return tuple(Nas(str(name).strip(), str(secret)) for name, secret in rows)

    def _set(self, connection: Connection, login: str, suspended: bool) -> bool:
        if self._block_by == "reject":
            return connection.change(*((_DISABLE, (login, login)) if suspended else (_ENABLE, (login,)))) > 0
        if suspended:
            return connection.change(_SUSPEND, (login, self._group, login, self._group)) > 0
        return connection.change(_RELEASE, (login, self._group)) > 0

    def _states(self, connection: Connection, logins: Sequence[str]) -> dict[str, AccessState]:
        same = self._database.same
        groups, checks = self._by_login(connection, _GROUPS, logins), self._by_login(connection, _CHECKS, logins)
        sessions, accepts = self._sessions(connection, logins), dict[str, int]()
        if self._database.readable(connection, "radpostauth"):
            accepts = {name: int(rows[0][0]) for name, rows in self._by_login(connection, _ACCEPTS, logins).items()}
        strangers = [login for login in logins if not (groups[same(login)] or checks[same(login)])]
        accounted = self._by_login(connection, _ACCOUNTED, strangers) if strangers else {}
        now = datetime.now(UTC)
        found = {}
        for login in logins:
            key = same(login)
            names = tuple(str(row[0]) for row in groups[key])
            reasons = self._reasons(names, checks[key])
            found[login] = AccessState(
                blocked=bool(reasons),
                groups=names,
                sessions=tuple(_session(login, row) for row in sessions[key]),
                read_at=now,
                known=bool(groups[key] or checks[key] or key in accounted),
                last_accept=accepts.get(key),
                reasons=reasons,
            )
        return found

    def _reasons(self, groups: Sequence[str], checks: Iterable[tuple[Any, ...]]) -> tuple[str, ...]:
        suspended = [SUSPENDED] if self._group in groups else []
        rejected = any((name, value) == ("Auth-Type", "Reject") and op in (":=", "=") for name, op, value in checks)
        return (*suspended, *([DISABLED] if rejected else []))

    def _sessions(self, connection: Connection, logins: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
        query = _OPEN.format(
            address_nas=self._database.address("nasipaddress"),
            address_framed=self._database.address("framedipaddress"),
            epoch=self._database.epoch("acctstarttime"),
            marks="{}",
        )
        return self._by_login(connection, query, logins)

    def _by_login(
        self, connection: Connection, query: str, logins: Sequence[str]
    ) -> defaultdict[str, list[tuple[Any, ...]]]:
        """The rows of each login, without their first column."""
        found: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for row in connection.rows(query.format(marks(logins)), logins):
            found[self._database.same(str(row[0]))].append(row[1:])
        return found


def _moment(epoch: Any) -> datetime:
    return datetime.fromtimestamp(float(epoch), UTC)


def _session(login: str, row: tuple[Any, ...]) -> Session:
    # FreeRADIUS writes characters outside its safe set as =XX; the NAS knows only the original.
    session_id = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(row[1] or ""))
    started = None if row[4] is None else _moment(row[4])
    return Session(int(row[0]), login, session_id, str(row[2] or ""), str(row[3] or ""), started)
