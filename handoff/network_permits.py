"""Who may see and do what on the network: one table of deeds and of the people who may do them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from handoff.access import Attendant
from handoff.queues import N2, N3

Kind = Literal["agent", "technical", "technician", "supervisor", "admin"]
Deed = Literal[
    "network.see",
    "line.diagnose",
    "line.release",
    "line.reboot",
    "line.block",
    "line.wifi",
    "job.decide",
    "batch.run",
    "incident.handle",
    "onu.ask",
    "onu.remove",
    "device.change",
]

_OFFICE: frozenset[Kind] = frozenset({"supervisor", "admin"})
_DESK: frozenset[Kind] = _OFFICE | {"agent", "technical"}

PERMITS: Mapping[Deed, frozenset[Kind]] = {
    "network.see": _OFFICE | {"technical"},
    "line.diagnose": _DESK,
    "line.release": _DESK,
    "line.reboot": _DESK,
    "line.block": _OFFICE,
    "line.wifi": _DESK,
    "job.decide": _OFFICE,
    "batch.run": _OFFICE,
    "incident.handle": _OFFICE,
    "onu.ask": _OFFICE | {"technician"},
    "onu.remove": _OFFICE,
    "device.change": frozenset({"admin"}),
}
"""`line.*` is meant in a conversation that the person may see; `job.decide` is approving and cancelling."""


def kind_of(who: Attendant) -> Kind | None:
    """Their role; agents of the queues N2 and N3 are `technical`. None for a role that nobody knows."""
    if who.role == "agent":
        return "technical" if who.queues & {N2, N3} else "agent"
    kinds: dict[str, Kind] = {"technician": "technician", "supervisor": "supervisor", "admin": "admin"}
    return kinds.get(who.role)


def may(who: Attendant, deed: Deed) -> bool:
    """Whether they may."""
    return kind_of(who) in PERMITS[deed]
