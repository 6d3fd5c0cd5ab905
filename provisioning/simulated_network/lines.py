"""The simulated plant: each subscriber's ONU with its state and power, kept in the demo's RADIUS database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

import psycopg
from psycopg.rows import class_row

from provisioning.ports import OnuState

STATES = get_args(OnuState)


@dataclass(frozen=True)
class Line:
    """One ONU. `lit_dbm` is the power it receives whenever light arrives, `rx_dbm` what it receives now."""

    onu: str
    pppoe_login: str
    olt: str
    pon: str
    cto: str
    state: str
    rx_dbm: float | None
    lit_dbm: float
    since: datetime
    area: str
    number: int | None
    active: bool

    @property
    def carries(self) -> bool:
        """Whether PPPoE can pass. A state that nobody could read says nothing against it."""
        return self.state in ("online", "unknown")


class Plant:
    """Reads and changes lines; every change is committed at once, so that it survives a restart."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def select(
        self, *, onu: str = "", login: str = "", olt: str = "", pon: str = "", cto: str = "", area: str = ""
    ) -> list[Line]:
        """The lines that agree with everything that is given; all lines when nothing is."""
        query = (
            "SELECT onu, pppoe_login, olt, pon, cto, state, rx_dbm, lit_dbm, since, area, number, active"
            " FROM simulated_line WHERE %(onu)s IN ('', onu) AND %(login)s IN ('', pppoe_login)"
            " AND %(olt)s IN ('', olt) AND %(pon)s IN ('', pon) AND %(cto)s IN ('', cto) AND %(area)s IN ('', area)"
            " ORDER BY onu"
        )
        wanted = {"onu": onu, "login": login, "olt": olt, "pon": pon, "cto": cto, "area": area}
        with connect(self._url) as connection, connection.cursor(row_factory=class_row(Line)) as cursor:
            return cursor.execute(query, wanted).fetchall()

    def carries(self, login: str) -> bool:
        """Whether the line of `login` can carry PPPoE now."""
        return any(line.carries for line in self.select(login=login))

    def change(self, line: Line, state: str, rx_dbm: float | None = None) -> None:
        """Puts an ONU into a state. Without `rx_dbm` the power follows from the state."""
        if state not in STATES:
            raise ValueError(f"unknown state {state!r}")
        power = (line.lit_dbm if rx_dbm is None else rx_dbm) if state == "online" else None
        with connect(self._url) as connection:
            connection.execute(
                "UPDATE simulated_line SET since = CASE WHEN state = %(state)s THEN since ELSE now() END,"
                " state = %(state)s, rx_dbm = %(rx)s WHERE onu = %(onu)s",
                {"state": state, "rx": power, "onu": line.onu},
            )

    def restarted(self, serial: str) -> None:
        """The ONU comes back as it was: its state begins anew."""
        with connect(self._url) as connection:
            connection.execute("UPDATE simulated_line SET since = now() WHERE onu = %s", (serial,))


def connect(database_url: str) -> psycopg.Connection[Any]:
    """An autocommitting connection that gives up after a few seconds."""
    return psycopg.connect(
        database_url, autocommit=True, connect_timeout=3, options="-c statement_timeout=5000 -c timezone=UTC"
    )
