"""What an action on the network is: plan (reads only), apply, verify (reads back); and what it works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from core.errors import Refused
from provisioning.cpe import Cpe
from provisioning.olt import Olt
from provisioning.ports import AccessControl, Note, Outcome, Target

RELEASE_SIGNAL = "release_signal"
BLOCK_SIGNAL = "block_signal"
DIAGNOSE = "diagnose"
REBOOT_ONU = "reboot_onu"
ACTIVATE_ONU = "activate_onu"
DEACTIVATE_ONU = "deactivate_onu"
PROVISION_ONU = "provision_onu"
DEPROVISION_ONU = "deprovision_onu"
REPLACE_ONU = "replace_onu"
SET_WIFI = "set_wifi"
REBOOT_CPE = "reboot_cpe"
LIST_FOUND = "list_found"
CHANGES = frozenset(
    {
        *(RELEASE_SIGNAL, BLOCK_SIGNAL, REBOOT_ONU, ACTIVATE_ONU, DEACTIVATE_ONU),
        *(PROVISION_ONU, DEPROVISION_ONU, REPLACE_ONU, SET_WIFI, REBOOT_CPE),
    }
)
"""Those that change something; the others only read."""


@dataclass(frozen=True)
class Order:
    """What a job asks for: whose line, and the action's arguments.

    `secrets` (passwords) stand in no log, plan or fact. `doubtful` says that an earlier try may have got half-way:
    then nothing is taken for granted.
    """

    target: Target
    arguments: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    doubtful: bool = False


@dataclass(frozen=True)
class Equipment:
    """What an action may touch.

    `olt` and `cpe` lock the device (by name) while the block lasts, keep its pace, note what is said to it, and raise
    Refused("no_driver") where nobody configured it, Unreachable("busy") where somebody else has it, and
    Unreachable("circuit_open") where it did not answer just before. `promised` takes OLT and PON, and says which
    serials approved orders that come before this one are about to put there.
    """

    access: AccessControl | None
    olt: Callable[[str], AbstractContextManager[Olt]]
    cpe: Callable[[], AbstractContextManager[Cpe]]
    promised: Callable[[str, str], tuple[str, ...]] = lambda olt, pon: ()

    def need_access(self) -> AccessControl:
        """The access side. Raises Refused("no_driver") where there is none."""
        if self.access is None:
            raise Refused("no_driver")
        return self.access


@dataclass(frozen=True)
class Plan:
    """What would be done: `diff` is {name: [before, after]}, fit for JSON and free of secrets. With an `outcome` there
    is nothing left to do. `keep` is written into the job's facts before anything is changed, so that what is needed to
    undo survives a crash and a lost answer."""

    diff: Mapping[str, list[Any]] = field(default_factory=dict)
    outcome: Outcome | None = None
    keep: Mapping[str, Any] = field(default_factory=dict)


class Action(Protocol):
    """All three raise core.errors.Failure when the equipment cannot be asked, and may be called twice.

    `title` is Portuguese, for people. `changes` says whether it writes; `role` which kind of device it needs.
    """

    @property
    def name(self) -> str:
        """Stable; what a job's `action` holds."""
        ...

    @property
    def title(self) -> str:
        """For people, in Portuguese."""
        ...

    @property
    def changes(self) -> bool:
        """Whether it writes to the network."""
        ...

    @property
    def role(self) -> Literal["access", "olt", "acs", "any"]:
        """Which equipment it cannot do without."""
        ...

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """Reads, and says what would change. Changes nothing."""
        ...

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """Makes it so."""
        ...

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """Reads once more, after everything, and returns the outcome that may be told."""
        ...
