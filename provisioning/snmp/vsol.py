"""V-SOL's MIB: EPON OLTs as recorded from a V1600D, and GPON OLTs (V1600G) as public templates describe them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from core.errors import Misconfigured, Refused
from core.onu_serial import onu_serial
from provisioning.olt import OnuSeen, PonLoad, Sweep
from provisioning.ports import DownCause, LineReading, OnuState
from provisioning.snmp.session import SnmpSession
from provisioning.snmp.values import Value, dbm_text, serial, text

IF_NAME = "1.3.6.1.2.1.2.2.1.2"
IF_STATE = "1.3.6.1.2.1.2.2.1.8"
VSOL = "1.3.6.1.4.1.37950.1.1"
EPON_NAME = f"{VSOL}.5.12.1.25.1.9"
EPON_TX = f"{VSOL}.5.12.2.1.8.1.6"
EPON_RX = f"{VSOL}.5.12.2.1.8.1.7"
GPON_PHASE = f"{VSOL}.6.1.1.1.1.5"
GPON_SERIAL = f"{VSOL}.6.1.1.2.1.5"
GPON_TX = f"{VSOL}.6.1.1.3.1.6"
GPON_RX = f"{VSOL}.6.1.1.3.1.7"

INTERFACE = re.compile(r"(?P<pon>[EG]PON\d+/(?P<port>\d+)):(?P<onu>\d+)")
# Of an interface: up, down, and "not present" or "layer below is down". All others tell nothing.
IF_STATES: Mapping[int, tuple[OnuState, DownCause]] = {
    1: ("online", ""),
    2: ("offline", "unknown"),
    6: ("offline", "unknown"),
    7: ("offline", "unknown"),
}
PHASES: Mapping[int, tuple[OnuState, DownCause]] = {
    1: ("los", "los"),
    3: ("online", ""),
    4: ("dying_gasp", "dying_gasp"),
    6: ("offline", "unknown"),
}


class VsolMib:
    """One V-SOL OLT. PONs are written `EPON0/1` or `GPON0/1`.

    An EPON OLT tells no serial: there `wanted` may be the ONU's name on the OLT, or `EPON0/1:5`.
    """

    def __init__(self, session: SnmpSession) -> None:
        self._session = session

    @property
    def writes(self) -> bool:
        """No column of this MIB is known well enough to be written to."""
        return False

    def sweep(self, now: datetime) -> Sweep:
        """See Olt. Raises Misconfigured where the agent is no V-SOL."""
        found = self._onus()
        if not found:
            raise Misconfigured("other_mib", "no ONU interface of a V-SOL")
        return Sweep(tuple(found.values()), now)

    def read(self, pon: str, wanted: str, now: datetime) -> LineReading:
        """See Olt. One ONU's optics; the OLT tells neither its cause on EPON nor its distance."""
        (port, onu), seen = self._find(pon, wanted)
        rx, tx = (EPON_RX, EPON_TX) if seen.pon.startswith("E") else (GPON_RX, GPON_TX)
        at = f"{port}.{onu}"
        got = self._session.get([f"{rx}.{at}", f"{tx}.{at}"])
        powers = (dbm_text(got.get(f"{column}.{at}")) for column in (rx, tx))
        rx_dbm, tx_dbm = (power if seen.state == "online" else None for power in powers)
        return LineReading(seen.state, rx_dbm, None, now, seen.cause, tx_dbm=tx_dbm, number=onu)

    def load(self, pon: str) -> PonLoad:
        """See Olt. Counts the ONU interfaces of the PON."""
        used = sum(onu.pon == pon for onu in self._onus().values())
        if not used:
            raise Refused("unknown_pon", pon)
        return PonLoad(used)

    def reboot(self, pon: str, wanted: str) -> None:
        """See Olt."""
        raise Refused("not_supported")

    def set_active(self, pon: str, wanted: str, active: bool) -> None:
        """See Olt."""
        raise Refused("not_supported")

    def _onus(self) -> dict[tuple[int, int], OnuSeen]:
        gpon = self._session.walk([GPON_PHASE, GPON_SERIAL])
        if gpon[GPON_PHASE]:
            return {
                (port, onu): _seen(f"GPON0/{port}", onu, gpon[GPON_SERIAL].get((port, onu)), PHASES, phase)
                for (port, onu), phase in gpon[GPON_PHASE].items()
            }
        names = self._session.walk([EPON_NAME])[EPON_NAME]
        interfaces = self._session.walk([IF_NAME, IF_STATE])
        found = {}
        for index, name in interfaces[IF_NAME].items():
            match = INTERFACE.fullmatch(text(name))
            if match:
                at = int(match["port"]), int(match["onu"])
                state = interfaces[IF_STATE].get(index)
                found[at] = _seen(match["pon"], at[1], names.get(at), IF_STATES, state)
        return found

    def _find(self, pon: str, wanted: str) -> tuple[tuple[int, int], OnuSeen]:
        onus = {at: onu for at, onu in self._onus().items() if onu.pon == pon}
        for at, onu in onus.items():
            if (onu.serial and onu.serial == onu_serial(wanted)) or wanted == f"{onu.pon}:{onu.number}":
                return at, onu
        names = self._session.walk([EPON_NAME])[EPON_NAME]
        for at, onu in onus.items():
            if text(names.get(at)).casefold() == wanted.casefold():
                return at, onu
        raise Refused("unknown_onu", wanted)


def _seen(
    pon: str,
    onu: int,
    name: Value | None,
    states: Mapping[int, tuple[OnuState, DownCause]],
    said: Value | None,
) -> OnuSeen:
    state, cause = states.get(said, ("unknown", "unknown")) if isinstance(said, int) else ("unknown", "unknown")
    return OnuSeen(pon, onu, serial(name), state, cause)
