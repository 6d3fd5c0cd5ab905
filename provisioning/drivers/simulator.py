"""An OLT of the simulated network over HTTP, as a driver speaks to an OLT's management system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args
from urllib.parse import quote

import requests

from core.errors import Misconfigured, Refused, Unreachable
from core.field import Field
from core.http import make_session, send
from provisioning.driver import Driver, Log
from provisioning.olt import Capability, FoundOnu, OnuConfig, OnuOrder, OnuSeen, PonLoad, Sweep
from provisioning.ports import DownCause, LineReading, OnuState

Read = TypeVar("Read")
_CAUSES: Mapping[str, DownCause] = {"los": "los", "dying_gasp": "dying_gasp", "offline": "other", "unknown": "unknown"}


class SimulatorOlt:
    """Olt over the simulated network's `/onu/<serial>` and `/olt/<name>/...`."""

    can: frozenset[Capability] = frozenset(get_args(Capability))

    def __init__(
        self,
        url: str,
        name: str = "",
        *,
        log: Log = lambda line: None,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = (1.0, 3.0),
    ) -> None:
        self._url = url.rstrip("/")
        self._name = name
        self._log = log
        self._session = session or make_session()
        self._timeout = timeout

    def read(self, pon: str, serial: str) -> LineReading:
        """See Olt. A state that it does not know is `unknown`, never `offline`."""
        body = self._ask(f"/onu/{quote(serial, safe='')}", {"pon": pon}, unknown="unknown_onu")
        return _checked(lambda: _reading(body))

    def sweep(self) -> Sweep:
        """See Olt."""
        body = self._ask(self._of_olt("onus"))
        return Sweep(_checked(lambda: tuple(_seen(row) for row in body)), datetime.now(UTC))

    def found(self) -> tuple[FoundOnu, ...]:
        """See Olt."""
        body = self._ask(self._of_olt("found"))
        return _checked(
            lambda: tuple(FoundOnu(row["pon"], row["serial"], row["model"], _time(row["since"])) for row in body)
        )

    def load(self, pon: str) -> PonLoad:
        """See Olt."""
        body = self._ask(self._of_olt("pon"), {"pon": pon}, unknown="unknown_pon")
        return _checked(lambda: PonLoad(int(body["used"]), int(body["limit"])))

    def config(self, pon: str, serial: str) -> OnuConfig | None:
        """See Olt."""
        try:
            return OnuConfig.from_json(self._ask(self._of_olt("config"), {"serial": serial}, unknown="unknown_onu"))
        except Refused:
            return None

    def add(self, order: OnuOrder) -> None:
        """See Olt."""
        self._tell("add", asdict(order))

    def remove(self, pon: str, serial: str) -> None:
        """See Olt."""
        self._tell("remove", {"serial": serial})

    def reboot(self, pon: str, serial: str) -> None:
        """See Olt."""
        self._tell("reboot", {"serial": serial})

    def set_active(self, pon: str, serial: str, active: bool) -> None:
        """See Olt."""
        self._tell("active", {"serial": serial, "active": active})

    def close(self) -> None:
        """See Olt."""
        self._session.close()

    def _of_olt(self, what: str) -> str:
        return f"/olt/{quote(self._name, safe='')}/{what}"

    def _ask(self, path: str, query: Mapping[str, str] | None = None, *, unknown: str = "unknown") -> Any:
        self._log(f"GET {path}")
        answer = send(self._session, "GET", self._url + path, timeout=self._timeout, params=dict(query or {}))
        self._log(f"{answer.status_code}")
        if answer.status_code == 404:
            raise Refused(unknown, path.rpartition("/")[2])
        return _body(answer)

    def _tell(self, what: str, body: Mapping[str, Any]) -> None:
        path = self._of_olt(what)
        self._log(f"POST {path} {body['serial']}")
        try:
            answer = send(self._session, "POST", self._url + path, timeout=self._timeout, json=dict(body))
        except Unreachable as failure:
            failure.ambiguous = True
            raise
        self._log(f"{answer.status_code}")
        if answer.status_code in (404, 409):
            raise Refused(str(_body(answer, (404, 409)).get("error", "olt_refused")))
        _body(answer)


def _body(answer: requests.Response, fine: tuple[int, ...] = (200,)) -> Any:
    if answer.status_code not in fine:
        raise Unreachable("olt_error", str(answer.status_code))
    try:
        return answer.json()
    except ValueError as error:
        raise Misconfigured("olt_answer", type(error).__name__) from error


def _checked(read: Callable[[], Read]) -> Read:
    try:
        return read()
    except (ValueError, TypeError, KeyError) as error:
        raise Misconfigured("olt_answer", type(error).__name__) from error


def _state(written: object) -> OnuState:
    return written if written in get_args(OnuState) else "unknown"  # type: ignore[return-value]


def _seen(row: Mapping[str, Any]) -> OnuSeen:
    state = _state(row["state"])
    return OnuSeen(row["pon"], row["number"], row["serial"], state, _CAUSES.get(state, ""), _time(row["since"]))


def _reading(body: Mapping[str, Any]) -> LineReading:
    state = _state(body["state"])
    power = None if body.get("rx_dbm") is None else float(body["rx_dbm"])
    now, since = datetime.now(UTC), _time(body.get("since"))
    return LineReading(
        state,
        power,
        since,
        now,
        down_cause=_CAUSES.get(state, ""),
        # What the OLT receives is a little weaker than what it sends down: the ONU's laser is weaker.
        olt_rx_dbm=None if power is None else round(power - 1.5, 1),
        uptime_seconds=int((now - since).total_seconds()) if since and state == "online" else None,
        number=body.get("number"),
    )


def _time(written: object) -> datetime | None:
    return datetime.fromisoformat(written).astimezone(UTC) if isinstance(written, str) and written else None


def _connect(fields: Mapping[str, str], log: Log) -> SimulatorOlt:
    return SimulatorOlt(fields["url"], fields["olt"], log=log)


DRIVER = Driver(
    kind="simulator",
    title="Rede simulada (demonstração)",
    role="olt",
    fields=(
        Field("olt", "Nome da OLT na rede simulada"),
        Field("vendor", "Fabricante", required=False, about="Seus limites de potência óptica valem para as linhas."),
        Field("url", "Endereço da rede simulada", required=False, about="Vazio: a rede que o make run simula."),
    ),
    connect=_connect,
)
