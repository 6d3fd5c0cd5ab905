"""Several devices that block and release: each login belongs to the one that knows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from core.errors import Failure
from provisioning.ports import AccessControl, AccessState, Listing, Note, Outcome


class AnyAccess:
    """AccessControl over several, asked in turn.

    A device that does not answer may be the one that knows the login: what none of the others knows is then said to be
    unreachable, never unknown.
    """

    def __init__(self, sides: Sequence[AccessControl]) -> None:
        """At least one."""
        self._sides = sides

    def state(self, login: str) -> AccessState:
        """What the device that knows the login says; raises Failure where none does and one did not answer."""
        return self._who_knows(login)[1]

    def set_blocked(self, login: str, blocked: bool, note: Note, *, doubtful: bool = False) -> Outcome:
        """See AccessControl: at the device that knows the login."""
        side, _ = self._who_knows(login)
        return side.set_blocked(login, blocked, note, doubtful=doubtful)

    def _who_knows(self, login: str) -> tuple[AccessControl, AccessState]:
        silent: Failure | None = None
        found: tuple[AccessControl, AccessState] | None = None
        for side in self._sides:
            try:
                found = side, side.state(login)
            except Failure as failure:
                silent = silent or failure
                continue
            if found[1].known:
                return found
        if silent is not None or found is None:
            raise silent or ValueError("no access side")
        return found


class AnyListing(AnyAccess):
    """The same of devices that can all list whom they hold back; together they are a Listing."""

    def __init__(self, sides: Sequence[Listing]) -> None:
        super().__init__(sides)
        self._lists = sides

    def held_back(self) -> frozenset[str]:
        """See Listing. Raises Failure where one does not answer: without it nobody can say who is not held back."""
        return frozenset().union(*(side.held_back() for side in self._lists))


def one_of(sides: Sequence[AccessControl]) -> AccessControl | None:
    """The devices as one, a Listing where each is one; None without any."""
    if len(sides) < 2:
        return next(iter(sides), None)
    lists = [side for side in map(listing_of, sides) if side]
    return AnyListing(lists) if len(lists) == len(sides) else AnyAccess(sides)


def listing_of(side: AccessControl | None) -> Listing | None:
    """The same as a Listing, where it is one. It is asked for its method: a device behind its health has no class that
    tells."""
    return cast(Listing, side) if callable(getattr(side, "held_back", None)) else None
