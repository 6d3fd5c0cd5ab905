"""The port to whatever turns a text into an intent."""

from __future__ import annotations

from typing import Protocol

from nlu.understanding import Understanding


class Parser(Protocol):
    """Turns one message into an Understanding; raises core.errors.Failure when it cannot. May be called twice."""

    def parse(self, text: str) -> Understanding:
        """The understanding of a text that has at least one letter or digit."""
        ...

    def ready(self) -> bool:
        """True when `parse` can be expected to work now; never raises."""
        ...
