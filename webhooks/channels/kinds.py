"""The form of the tables of all that a channel can send: one row for each kind, with what it does and who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from webhooks.channels.ports import MediaRef
from webhooks.items import Item

P = TypeVar("P")


@dataclass(frozen=True)
class Content:
    """What a message holds, whoever sent it; the fields are those of `items.MessageArrived`."""

    kind: str
    text: str = ""
    reply_id: str = ""
    media: MediaRef | None = None
    details: dict[str, Any] = field(default_factory=dict)


def unsupported(raw: dict[str, Any]) -> Content:
    """A message that is there and cannot be read: shown as such."""
    return Content("unsupported", details={"type": str(raw.get("type") or "")[:60]})


@dataclass(frozen=True)
class Kind(Generic[P]):
    """A row. `where` is the part of the webhook and `name` the type in it; `*` stands for all that have no row.

    `read` makes the items, `content` reads what a message of this kind holds. `effect` and `seen` (what an agent sees)
    are for people; `answered` (whether the bot answers it) and `opens` (whether it may open a conversation) are for
    people and for the items alike.
    """

    where: str
    name: str
    read: Callable[[P, Kind[P]], list[Item]]
    effect: str
    seen: str = "—"
    answered: bool = False
    opens: bool = False
    content: Callable[[dict[str, Any]], Content] = unsupported


class Kinds(Generic[P]):
    """The table: finds the row of what came. There is one for everything."""

    def __init__(self, rows: Sequence[Kind[P]]) -> None:
        self._rows = tuple(rows)
        self._found = {(row.where, row.name): row for row in self._rows}
        if len(self._found) != len(self._rows):
            raise ValueError("two rows for one kind")

    def __iter__(self) -> Iterator[Kind[P]]:
        return iter(self._rows)

    def find(self, where: str, name: str) -> Kind[P]:
        """The row of exactly this, else of `name` without what follows its last dot, else of all others there, else
        of all others anywhere."""
        general = name.rpartition(".")[0]
        tries = ((where, name), (where, general), (where, "*"), ("*", "*"))
        return next(self._found[key] for key in tries if key in self._found)
