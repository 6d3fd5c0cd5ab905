"""What provisioning asks of an OLT, in values and one Protocol that every driver and the simulated one keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from provisioning.ports import DownCause, LineReading, OnuState

Capability = Literal["read", "sweep", "found", "load", "config", "add", "remove", "reboot", "active"]


@dataclass(frozen=True)
class OnuSeen:
    """One ONU in a sweep of its OLT. `serial` is in the form of `core.onu_serial`, empty where the OLT tells none.

    `number` is the ONU's on its PON. `changed_at` is when the OLT says that the state began, None where it says
    nothing or its clock is plainly wrong. `cause` says why it is down, "" while it is online.
    """

    pon: str
    number: int | None
    serial: str
    state: OnuState
    cause: DownCause = ""
    changed_at: datetime | None = None
    rx_dbm: float | None = None


@dataclass(frozen=True)
class Sweep:
    """All ONUs of an OLT at `read_at`. `unread` names the PONs that could not be read: of those nothing is known."""

    onus: tuple[OnuSeen, ...]
    read_at: datetime
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class FoundOnu:
    """An ONU that hangs on a PON and is configured nowhere: the OLT's autofind list."""

    pon: str
    serial: str
    model: str = ""
    found_at: datetime | None = None


@dataclass(frozen=True)
class PonLoad:
    """How many ONUs are configured on a PON (online or not), and how many fit at most; None where no one says."""

    used: int
    limit: int | None = None


@dataclass(frozen=True)
class OnuOrder:
    """An ONU to configure, with everything from the provider's template filled in.

    `extra` holds what only one vendor's driver needs (gemport, traffic tables, ONU type), by name. With `restore` it
    was configured there just before, and need not be on the autofind list.
    """

    pon: str
    serial: str
    description: str
    vlan: int
    line_profile: str = ""
    service_profile: str = ""
    pppoe_login: str = ""
    pppoe_password: str = field(default="", repr=False)
    extra: Mapping[str, str] = field(default_factory=dict)
    restore: bool = False


@dataclass(frozen=True)
class OnuConfig:
    """What is configured of one ONU: enough to remove it cleanly and to put it back. Holds no secret."""

    pon: str
    serial: str
    number: int | None = None
    description: str = ""
    line_profile: str = ""
    service_profile: str = ""
    vlan: int | None = None
    active: bool = True
    extra: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """A dictionary that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> OnuConfig:
        """The configuration that `as_json` wrote; keys that it does not know are ignored."""
        return cls(**{name: stored[name] for name in cls.__dataclass_fields__ if name in stored})


class Olt(Protocol):
    """One OLT (or the system that manages it). `pon` is as the OLT writes it, `serial` as `core.onu_serial` writes it.

    Every method raises Unreachable when nobody answers (`ambiguous` when a change was already sent), Refused when the
    OLT said no (its words in `detail`) and Misconfigured when login or fields are wrong. Something outside of `can`
    raises Refused("not_supported"). A read changes nothing; a change may be called twice.
    """

    @property
    def can(self) -> frozenset[Capability]:
        """What this driver can do on this OLT."""
        ...

    def read(self, pon: str, serial: str) -> LineReading:
        """One ONU, on demand. Refused("unknown_onu") where the OLT knows no such ONU."""
        ...

    def sweep(self) -> Sweep:
        """The state of every configured ONU, without asking the ONUs themselves (no optics): cheap for the OLT."""
        ...

    def found(self) -> tuple[FoundOnu, ...]:
        """The autofind list."""
        ...

    def load(self, pon: str) -> PonLoad:
        """How full a PON is, counted on the OLT. Refused("unknown_pon") where it has no such PON."""
        ...

    def config(self, pon: str, serial: str) -> OnuConfig | None:
        """What is configured of this ONU, None where nothing is."""
        ...

    def add(self, order: OnuOrder) -> None:
        """Configures the ONU. Success is what the OLT confirmed, never the absence of an error.

        Refused("exists"), Refused("pon_full"), Refused("not_found") (not on the autofind list) or
        Refused("olt_refused").
        """
        ...

    def remove(self, pon: str, serial: str) -> None:
        """Deletes the ONU and what hangs on it. Nothing to delete is fine."""
        ...

    def reboot(self, pon: str, serial: str) -> None:
        """Restarts the ONU."""
        ...

    def set_active(self, pon: str, serial: str, active: bool) -> None:
        """Activates or deactivates the ONU; the configuration stays."""
        ...

    def close(self) -> None:
        """Ends the connection, if there is one. May be called twice."""
        ...
