"""What the bot remembers between two messages of a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Dialogue:
    """`expect` is the answer that is waited for (empty: anything); `intent` is what is gone back to once it came.

    `document` is a typed CPF or CNPJ that is still to be proved. `contract` is the contract the conversation is about.
    `misses` counts messages in a row that were not understood. `intents` are those served so far, `learnt` the
    lines a person should read. `data` belongs to the running answer.
    """

    expect: str = ""
    intent: str = ""
    document: str = ""
    contract: str = ""
    misses: int = 0
    proof_failures: int = 0
    protocol_told: bool = False
    intents: tuple[str, ...] = ()
    learnt: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Dialogue:
        """From what was stored; fields of another version are left out rather than trusted."""
        known = {item.name for item in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        for name in ("intents", "learnt"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "intents": list(self.intents), "learnt": list(self.learnt), "data": dict(self.data)}
