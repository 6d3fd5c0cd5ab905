"""What provisioning asks of equipment, in values and Protocols that every driver and every fake keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

OnuState = Literal["online", "los", "dying_gasp", "offline", "unknown"]
DownCause = Literal["", "los", "dying_gasp", "reset", "deactivated", "other", "unknown"]
Result = Literal["verified", "already", "refused", "pending", "failed", "unknown", "planned"]
Note = Callable[[str], None]


@dataclass(frozen=True)
class Target:
    """Whose service, and where it hangs: OLT, PON, CTO and the ONU's serial. Empty text where it is not known."""

    contract_ref: str
    pppoe_login: str
    olt: str = ""
    pon: str = ""
    cto: str = ""
    onu: str = ""

    def as_json(self) -> dict[str, Any]:
        """A dictionary that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Target:
        """The target that `as_json` wrote; keys that it does not know are ignored."""
        return cls(**{name: str(stored.get(name, "")) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Session:
    """A PPPoE session that accounting shows as open.

    `row` identifies it for us. `session_id` is the NAS's, which some NAS repeat or break: never trust it alone.
    """

    row: int
    login: str
    session_id: str
    nas_ip: str
    framed_ip: str
    started_at: datetime | None


@dataclass(frozen=True)
class AccessState:
    """What the access side says about a login at `read_at`.

    `known` is False for a login that the access side never heard of. `groups` come first-wins first. `last_accept`
    numbers the newest accepted authentication (None: not logged); `last_end` is when and why the last session ended.
    `reasons` says what holds the login back: "suspended" (for debt), "disabled" (it is let in no more), or nothing.
    """

    blocked: bool
    groups: tuple[str, ...]
    sessions: tuple[Session, ...]
    read_at: datetime
    known: bool = True
    last_accept: int | None = None
    last_end: tuple[datetime, str] | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class LineReading:
    """An ONU as its OLT sees it. `rx_dbm` is the power received by the ONU, `since` when the state began (or None).

    `olt_rx_dbm` is the power that the OLT receives from it, `tx_dbm` what the ONU sends; None for what the OLT does
    not tell or marks as no value. `number` is the ONU's on its PON, `macs` what was learnt behind it.
    """

    onu_state: OnuState
    rx_dbm: float | None
    since: datetime | None
    read_at: datetime
    down_cause: DownCause = ""
    olt_rx_dbm: float | None = None
    tx_dbm: float | None = None
    distance_m: int | None = None
    uptime_seconds: int | None = None
    number: int | None = None
    macs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How an action ended.

    `result`: verified (read back as wanted), already (it was so before), refused (a precondition), pending (accepted by
    a system that will do it later, if at all), failed (it is certainly not so), unknown (nobody can say). Only the
    first two may be told as done. `code` is stable, `facts` fit into JSON.
    """

    result: Result
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


class AccessControl(Protocol):
    """Blocks and releases logins. All methods raise core.errors.Failure when the equipment cannot be asked."""

    def state(self, login: str) -> AccessState:
        """What is so now. Changes nothing."""
        ...

    def set_blocked(self, login: str, blocked: bool, note: Note, *, doubtful: bool = False) -> Outcome:
        """Makes it so, for the stored state and for every open session, and reads it back. May be called twice.

        `note` gets a line for every step as it happens. `doubtful` says that an earlier try may have changed the
        stored state without reaching the sessions: then nothing is taken for granted. An Unreachable that is not
        `ambiguous` means that nothing was changed.
        """
        ...


class Listing(AccessControl, Protocol):
    """An AccessControl that can say of everybody at once who is held back."""

    def held_back(self) -> frozenset[str]:
        """The logins that are held back by our own means, in lower case. Raises Failure."""
        ...


class BulkAccess(AccessControl, Protocol):
    """An AccessControl that can do many logins in one go."""

    def set_blocked_many(
        self,
        logins: Sequence[str],
        blocked: bool,
        note: Callable[[str, str], None],
        *,
        doubtful: Set[str] = frozenset(),
    ) -> Iterator[Mapping[str, Outcome]]:
        """As `set_blocked` for each; yields after every round what was settled in it, maybe nothing.

        `note` gets the login and a line. `doubtful` are the logins of which an earlier try may have changed something.
        Raises as `set_blocked`: then nobody knows about the logins that were not yielded, if it is `ambiguous`.
        """
        ...


class Clock(Protocol):
    """Time for waiting: seconds that only grow, and a sleep."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
        ...

    def sleep(self, seconds: float) -> None:
        """Waits."""
        ...
