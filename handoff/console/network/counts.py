"""How many lines of a place are in which state, and what that makes of the place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STATES = {
    "online": "online",
    "los": "sem luz",
    "power": "sem energia",
    "off": "desligada",
    "unread": "não lida",
}
TROUBLED_SHARE = 0.3


def in_words(state: str, number: int) -> str:
    """`não lida`, `não lidas`."""
    return f"{STATES[state]}s" if number != 1 and state in ("off", "unread") else STATES[state]


@dataclass(frozen=True)
class Counts:
    """How many lines are in which of STATES."""

    by_state: Mapping[str, int]

    @property
    def total(self) -> int:
        """All lines."""
        return sum(self.by_state.values())

    @property
    def down(self) -> int:
        """Those that were read and are not online."""
        return sum(self.by_state.get(state, 0) for state in ("los", "power", "off"))

    @property
    def troubled(self) -> bool:
        """So many are down that somebody should look: not the single customer who switched off at night."""
        read = self.total - self.by_state.get("unread", 0)
        return self.down > 0 and self.down >= TROUBLED_SHARE * read

    @property
    def look(self) -> str:
        """The state that colours the place: its worst when it is troubled, else online, or unread when nothing is."""
        if self.troubled:
            return max(("los", "power", "off"), key=lambda state: self.by_state.get(state, 0))
        return "online" if self.by_state.get("online") else "unread"

    @property
    def words(self) -> str:
        """`47 online, 1 sem luz`."""
        said = [f"{number} {in_words(state, number)}" for state in STATES if (number := self.by_state.get(state, 0))]
        return ", ".join(said) or "nenhum contrato"

    @property
    def said(self) -> list[tuple[str, int, str]]:
        """(state, number, words) of each state that there is; online always."""
        there = [state for state in STATES if self.by_state.get(state) or state == "online"]
        return [(state, self.by_state.get(state, 0), in_words(state, self.by_state.get(state, 0))) for state in there]

    @property
    def spans(self) -> list[tuple[str, float, float]]:
        """(state, start, width) of each part of a bar that is 100 wide."""
        start, found = 0.0, []
        for state in STATES:
            width = 100 * self.by_state.get(state, 0) / max(self.total, 1)
            if width:
                found.append((state, round(start, 2), round(width, 2)))
            start += width
        return found
