"""One kind of work: who does it, how often it is tried, and what happens when it is given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _nothing(ref_id: int) -> None:
    """Nobody waits for this kind of work."""


@dataclass(frozen=True)
class Route:
    """`handle(ref_id)` may be called twice. `most_tries` (None: for ever) bounds failures; then comes `give_up`."""

    handle: Callable[[int], None]
    most_tries: int | None = None
    give_up: Callable[[int], None] = _nothing
