"""What hangs on the OLT: PONs with their limits, configured ONUs, and those that nobody configured yet."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


class PlantRefused(Exception):
    """The OLT says no: "exists", "full", "unknown" or "number"."""


@dataclass
class Onu:
    """One configured ONU. `state` is online or offline, `cause` a `DownCause`; `services` is {index: (vlan, gem)}."""

    serial: str
    number: int
    state: str = "online"
    cause: str = ""
    description: str = ""
    line_profile: str = ""
    service_profile: str = ""
    active: bool = True
    changed_at: str = "2026-11-20 10:00:00"
    rx_dbm: float = -19.4
    olt_rx_dbm: float = -21.55
    tx_dbm: float = 2.3
    distance_m: int = 1710
    macs: tuple[str, ...] = ("0026-73f9-5a63",)
    services: dict[int, tuple[int, int]] = field(default_factory=dict)
    reboots: int = 0
    login: str = ""


class OltPlant:
    """The truth that all connections share. `limit` is how many ONUs fit on one PON.

    `broken` names PONs whose queries fail. `waiting` are (pon, serial, model) on the autofind list. `most` is the
    largest number of ONUs that ever stood on one PON, to see a limit that was passed in between.
    """

    def __init__(self, pons: tuple[str, ...] = ("0/1/0", "0/1/1"), limit: int = 128) -> None:
        self.lock = threading.RLock()
        self.limit = limit
        self.pons: dict[str, dict[int, Onu]] = {pon: {} for pon in pons}
        self.waiting: list[tuple[str, str, str]] = []
        self.broken: set[str] = set()
        self.most = 0
        self._next_service = 100

    def wait(self, pon: str, serial: str, model: str = "EG8145X6-10") -> None:
        """An ONU that nobody configured appears."""
        self.waiting.append((pon, serial, model))

    def add(self, pon: str, serial: str, number: int | None = None, first: int = 0) -> Onu:
        """Configures an ONU, on the first free number unless one is given. Raises PlantRefused."""
        with self.lock:
            onus = self.pons.get(pon)
            if onus is None:
                raise PlantRefused("unknown")
            if self.find(serial):
                raise PlantRefused("exists")
            if number is not None and number in onus:
                raise PlantRefused("number")
            if len(onus) >= self.limit:
                raise PlantRefused("full")
            if number is None:
                number = next(n for n in range(first, first + 256) if n not in onus)
            onus[number] = Onu(serial, number)
            self.waiting = [item for item in self.waiting if item[1] != serial]
            self.most = max(self.most, len(onus))
            return onus[number]

    def find(self, serial: str) -> tuple[str, Onu] | None:
        """Where a serial is configured."""
        with self.lock:
            for pon, onus in self.pons.items():
                for onu in onus.values():
                    if onu.serial == serial:
                        return pon, onu
        return None

    def onu(self, pon: str, number: int) -> Onu:
        """The ONU of this number. Raises PlantRefused("unknown")."""
        onu = self.pons.get(pon, {}).get(number)
        if onu is None:
            raise PlantRefused("unknown")
        return onu

    def serve(self, onu: Onu, vlan: int, gem: int) -> int:
        """Gives the ONU a service port and returns its index."""
        with self.lock:
            self._next_service += 1
            onu.services[self._next_service] = (vlan, gem)
            return self._next_service

    def unserve(self, index: int) -> bool:
        """Takes a service port away; False where there is none."""
        with self.lock:
            for onus in self.pons.values():
                for onu in onus.values():
                    if onu.services.pop(index, None):
                        return True
        return False

    def switch(self, onu: Onu, active: bool) -> None:
        """Activates or deactivates."""
        onu.active = active
        onu.state, onu.cause = ("online", "") if active else ("offline", "deactivated")
