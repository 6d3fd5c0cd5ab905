"""The ACS of the simulated network: the customers' routers of the demo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import requests

from core.errors import Refused, Unreachable
from core.field import Field
from core.http import make_session, send
from provisioning.cpe import CpeState, Wifi, WifiWish
from provisioning.driver import Driver, Log
from provisioning.ports import Outcome


class SimulatorAcs:
    """Cpe over the simulated network's `/acs/...`."""

    def __init__(
        self,
        url: str,
        *,
        log: Log = lambda line: None,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = (1.0, 3.0),
    ) -> None:
        self._url = url.rstrip("/")
        self._log = log
        self._session = session or make_session()
        self._timeout = timeout

    def find(self, login: str, serial: str) -> str:
        """See Cpe."""
        _, body = self._send("GET", "/acs/find", params={"login": login, "serial": serial})
        return str(body["device"])

    def state(self, device: str) -> CpeState:
        """See Cpe."""
        return _state(self._send("GET", _path(device))[1])

    def set_wifi(self, device: str, wish: WifiWish) -> Outcome:
        """See Cpe. The password cannot be read back: what stands for it is that the router took the change."""
        body = {"ssid": wish.ssid, "password": wish.password, "channel": wish.channel}
        status, answer = self._send("POST", _path(device) + "/wifi", json=body)
        if status == 409:
            return Outcome("refused", str(answer["error"]))
        seen = _state(self._send("GET", _path(device))[1]).wifi[0]
        facts = {"ssid": seen.ssid, "channel": seen.channel, "password_set": bool(wish.password)}
        if (wish.ssid and seen.ssid != wish.ssid) or (wish.channel is not None and seen.channel != wish.channel):
            return Outcome("failed", "not_as_asked", facts)
        return Outcome("verified", "set", facts)

    def reboot(self, device: str) -> Outcome:
        """See Cpe."""
        status, answer = self._send("POST", _path(device) + "/restart", json={})
        return Outcome("refused", str(answer["error"])) if status == 409 else Outcome("verified", "restarted")

    def close(self) -> None:
        """See Cpe."""
        self._session.close()

    def _send(self, method: str, path: str, **rest: Any) -> tuple[int, Any]:
        self._log(f"{method} {path}")
        try:
            answer = send(self._session, method, self._url + path, timeout=self._timeout, **rest)
        except Unreachable as failure:
            failure.ambiguous = method != "GET"
            raise
        self._log(f"{answer.status_code}")
        if answer.status_code == 404:
            raise Refused("unknown_cpe", path)
        if answer.status_code not in (200, 409):
            raise Unreachable("acs_error", str(answer.status_code))
        return answer.status_code, answer.json()


def _path(device: str) -> str:
    return f"/acs/{quote(device, safe='')}"


def _state(body: Mapping[str, Any]) -> CpeState:
    now = datetime.now(UTC)
    wifi = Wifi("1", str(body["ssid"]), "2.4", int(body["channel"]))
    return CpeState(
        device=str(body["device"]),
        model="Roteador simulado",
        firmware="1.0",
        informed_at=now if body["online"] else None,
        uptime_seconds=int(body["uptime_seconds"]) if body["online"] else None,
        wifi=(wifi,),
        hosts=(),
        read_at=now,
    )


DRIVER = Driver(
    kind="simulator_acs",
    title="ACS da rede simulada (demonstração)",
    role="acs",
    fields=(Field("url", "Endereço da rede simulada", required=False),),
    connect=lambda fields, log: SimulatorAcs(fields["url"], log=log),
)
