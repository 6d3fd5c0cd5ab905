"""Fiberhome's OLTs through the TL1 gateway of their management system (ANM2000, UNM2000)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import Misconfigured, Refused, Unreachable
from core.field import Field
from core.onu_serial import onu_serial
from provisioning.driver import Driver, Log
from provisioning.olt import Capability, FoundOnu, OnuConfig, OnuOrder, OnuSeen, PonLoad, Sweep
from provisioning.ports import LineReading
from provisioning.tl1 import rows
from provisioning.tl1.session import Gateway, Tl1Session, said

# What every client in the field sends for a routed PPPoE service on all ports of the ONU.
PPPOE = "STATUS=1,MODE=2,CONNTYPE=2,VLAN={vlan},COS=7,QOS=1,NAT=1,IPMODE=3,PPPOEPROXY=2"
ABLE: frozenset[Capability] = frozenset({"read", "sweep", "load", "config", "add", "remove", "reboot", "active"})
SWITCHES = {"lanport": ("ACT-LANPORT", "DACT-LANPORT"), "onu": ("ACT-ONU", "DACT-ONU")}


class FiberhomeOlt:
    """Olt over TL1. PONs are written `NA-NA-slot-port`. Every question costs the gateway seconds, up to ten."""

    def __init__(
        self,
        session: Tl1Session,
        fields: Mapping[str, str],
        zone: tzinfo,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._session = session
        self._olt = f"OLTID={said(fields['oltid'])}"
        self._onu_type = fields.get("onu_type", "")
        self._limit = int(fields["pon_limit"]) if fields.get("pon_limit") else None
        self._switch = fields.get("switch") or "lanport"
        self._lists_found = fields.get("autofind") == "sim"
        self._zone = zone
        self._clock = clock
        found: frozenset[Capability] = frozenset({"found"}) if self._lists_found else frozenset()
        able: frozenset[Capability] = frozenset(
            {"read", "sweep", "load", "config", "add", "remove", "reboot", "active"}
        )
        self.can: frozenset[Capability] = able | found

    def read(self, pon: str, serial: str) -> LineReading:
        """See Olt. Two questions: the state, and the optics where the ONU is online."""
        where = self._onu(pon, serial)
        listed = self._session.ask("LST-ONUSTATE", where, missing="unknown_onu").rows
        if not listed:
            raise Refused("unknown_onu", serial)
        state, cause = rows.state_of(listed[0])
        now = self._clock()
        since = None if state in {"online", "unknown"} else rows.off_since(listed[0], self._zone, now)
        optics = self._session.ask("LST-OMDDM", where).rows if state == "online" else ()
        module = optics[0] if optics else {}
        return LineReading(
            state,
            rows.power(module, "RXPOWER"),
            since,
            now,
            cause,
            rows.power(module, "PRXPOWER", "OLTRXPOWER"),
            rows.power(module, "TXPOWER"),
        )

    def sweep(self) -> Sweep:
        """See Olt. Two questions for the whole OLT: who is configured, and all states."""
        listed = self._session.ask("LST-ONU", self._olt).rows
        states = {rows.serial_of(row): row for row in self._session.ask("LST-ONUSTATE", self._olt).rows}
        now = self._clock()
        return Sweep(tuple(self._seen(row, states.get(rows.serial_of(row)), now) for row in listed), now)

    def _seen(self, row: rows.Row, shown: rows.Row | None, now: datetime) -> OnuSeen:
        state, cause = rows.state_of(shown)
        since = None if state in {"online", "unknown"} else rows.off_since(shown, self._zone, now)
        return OnuSeen(rows.pon_of(row), rows.onu_number(row), rows.serial_of(row), state, cause, since)

    def found(self) -> tuple[FoundOnu, ...]:
        """See Olt."""
        if not self._lists_found:
            raise Refused("not_supported")
        return tuple(rows.found_onu(row) for row in self._session.ask("LST-UNREGONU", self._olt).rows)

    def load(self, pon: str) -> PonLoad:
        """See Olt. Counts what LST-ONU lists; the limit is the one that was filled in."""
        return PonLoad(len(self._listed(pon)), self._limit)

    def config(self, pon: str, serial: str) -> OnuConfig | None:
        """See Olt. The VLAN is told where the gateway shows the ONU's service."""
        row = self._listed(pon).get(onu_serial(serial))
        if row is None:
            return None
        where = self._onu(pon, serial)
        shown = self._session.ask("LST-ONUSTATE", where).rows
        return rows.config_of(row, not shown or not rows.switched_off(shown[0]), self._vlan(where))

    def _vlan(self, where: str) -> int | None:
        try:
            return rows.vlan_of(self._session.ask("LST-ONUWANSERVICECFG", where).rows)
        except Refused:
            # Older gateways do not know the question, and an ONU may have no service.
            return None

    def add(self, order: OnuOrder) -> None:
        """See Olt. Where the service is refused the ONU is taken out again: nothing half-made stays."""
        where = self._onu(order.pon, order.serial)
        name, onu_type = said(order.description), said(order.extra.get("onu_type") or self._onu_type)
        service = self._service(order)
        self._check(order)
        what = f"AUTHTYPE=MAC,ONUID={onu_serial(order.serial)},ONUTYPE={onu_type},NAME={name}"
        self._session.change("ADD-ONU", self._pon(order.pon), what, missing="unknown_pon")
        try:
            self._session.change(*service)
        except Refused:
            self.remove(order.pon, order.serial)
            raise
        except Unreachable as failure:
            raise Unreachable(failure.code, f"after ADD-ONU, {where}: {failure.detail}", ambiguous=True) from failure

    def _check(self, order: OnuOrder) -> None:
        serial, pon = onu_serial(order.serial), rows.pon_id(order.pon)
        listed = self._session.ask("LST-ONU", self._olt).rows
        if serial in {rows.serial_of(row) for row in listed}:
            raise Refused("exists", serial)
        if self._limit is not None and sum(rows.pon_of(row) == pon for row in listed) >= self._limit:
            raise Refused("pon_full", pon)
        looks = self._lists_found and not order.restore
        if looks and (pon, serial) not in {(onu.pon, onu.serial) for onu in self.found()}:
            raise Refused("not_found", serial)

    def _service(self, order: OnuOrder) -> tuple[str, str, str]:
        """The command that gives the ONU its service: PPPoE in the ONU, or its first port in the VLAN."""
        where = self._onu(order.pon, order.serial)
        if not order.pppoe_login:
            return "CFG-LANPORTVLAN", f"{where},ONUPORT=NA-NA-NA-1", f"CVLAN={order.vlan},CCOS=0"
        login = f"PPPOEUSER={said(order.pppoe_login)},PPPOEPASSWD={said(order.pppoe_password)}"
        return "SET-WANSERVICE", where, f"{PPPOE.format(vlan=order.vlan)},{login},PPPOENAME=,PPPOEMODE=1,UPORT=0"

    def remove(self, pon: str, serial: str) -> None:
        """See Olt."""
        if onu_serial(serial) in self._listed(pon):
            self._session.change("DEL-ONU", self._pon(pon), f"ONUIDTYPE=MAC,ONUID={onu_serial(serial)}")

    def reboot(self, pon: str, serial: str) -> None:
        """See Olt."""
        self._session.change("RESET-ONU", self._onu(pon, serial), missing="unknown_onu")

    def set_active(self, pon: str, serial: str, active: bool) -> None:
        """See Olt. Switches the ONU's first port, or the ONU itself, as filled in."""
        where = self._onu(pon, serial)
        if self._switch == "lanport":
            where += ",ONUPORT=NA-NA-NA-1"
        self._session.change(SWITCHES[self._switch][not active], where, missing="unknown_onu")

    def close(self) -> None:
        """See Olt."""
        self._session.close()

    def _listed(self, pon: str) -> dict[str, rows.Row]:
        answer = self._session.ask("LST-ONU", self._pon(pon), missing="unknown_pon")
        return {rows.serial_of(row): row for row in answer.rows}

    def _pon(self, pon: str) -> str:
        return f"{self._olt},PONID={rows.pon_id(pon)}"

    def _onu(self, pon: str, serial: str) -> str:
        known = onu_serial(serial)
        if not known:
            raise Refused("unknown_onu", serial)
        return f"{self._pon(pon)},ONUIDTYPE=MAC,ONUID={known}"


