"""OLTs over SNMP: Huawei's XPON MIB, V-SOL's and Ubiquiti's UFiber's, read and (Huawei) switched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import Misconfigured, Refused
from core.field import Field
from provisioning.driver import Driver, Log
from provisioning.olt import Capability, FoundOnu, OnuConfig, OnuOrder, PonLoad, Sweep
from provisioning.ports import LineReading
from provisioning.snmp.huawei import HuaweiMib
from provisioning.snmp.login import agent_of
from provisioning.snmp.session import SnmpSession
from provisioning.snmp.ufiber import UfiberMib
from provisioning.snmp.vsol import VsolMib

READS: frozenset[Capability] = frozenset({"read", "sweep", "load"})
WRITES: frozenset[Capability] = frozenset({"reboot", "active"})


class Mib(Protocol):
    """What a maker's MIB can tell; every method is as the Olt's of the same name."""

    @property
    def writes(self) -> bool:
        """Whether an ONU can be restarted and switched by it."""
        ...

    def sweep(self, now: datetime) -> Sweep:
        """See Olt."""
        ...

    def read(self, pon: str, wanted: str, now: datetime) -> LineReading:
        """See Olt."""
        ...

    def load(self, pon: str) -> PonLoad:
        """See Olt."""
        ...

    def reboot(self, pon: str, wanted: str) -> None:
        """See Olt."""
        ...

    def set_active(self, pon: str, wanted: str, active: bool) -> None:
        """See Olt."""
        ...


class SnmpOlt:
    """Olt over one maker's MIB. Optics are read of one ONU only, when asked: the OLT has to ask the ONU for them."""

    def __init__(self, mib: Mib, *, writable: bool, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._mib = mib
        self._clock = clock
        self.can: frozenset[Capability] = READS | WRITES if writable and mib.writes else READS

    def read(self, pon: str, serial: str) -> LineReading:
        """See Olt."""
        return self._mib.read(pon, serial, self._clock())

    def sweep(self) -> Sweep:
        """See Olt."""
        return self._mib.sweep(self._clock())

    def found(self) -> tuple[FoundOnu, ...]:
        """See Olt."""
        raise Refused("not_supported")

    def load(self, pon: str) -> PonLoad:
        """See Olt."""
        return self._mib.load(pon)

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
        self._need("reboot")
        self._mib.reboot(pon, serial)

    def set_active(self, pon: str, serial: str, active: bool) -> None:
        """See Olt."""
        self._need("active")
        self._mib.set_active(pon, serial, active)

    def close(self) -> None:
        """See Olt. There is nothing to close: SNMP has no connection."""

    def _need(self, capability: Capability) -> None:
        if capability not in self.can:
            raise Refused("not_supported")


def _connect(fields: Mapping[str, str], log: Log) -> SnmpOlt:
    session = SnmpSession(agent_of(fields), log)
    return SnmpOlt(_mib(fields, session), writable=session.writable)


def _mib(fields: Mapping[str, str], session: SnmpSession) -> Mib:
    maker = fields.get("maker", "")
    if maker == "huawei":
        try:
            return HuaweiMib(session, ZoneInfo(fields.get("zone") or "America/Sao_Paulo"))
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise Misconfigured("field", "zone is no time zone") from error
    if maker == "vsol":
        return VsolMib(session)
    if maker == "ufiber":
        return UfiberMib(session)
    raise Misconfigured("field", "maker: one of huawei, vsol, ufiber")


DRIVER = Driver(
    kind="snmp_olt",
    title="OLT por SNMP (Huawei, V-SOL, UFiber)",
    role="olt",
    fields=(
        Field("host", "Endereço da OLT"),
        Field("port", "Porta UDP", default="161"),
        Field("maker", "Fabricante", about="huawei, vsol ou ufiber"),
        Field("community", "Comunidade de leitura (v2c)", required=False, secret=True),
        Field(
            "write_community",
            "Comunidade de escrita (v2c)",
            required=False,
            secret=True,
            about="Só Huawei: sem ela, ninguém reinicia nem desativa ONU por SNMP.",
        ),
        Field("user", "Usuário (v3)", required=False, about="Preenchido, vale no lugar da comunidade."),
        Field("auth", "Autenticação (v3)", required=False, default="sha", about="md5, sha, sha256 ou sha512"),
        Field("auth_key", "Senha de autenticação (v3)", required=False, secret=True),
        Field("priv", "Cifra (v3)", required=False, default="aes", about="des, aes ou aes256"),
        Field("priv_key", "Senha da cifra (v3)", required=False, secret=True),
        Field("context", "Contexto (v3)", required=False),
        Field("write", "O usuário pode escrever (v3)", required=False, default="não", about="sim ou não"),
        Field("timeout", "Espera por tentativa, em segundos", required=False, default="2"),
        Field("retries", "Tentativas a mais", required=False, default="1"),
        Field("rows", "Linhas por pedido", required=False, default="25", about="Menos, se a OLT não responder."),
        Field("zone", "Fuso do relógio da OLT", required=False, default="America/Sao_Paulo"),
    ),
    connect=_connect,
)
