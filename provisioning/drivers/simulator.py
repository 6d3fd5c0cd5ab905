"""An OLT of the simulated network over HTTP, as a driver speaks to an OLT's management system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args
from urllib.parse import quote

import requests

from core.errors import Misconfigured, Refused, Unreachable
from core.http import make_session, send
from provisioning.driver import Driver, Field, Log
from provisioning.olt import Capability, FoundOnu, OnuConfig, OnuOrder, PonLoad, Sweep
from provisioning.ports import LineReading, OnuState


class SimulatorOlt:
    """Olt over the simulated network's `GET /onu/<serial>`."""

    can: frozenset[Capability] = frozenset({"read"})

    def __init__(
        self, url: str, *, session: requests.Session | None = None, timeout: tuple[float, float] = (1.0, 3.0)
    ) -> None:
        self._url = url.rstrip("/")
        self._session = session or make_session()
        self._timeout = timeout

    def read(self, pon: str, serial: str) -> LineReading:
        """See Olt. A state that it does not know is `unknown`, never `offline`."""
        where = f"{self._url}/onu/{quote(serial, safe='')}"
        answer = send(self._session, "GET", where, timeout=self._timeout, params={"pon": pon})
        if answer.status_code == 404:
            raise Refused("unknown_onu", serial)
        if answer.status_code != 200:
            raise Unreachable("olt_error", str(answer.status_code))
        try:
            return _reading(answer.json())
        except (ValueError, TypeError, KeyError) as error:
            raise Misconfigured("olt_answer", type(error).__name__) from error

    def sweep(self) -> Sweep:
        """See Olt."""
        raise Refused("not_supported")

    def found(self) -> tuple[FoundOnu, ...]:
        """See Olt."""
        raise Refused("not_supported")

    def load(self, pon: str) -> PonLoad:
        """See Olt."""
        raise Refused("not_supported")

    def config(self, pon: str, serial: str) -> OnuConfig | None:
        """See Olt."""
        raise Refused("not_supported")

    def add(self, order: OnuOrder) -> None:
        """See Olt."""
        raise Refused("not_supported")

    def remove(self, pon: str, serial: str) -> None:
        """See Olt."""
        raise Refused("not_supported")

    def reboot(self, pon: str, serial: str) -> None:
        """See Olt."""
        raise Refused("not_supported")

    def set_active(self, pon: str, serial: str, active: bool) -> None:
        """See Olt."""
        raise Refused("not_supported")

    def close(self) -> None:
        """See Olt."""
        self._session.close()


def _reading(body: dict[str, Any]) -> LineReading:
    state: OnuState = body["state"] if body["state"] in get_args(OnuState) else "unknown"
    rx_dbm = None if body.get("rx_dbm") is None else float(body["rx_dbm"])
    since = datetime.fromisoformat(body["since"]) if body.get("since") else None
    return LineReading(state, rx_dbm, since, datetime.now(UTC))


def _connect(fields: Mapping[str, str], log: Log) -> SimulatorOlt:
    return SimulatorOlt(fields["url"])


DRIVER = Driver(
    kind="simulator",
    title="Rede simulada (demonstração)",
    role="olt",
    fields=(Field("url", "Endereço da rede simulada", default=""),),
    connect=_connect,
)
