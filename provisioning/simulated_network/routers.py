"""The customers' routers of the simulated network, as an ACS knows them: Wi-Fi, restart, reachable or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.rows import dict_row

from provisioning.simulated_network.lines import connect

Answer = tuple[int, Any]


class Routers:
    """One router behind each ONU; its id is the PPPoE login. It answers while its line carries."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def find(self, login: str, serial: str) -> Answer:
        """The router's id."""
        query = "SELECT pppoe_login FROM simulated_line WHERE %s = pppoe_login OR %s = onu LIMIT 1"
        with connect(self._url) as connection:
            row = connection.execute(query, (login, serial)).fetchone()
        return (200, {"device": row[0]}) if row else (404, {"error": "unknown_cpe"})

    def state(self, device: str) -> Answer:
        """Its Wi-Fi, and whether it can be reached. Its password is not told, as no router tells it."""
        with connect(self._url) as connection, connection.cursor(row_factory=dict_row) as cursor:
            line = cursor.execute("SELECT state FROM simulated_line WHERE pppoe_login = %s", (device,)).fetchone()
            if line is None:
                return 404, {"error": "unknown_cpe"}
            cursor.execute(
                "INSERT INTO simulated_router (login, ssid, password) VALUES (%s, %s, 'primeira-senha')"
                " ON CONFLICT (login) DO NOTHING",
                (device, f"CONECTA-{device.partition('.')[0].upper()}"),
            )
            row = cursor.execute(
                "SELECT ssid, channel, extract(epoch FROM now() - restarted_at)::int AS uptime_seconds"
                " FROM simulated_router WHERE login = %s",
                (device,),
            ).fetchone()
        return 200, {**(row or {}), "device": device, "online": line["state"] == "online"}

    def change(self, device: str, wish: Mapping[str, Any]) -> Answer:
        """Sets name, password or channel of a router that can be reached."""
        status, now = self.state(device)
        if status != 200 or not now["online"]:
            return (409, {"error": "device_offline"}) if status == 200 else (status, now)
        with connect(self._url) as connection:
            connection.execute(
                "UPDATE simulated_router SET ssid = coalesce(nullif(%(ssid)s, ''), ssid),"
                " password = coalesce(nullif(%(password)s, ''), password), channel = coalesce(%(channel)s, channel)"
                " WHERE login = %(login)s",
                {"ssid": "", "password": "", "channel": None, **wish, "login": device},
            )
        return self.state(device)

    def restart(self, device: str) -> Answer:
        """Restarts a router that can be reached."""
        status, now = self.state(device)
        if status != 200 or not now["online"]:
            return (409, {"error": "device_offline"}) if status == 200 else (status, now)
        with connect(self._url) as connection:
            connection.execute("UPDATE simulated_router SET restarted_at = now() WHERE login = %s", (device,))
        return self.state(device)
