"""OLTs that SmartOLT manages, through its REST service."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import Misconfigured, Refused, Unreachable
from core.field import Field
from core.http import make_session
from core.onu_serial import onu_serial
from provisioning.driver import Driver, Log
from provisioning.olt import Capability, FoundOnu, OnuConfig, OnuOrder, PonLoad, Sweep
from provisioning.ports import LineReading
from provisioning.smartolt import answers
from provisioning.smartolt.client import SmartOltClient
from provisioning.smartolt.ledger import Ledger

CAN: frozenset[Capability] = frozenset(
    {"read", "sweep", "found", "load", "config", "add", "remove", "reboot", "active"}
)


class SmartOlt:
    """Olt over one OLT of a SmartOLT account. PONs are written `board/port`.

    An ONU is named by its external id: the one that a sweep has told, or else its serial, which is what SmartOLT
    takes by itself. No question about one ONU ever asks for a list.
    """

    can = CAN

    def __init__(
        self,
        client: SmartOltClient,
        ledger: Ledger,
        fields: Mapping[str, str],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._fields = fields
        self._clock = clock
        self._olt = fields["olt_id"]
        self._every = float(fields.get("sweep_every") or 300)
        self._limit = int(fields["pon_limit"]) if fields.get("pon_limit") else None
        self._zone = ZoneInfo(fields.get("zone") or "America/Sao_Paulo")

    def read(self, pon: str, serial: str) -> LineReading:
        """See Olt. The state and the powers; the OLT's own words only where the device is set to (10 to 15 s)."""
        told = self._about("onu/get_onu_status", serial)
        now = self._clock()
        state, cause = answers.state(told.get("onu_status") or told.get("response"))
        signal = self._about("onu/get_onu_signal", serial) if state == "online" else {}
        distance = None
        if self._fields.get("full_status") == "sim":
            live_cause, distance = answers.live(self._about("onu/get_onu_full_status_info", serial, live=True))
            cause = live_cause if state == "offline" else cause
        return LineReading(
            state,
            answers.power(signal.get("onu_signal_1490")),
            answers.moment(told.get("last_status_change"), self._zone, now),
            now,
            cause,
            answers.power(signal.get("onu_signal_1310")),
            distance_m=distance,
        )

    def sweep(self) -> Sweep:
        """See Olt. One list, at most once in the interval that was filled in: sooner is Unreachable("paced")."""
        asked = {"olt_id": self._olt}
        body = self._client.list_all("onu/get_onus_statuses", asked, what=self._olt, every=self._every)
        listed = list(answers.rows(body))
        self._remember(listed)
        now = self._clock()
        return Sweep(tuple(answers.seen(row, self._zone, now) for row in listed), now)

    def found(self) -> tuple[FoundOnu, ...]:
        """See Olt."""
        body = self._client.list_some(f"onu/unconfigured_onus_for_olt/{quote(self._olt, safe='')}", {})
        return tuple(answers.found(row) for row in answers.rows(body))

    def load(self, pon: str) -> PonLoad:
        """See Olt. Asks for one PON only; an empty one and one that does not exist look the same here."""
        return PonLoad(len(self._named_on(pon)), self._limit)

    def config(self, pon: str, serial: str) -> OnuConfig | None:
        """See Olt. An ONU that does not go by its serial is looked for on its PON."""
        known = onu_serial(serial)
        name = self._ledger.id_of(known) or known
        told = self._details(name) or self._details(self._named_on(pon).get(known, ""))
        return answers.config(told, known) if told else None

    def _details(self, name: str) -> Mapping[str, object] | None:
        try:
            return self._client.get(f"onu/get_onu_details/{quote(name, safe='')}") if name else None
        except Refused as error:
            if error.code == "unknown_onu":
                return None
            raise

    def _named_on(self, pon: str) -> dict[str, str]:
        """The ONUs of a PON: what SmartOLT calls them, by serial."""
        board, port = answers.board_and_port(pon)
        asked = {"olt_id": self._olt, "board": board, "port": port}
        return self._remember(list(answers.rows(self._client.list_some("onu/get_onus_statuses", asked))))

    def _remember(self, listed: Sequence[answers.Row]) -> dict[str, str]:
        named = {onu_serial(str(row.get("sn", ""))): str(row.get("id", "")) for row in listed}
        self._ledger.remember({serial: name for serial, name in named.items() if serial and name})
        return named

    def add(self, order: OnuOrder) -> None:
        """See Olt. SmartOLT's authorisation carries no PPPoE login: that is the router's, or TR-069's."""
        board, port = answers.board_and_port(order.pon)
        serial = onu_serial(order.serial)
        if self.config(order.pon, serial) is not None:
            raise Refused("exists", serial)
        waiting = next((onu for onu in self.found() if onu.serial == serial), None)
        hangs_there = waiting is not None and answers.board_and_port(waiting.pon) == (board, port)
        if not (hangs_there or order.restore):
            raise Refused("not_found", serial)
        if self._limit is not None and self.load(order.pon).used >= self._limit:
            raise Refused("pon_full", order.pon)
        self._client.post("onu/authorize_onu", self._form(order, serial, board, port))
        self._ledger.remember({serial: serial})

    def _form(self, order: OnuOrder, serial: str, board: str, port: str) -> dict[str, str]:
        chosen = {name: order.extra.get(name) or self._fields.get(name, "") for name in ("onu_type", "zone_name")}
        form = {
            "olt_id": self._olt,
            "pon_type": order.extra.get("pon_type") or "gpon",
            "board": board,
            "port": port,
            "sn": serial,
            "vlan": str(order.vlan),
            "onu_type": chosen["onu_type"],
            "zone": order.extra.get("zone") or chosen["zone_name"],
            "odb": order.extra.get("odb", ""),
            "name": order.description,
            "onu_mode": order.extra.get("onu_mode") or self._fields.get("onu_mode") or "Routing",
            "onu_external_id": serial,
            "upload_speed_profile_name": order.service_profile,
            "download_speed_profile_name": order.line_profile,
        }
        return {name: value for name, value in form.items() if value}

    def remove(self, pon: str, serial: str) -> None:
        """See Olt."""
        if self.config(pon, serial) is not None:
            self._change(self._fields.get("delete_path") or "onu/delete", serial)

    def reboot(self, pon: str, serial: str) -> None:
        """See Olt."""
        self._change("onu/reboot", serial)

    def set_active(self, pon: str, serial: str, active: bool) -> None:
        """See Olt."""
        self._change("onu/enable" if active else "onu/disable", serial)

    def close(self) -> None:
        """See Olt."""
        self._client.close()

    def _about(self, path: str, serial: str, *, live: bool = False) -> Mapping[str, object]:
        try:
            return self._client.get(f"{path}/{self._id(serial)}", live=live)
        except Refused as error:
            self._unknown(error, serial)
            raise

    def _change(self, path: str, serial: str) -> None:
        try:
            self._client.post(f"{path}/{self._id(serial)}")
        except Refused as error:
            self._unknown(error, serial)
            raise

    def _id(self, serial: str) -> str:
        known = onu_serial(serial)
        if not known:
            raise Refused("unknown_onu", serial)
        return quote(self._ledger.id_of(known) or known, safe="")

    def _unknown(self, error: Refused, serial: str) -> None:
        """Before any list was read, nobody knows whether the ONU is unknown or only goes by another name."""
        if error.code == "unknown_onu" and not self._ledger.listed(self._olt):
            raise Unreachable("not_listed_yet", serial, retry_after=self._every) from error


