"""Ubiquiti's UFiber MIB (EdgeOS): a table of ONUs whose index is the ONU's serial."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from core.errors import Misconfigured, Refused
from core.onu_serial import onu_serial
from provisioning.olt import OnuSeen, PonLoad, Sweep
from provisioning.ports import DownCause, LineReading, OnuState
from provisioning.snmp.session import Column, SnmpSession
from provisioning.snmp.values import Value, hundredths, serial

ONU = "1.3.6.1.4.1.41112.1.5.6.2.1"
SERIAL = f"{ONU}.1"
ONLINE = f"{ONU}.3"
PON = f"{ONU}.5"
TX = f"{ONU}.8"
RX = f"{ONU}.9"

STATES: Mapping[int, tuple[OnuState, DownCause]] = {1: ("online", ""), 2: ("offline", "unknown")}


class UfiberMib:
    """One UFiber OLT. A PON is its number; the OLT tells no number of an ONU and no cause."""

    def __init__(self, session: SnmpSession) -> None:
        self._session = session

    @property
    def writes(self) -> bool:
        """No column of this MIB is known well enough to be written to."""
        return False

    def sweep(self, now: datetime) -> Sweep:
        """See Olt. Raises Misconfigured where the agent has no such table."""
        found = self._session.walk([ONLINE, PON, SERIAL])
        if not found[ONLINE]:
            raise Misconfigured("other_mib", "no table of a UFiber")
        onus = (
            OnuSeen(str(found[PON].get(index, "")), None, self._serial(index, found[SERIAL]), *_state(said))
            for index, said in found[ONLINE].items()
        )
        return Sweep(tuple(onus), now)

    def read(self, pon: str, wanted: str, now: datetime) -> LineReading:
        """See Olt."""
        serials = self._session.walk([SERIAL])[SERIAL]
        index = next((at for at in serials if self._serial(at, serials) == onu_serial(wanted) != ""), None)
        if index is None:
            raise Refused("unknown_onu", wanted)
        at = ".".join(map(str, index))
        got = self._session.get([f"{column}.{at}" for column in (ONLINE, RX, TX)])
        state, cause = _state(got.get(f"{ONLINE}.{at}"))
        rx, tx = (hundredths(got.get(f"{column}.{at}")) if state == "online" else None for column in (RX, TX))
        return LineReading(state, rx, None, now, cause, tx_dbm=tx)

    def load(self, pon: str) -> PonLoad:
        """See Olt."""
        used = sum(str(value) == pon for value in self._session.walk([PON])[PON].values())
        if not used:
            raise Refused("unknown_pon", pon)
        return PonLoad(used)

    def reboot(self, pon: str, wanted: str) -> None:
        """See Olt."""
        raise Refused("not_supported")

    def set_active(self, pon: str, wanted: str, active: bool) -> None:
        """See Olt."""
        raise Refused("not_supported")

    def _serial(self, index: tuple[int, ...], serials: Column) -> str:
        """From its column, or from the index, which spells it with its length in front."""
        spelt = bytes(number for number in index[1:] if 0 < number < 128)
        return serial(serials.get(index)) or serial(spelt)


def _state(said: Value | None) -> tuple[OnuState, DownCause]:
    return STATES.get(said, ("unknown", "unknown")) if isinstance(said, int) else ("unknown", "unknown")
