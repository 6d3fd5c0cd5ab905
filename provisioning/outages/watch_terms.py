"""How somebody who waits for their line is told that it is back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

POLICY = "line_watch"


@dataclass(frozen=True)
class WatchTerms:
    """The policy `line_watch`. With `by_template` whoever asked to hear that the line is back is told in a template,
    which costs, once the 24 hours are over; without it only a note for people is left."""

    by_template: bool = False


def watch_terms_of(policies: Mapping[str, Any]) -> WatchTerms:
    """The terms; what is no yes is a no."""
    return WatchTerms((policies.get(POLICY) or {}).get("by_template") is True)