def _connect(fields: Mapping[str, str], log: Log) -> SmartOlt:
    url, token = fields.get("url", ""), fields.get("token", "")
    if urlsplit(url).scheme not in {"http", "https"} or not token or not fields.get("olt_id"):
        raise Misconfigured("field", "url, token and olt_id")
    session = make_session()
    session.headers["X-Token"] = token
    ledger = Ledger(_ledger_path(url), time.time)
    try:
        return SmartOlt(SmartOltClient(url, session, ledger, log, time.sleep), ledger, fields)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise Misconfigured("field", "a number or a zone") from error


def _ledger_path(url: str) -> Path:
    name = hashlib.sha256(url.rstrip("/").encode()).hexdigest()[:24]
    return Path(tempfile.gettempdir()) / f"religa-{os.getuid()}" / f"smartolt-{name}.json"


DRIVER = Driver(
    kind="smartolt",
    title="OLT pelo SmartOLT",
    role="olt",
    fields=(
        Field("url", "Endereço da API", about="https://SUBDOMINIO.smartolt.com/api"),
        Field("token", "Chave da API (X-Token)", secret=True),
        Field("olt_id", "Número da OLT no SmartOLT"),
        Field("sweep_every", "Segundos entre duas listas", required=False, default="300"),
        Field("full_status", "Ler a situação ao vivo", required=False, default="não", about="sim demora 10 a 15 s"),
        Field("zone_name", "Zona padrão", required=False),
        Field("onu_type", "Modelo de ONU padrão", required=False),
        Field("onu_mode", "Modo padrão", required=False, default="Routing", about="Routing ou Bridging"),
        Field("pon_limit", "Limite de ONUs por PON", required=False),
        Field("delete_path", "Caminho para excluir", required=False, default="onu/delete"),
        Field("zone", "Fuso do SmartOLT", required=False, default="America/Sao_Paulo"),
    ),
    connect=_connect,
)
