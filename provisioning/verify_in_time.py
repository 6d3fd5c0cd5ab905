"""Reads back what an action did, again and again until it reads as wanted or the action's time for it is over."""

from __future__ import annotations

from collections.abc import Callable

from provisioning.action import Action, Equipment, Order
from provisioning.ports import Outcome

PAUSE_SECONDS = 5.0
DONE = ("verified", "already")


def verify_in_time(
    action: Action, order: Order, tools: Equipment, outcome: Outcome, sleep: Callable[[float], None]
) -> Outcome:
    """The outcome that may be told. What was applied and does not read so yet gets the action's `verify_seconds` (none
    where it has none). Raises what `verify` raises."""
    left = float(getattr(action, "verify_seconds", 0))
    read = action.verify(order, tools, outcome)
    while outcome.result in DONE and read.result == "failed" and left > 0:
        sleep(PAUSE_SECONDS)
        left -= PAUSE_SECONDS
        read = action.verify(order, tools, outcome)
    return read