def _connect(fields: Mapping[str, str], log: Log) -> FiberhomeOlt:
    missing = [name for name in ("host", "user", "password", "oltid") if not fields.get(name)]
    if missing:
        raise Misconfigured("field", ", ".join(missing))
    if (fields.get("switch") or "lanport") not in SWITCHES:
        raise Misconfigured("field", "switch: lanport or onu")
    try:
        gateway = Gateway(
            fields["host"],
            int(fields.get("port") or 3337),
            said(fields["user"]),
            said(fields["password"]),
            float(fields.get("timeout") or 20),
        )
        zone = ZoneInfo(fields.get("zone") or "America/Sao_Paulo")
        return FiberhomeOlt(Tl1Session(gateway, log), fields, zone)
    except (ValueError, ZoneInfoNotFoundError, Refused) as error:
        raise Misconfigured("field", "a number, a zone or a text that cannot be sent") from error


DRIVER = Driver(
    kind="fiberhome_tl1",
    title="OLT Fiberhome (TL1 do ANM2000/UNM2000)",
    role="olt",
    fields=(
        Field("host", "Endereço do servidor TL1"),
        Field("port", "Porta", default="3337"),
        Field("user", "Usuário"),
        Field("password", "Senha", secret=True),
        Field("oltid", "OLTID", about="O endereço IP da OLT, como o gerenciador a conhece."),
        Field("onu_type", "Modelo de ONU padrão", required=False, about="Quando o modelo do provedor não diz outro."),
        Field("pon_limit", "Limite de ONUs por PON", required=False, about="O TL1 não informa o limite."),
        Field("autofind", "Lista de ONUs não registradas", required=False, default="não", about="sim ou não"),
        Field("switch", "Como desativar", required=False, default="lanport", about="lanport ou onu"),
        Field("timeout", "Espera por resposta, em segundos", required=False, default="20"),
        Field("zone", "Fuso do relógio do gerenciador", required=False, default="America/Sao_Paulo"),
    ),
    connect=_connect,
)
