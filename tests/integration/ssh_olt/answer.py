"""What a pretended vendor's shell is to the terminal: a prompt, and an answer to every line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.integration.ssh_olt.plant import OltPlant


@dataclass(frozen=True)
class Answer:
    """Text, or a question whose yes leads to the text."""

    text: str = ""
    question: str = ""
    if_yes: Callable[[], Answer] = lambda: Answer()


class Vendor:
    """One connection's shell."""

    banner = ""
    pager = "--More--"
    unpager = "\r        \r"

    def __init__(self, plant: OltPlant) -> None:
        self.plant = plant
        self.mode = ""
        self.over = False

    @property
    def prompt(self) -> str:
        """What stands before the cursor now."""
        raise NotImplementedError

    def answer(self, line: str) -> Answer:
        """Obeys a line whose blanks are single."""
        raise NotImplementedError

    def leave(self) -> None:
        """The connection ended."""
