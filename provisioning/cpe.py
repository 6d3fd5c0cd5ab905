"""What provisioning asks of a customer's router through an ACS (TR-069), in values and one Protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from provisioning.ports import Outcome


@dataclass(frozen=True)
class Wifi:
    """One Wi-Fi network. `key` names it for the ACS, `band` is "2.4" or "5" (GHz) or "" where it does not say.

    `channel` 0 is automatic, None unknown. Routers do not tell their password: `password` is empty when read.
    """

    key: str
    ssid: str
    band: str = ""
    channel: int | None = None
    enabled: bool = True
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Host:
    """A device in the customer's home network. Its MAC is masked except for the maker's half."""

    name: str
    mac: str
    ip: str
    active: bool
    wifi: bool | None = None


@dataclass(frozen=True)
class CpeState:
    """A router as the ACS knows it. `informed_at` is when it last spoke to the ACS: its values are as old as that."""

    device: str
    model: str
    firmware: str
    informed_at: datetime | None
    uptime_seconds: int | None
    wifi: tuple[Wifi, ...]
    hosts: tuple[Host, ...]
    read_at: datetime


@dataclass(frozen=True)
class WifiWish:
    """What a customer wants changed on the networks of `bands` ("" = all): None or "" leaves it as it is."""

    ssid: str = ""
    password: str = field(default="", repr=False)
    channel: int | None = None
    bands: tuple[str, ...] = ()


class Cpe(Protocol):
    """One ACS. All methods raise Unreachable, Refused or Misconfigured; a change is read back before it counts.

    A task that the ACS only queued (router offline) is deleted again: Outcome refused/"device_offline". Where it could
    not be deleted the outcome is pending/"task_queued": it may still happen, any day.
    """

    def find(self, login: str, serial: str) -> str:
        """The router's id at the ACS, by PPPoE login or by the ONU's serial. Refused("unknown_cpe") where none is."""
        ...

    def state(self, device: str) -> CpeState:
        """What the ACS knows, refreshed from the router where that answers within seconds."""
        ...

    def set_wifi(self, device: str, wish: WifiWish) -> Outcome:
        """Changes name, password or channel, and reads back what can be read."""
        ...

    def reboot(self, device: str) -> Outcome:
        """Restarts the router."""
        ...

    def close(self) -> None:
        """Ends the connection, if there is one. May be called twice."""
        ...
