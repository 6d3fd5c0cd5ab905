"""What a kind of file is: its columns, the table it goes into, what refuses a line, what hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from billing.importing.cells import Reader, Value

Row = dict[str, Value | None]
Shape = Literal["text", "cents", "phones", "email"]


@dataclass(frozen=True)
class Column:
    """A column of the file. `headers` are written plainly (no accents or capitals), the first is its name to people.

    `required`: a file without it is refused. `new`: a line that adds a row needs it. An empty cell tells nothing: what
    is there stays, and a new row gets the default of its table. `several`: more than one column of a file may give it.
    """

    name: str
    headers: tuple[str, ...]
    read: Reader
    sql: str = "text"
    required: bool = False
    new: bool = False
    several: bool = False


@dataclass(frozen=True)
class Stored:
    """A column of the table. `told` is what the line says (SQL over `s`, null where it says nothing), `default` what a
    new row gets then, `current` what the table says (SQL over `t`), for people under `label` and in its `shape`.

    `written` is False for what `after` writes. `fixed` is set once, with the row.
    """

    name: str
    label: str
    told: str
    default: str
    current: str = ""
    shape: Shape = "text"
    written: bool = True
    fixed: bool = False


@dataclass(frozen=True)
class Check:
    """A reason to refuse a line: SQL over the staged line `s`, the row `t` that it names (or none) and `joins`."""

    field: str
    reason: str
    when: str


@dataclass(frozen=True)
class Kind:
    """One kind of file. `find` is the condition under which a row `t` of `table` is that of the line `s`; `joins` what
    else its statements need. `names` gives what only one line of a file may say, with its header. `complete` looks at
    a whole line, may fill in what follows from it and raise LineUnfit.

    `lock` keeps the rows that are read from changing until they are written; `after` is done with `staged` then, and
    `follow` last, with the ids of the rows that are new.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    table: str
    find: str
    stored: tuple[Stored, ...]
    names: Callable[[Row], dict[str, Value | None]]
    joins: str = ""
    checks: tuple[Check, ...] = ()
    lock: str = ""
    after: tuple[str, ...] = ()
    follow: Callable[[Session, Collection[int]], None] | None = None
    complete: Callable[[Row], None] = lambda row: None


class LineUnfit(ValueError):
    """The line as a whole cannot be taken: the column (for people) and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
