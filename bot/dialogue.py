"""What the bot remembers between two messages of a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

_TUPLES = ("intents", "learnt", "pending", "unsure", "told")


@dataclass(frozen=True)
class Dialogue:
    """`expect` is the answer that is waited for (empty: anything); `intent` is what is gone back to once it came.

    `document` is a typed CPF or CNPJ that is still to be proved. `contract` is the contract the conversation is about.
    `misses` counts messages in a row that were not understood. `intents` are those served so far, `learnt` the
    lines a person should read. `pending` are the wishes that wait for their turn, in order (an intent, or `intent@ref`
    where it is about that contract); those that are also in `unsure` are asked back first. `told` names what is said
    only once in a conversation, and was. `guide` is a guided test (bot.guided), which other subjects do not end. `data`
    belongs to the running answer.
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
    pending: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    guide: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Dialogue:
        """From what was stored; fields of another version are left out rather than trusted."""
        known = {item.name for item in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        for name in _TUPLES:
            values[name] = tuple(values.get(name, ()))
        return cls(**values)

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        lists = {name: list(getattr(self, name)) for name in _TUPLES}
        return {**asdict(self), **lists, "guide": dict(self.guide), "data": dict(self.data)}


def intent_of(wish: str) -> str:
    """The intent of a waiting wish, without the contract that it may be about."""
    return wish.partition("@")[0]


def contract_of(wish: str) -> str:
    """The contract that a waiting wish is about, or nothing where that is open."""
    return wish.partition("@")[2]


def waiting(dialogue: Dialogue, sure: tuple[str, ...], unsure: tuple[str, ...] = ()) -> Dialogue:
    """The dialogue with these wishes in front of those that wait already; what was asked for twice waits once."""
    pending = tuple(dict.fromkeys((*sure, *unsure, *dialogue.pending)))
    doubted = {*unsure, *dialogue.unsure} - {*sure} - ({*dialogue.pending} - {*dialogue.unsure})
    return replace(dialogue, pending=pending, unsure=tuple(wish for wish in pending if wish in doubted))


def surely_waiting(dialogue: Dialogue) -> tuple[str, ...]:
    """What waits and need not be asked back first."""
    return tuple(wish for wish in dialogue.pending if wish not in dialogue.unsure)


def none_waiting(dialogue: Dialogue) -> Dialogue:
    """The dialogue with no question open and nothing that waits."""
    return replace(dialogue, expect="", intent="", misses=0, pending=(), unsure=(), data={})
