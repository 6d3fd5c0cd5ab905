"""What a decision stops at: a fact to fetch, a source that is away, a proof of who writes, a contract to choose."""

from __future__ import annotations

from billing.records import Contract


class Missing(Exception):
    """The decision needs this fact; it is made again once the fact is there."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class SourceDown(Exception):
    """The system that knows this fact cannot tell it now. `away`: it only does not answer, and will again."""

    def __init__(self, key: str, *, away: bool = False) -> None:
        super().__init__(key)
        self.key = key
        self.away = away


class NeedsIdentity(Exception):
    """The answer concerns a customer, and it is not proved yet who writes."""


class NeedsChoice(Exception):
    """The answer concerns one contract, and there are several."""

    def __init__(self, contracts: tuple[Contract, ...]) -> None:
        super().__init__("choice")
        self.contracts = contracts
