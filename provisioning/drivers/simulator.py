"""Reads ONUs of the simulated network over HTTP, as a driver reads them from an OLT's management system."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args
from urllib.parse import quote

import requests

from core.errors import Misconfigured, Refused, Unreachable
from core.http import make_session, send
from provisioning.ports import LineReading, OnuState


class SimulatorLines:
    """LineReader over the simulated network's `GET /onu/<serial>`."""

    def __init__(
        self, url: str, *, session: requests.Session | None = None, timeout: tuple[float, float] = (1.0, 3.0)
    ) -> None:
        self._url = url.rstrip("/")
        self._session = session or make_session()
        self._timeout = timeout

    def read(self, olt: str, pon: str, onu: str) -> LineReading:
        """See LineReader. A state that it does not know is `unknown`, never `offline`."""
        where = f"{self._url}/onu/{quote(onu, safe='')}"
        answer = send(self._session, "GET", where, timeout=self._timeout, params={"olt": olt, "pon": pon})
        if answer.status_code == 404:
            raise Refused("unknown_onu", onu)
        if answer.status_code != 200:
            raise Unreachable("olt_error", str(answer.status_code))
        try:
            return _reading(answer.json())
        except (ValueError, TypeError, KeyError) as error:
            raise Misconfigured("olt_answer", type(error).__name__) from error


def _reading(body: dict[str, Any]) -> LineReading:
    state: OnuState = body["state"] if body["state"] in get_args(OnuState) else "unknown"
    rx_dbm = None if body.get("rx_dbm") is None else float(body["rx_dbm"])
    since = datetime.fromisoformat(body["since"]) if body.get("since") else None
    return LineReading(state, rx_dbm, since, datetime.now(UTC))


def make(url: str) -> SimulatorLines:
    """The driver for the address in LINE_DRIVER_URL."""
    return SimulatorLines(url)
