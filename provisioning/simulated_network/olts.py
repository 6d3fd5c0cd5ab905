"""The OLTs' side of the simulated plant: sweeps, the autofind list, and ONUs that are added, removed and restarted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.rows import dict_row

from provisioning.simulated_network.lines import connect

Answer = tuple[int, Any]

_CONFIG = (
    "SELECT pon, onu AS serial, number, description, line_profile, service_profile, vlan, active"
    " FROM simulated_line WHERE olt = %(olt)s AND onu = %(serial)s"
)
_LOAD = (
    "SELECT capacity AS limit, (SELECT count(*) FROM simulated_line l WHERE l.olt = p.olt AND l.pon = p.pon) AS used"
    " FROM simulated_pon p WHERE olt = %(olt)s AND pon = %(pon)s"
)
# The lowest free number, as OLTs give them out.
_ADD = """
INSERT INTO simulated_line
    (onu, pppoe_login, olt, pon, cto, state, rx_dbm, lit_dbm, since, number, description, line_profile,
     service_profile, vlan)
SELECT f.onu, %(pppoe_login)s, f.olt, f.pon, f.cto, 'online', f.lit_dbm, f.lit_dbm, now(),
       (SELECT min(n) FROM generate_series(0, 127) n
        WHERE n NOT IN (SELECT number FROM simulated_line WHERE olt = f.olt AND pon = f.pon AND number IS NOT NULL)),
       %(description)s, %(line_profile)s, %(service_profile)s, %(vlan)s
FROM simulated_found f WHERE f.olt = %(olt)s AND f.onu = %(serial)s
"""


class Olts:
    """Every OLT of the plant; each method returns a status and a JSON body."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def onus(self, olt: str) -> Answer:
        """All configured ONUs."""
        return 200, self._rows(
            "SELECT pon, number, onu AS serial, state, since::text FROM simulated_line WHERE olt = %(olt)s"
            " ORDER BY pon, number",
            {"olt": olt},
        )

    def found(self, olt: str) -> Answer:
        """ONUs that are configured nowhere."""
        query = "SELECT pon, onu AS serial, model, since::text FROM simulated_found WHERE olt = %(olt)s ORDER BY onu"
        return 200, self._rows(query, {"olt": olt})

    def load(self, olt: str, pon: str) -> Answer:
        """How many are configured on a PON, and how many fit."""
        rows = self._rows(_LOAD, {"olt": olt, "pon": pon})
        return (200, rows[0]) if rows else (404, {"error": "unknown_pon"})

    def config(self, olt: str, serial: str) -> Answer:
        """What is configured of an ONU."""
        rows = self._rows(_CONFIG, {"olt": olt, "serial": serial})
        return (200, rows[0]) if rows else (404, {"error": "unknown_onu"})

    def add(self, olt: str, order: Mapping[str, Any]) -> Answer:
        """Configures an ONU of the autofind list."""
        values = {**order, "olt": olt, "pppoe_login": order.get("pppoe_login") or f"sem-login-{order['serial']}"}
        with connect(self._url) as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"{olt} {order['pon']}",))
            if connection.execute(_CONFIG, values).fetchone():
                return 409, {"error": "exists"}
            load = connection.execute(_LOAD, values).fetchone()
            if load is None:
                return 409, {"error": "unknown_pon"}
            if load[1] >= load[0]:
                return 409, {"error": "pon_full"}
            if connection.execute(_ADD, values).rowcount == 0:
                return 409, {"error": "not_found"}
            connection.execute("DELETE FROM simulated_found WHERE onu = %(serial)s", values)
        return self.config(olt, str(order["serial"]))

    def remove(self, olt: str, serial: str) -> Answer:
        """Deletes an ONU: it hangs on its fibre still, and comes back on the autofind list."""
        with connect(self._url) as connection, connection.transaction():
            connection.execute(
                "WITH gone AS (DELETE FROM simulated_line WHERE olt = %(olt)s AND onu = %(serial)s RETURNING *)"
                " INSERT INTO simulated_found (onu, olt, pon, cto, lit_dbm)"
                " SELECT onu, olt, pon, cto, lit_dbm FROM gone"
                " ON CONFLICT (onu) DO NOTHING",
                {"olt": olt, "serial": serial},
            )
        return 200, {}

    def plug(self, onu: Mapping[str, Any]) -> Answer:
        """Hangs a new ONU on a PON: {"onu", "olt", "pon", "cto"?, "model"?, "lit_dbm"?}."""
        values = {"cto": "", "model": "", "lit_dbm": -20.0, **onu}
        with connect(self._url) as connection:
            connection.execute(
                "INSERT INTO simulated_found (onu, olt, pon, cto, model, lit_dbm)"
                " VALUES (%(onu)s, %(olt)s, %(pon)s, %(cto)s, %(model)s, %(lit_dbm)s) ON CONFLICT (onu) DO NOTHING",
                values,
            )
        return 200, {}

    def fill(self, place: Mapping[str, Any]) -> Answer:
        """Lets a PON be as full as its capacity is, by making its capacity what is in use."""
        with connect(self._url) as connection:
            connection.execute(
                "UPDATE simulated_pon p SET capacity ="
                " (SELECT count(*) FROM simulated_line l WHERE l.olt = p.olt AND l.pon = p.pon)"
                " WHERE olt = %(olt)s AND pon = %(pon)s",
                place,
            )
        return self.load(str(place["olt"]), str(place["pon"]))

    def set_active(self, olt: str, serial: str, active: bool) -> Answer:
        """Marks an ONU; what that does to its line is the plant's matter."""
        with connect(self._url) as connection:
            changed = connection.execute(
                "UPDATE simulated_line SET active = %s WHERE olt = %s AND onu = %s", (active, olt, serial)
            )
        return (200, {}) if changed.rowcount else (404, {"error": "unknown_onu"})

    def _rows(self, query: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        with connect(self._url) as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()
