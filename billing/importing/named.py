"""Which names the lines of a file have said already: on disk, so that a giant file needs no more memory."""

from __future__ import annotations

import sqlite3
from types import TracebackType

from billing.importing.kind import Kind, Row
from billing.importing.sheet import Refusal


class Named:
    """The names of one file. Its temporary file is gone at the end of the block."""

    def __enter__(self) -> Named:
        self._told = sqlite3.connect("")
        self._told.execute("CREATE TABLE told (name TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._told.close()

    def doubled(self, kind: Kind, line: int, row: Row) -> Refusal | None:
        """The refusal of a line that names what an earlier line named; otherwise its names are remembered."""
        names = {field: f"{field} {value}" for field, value in kind.names(row).items() if value is not None}
        for field, name in names.items():
            found = self._told.execute("SELECT line FROM told WHERE name = ?", (name,)).fetchone()
            if found:
                return Refusal(line, field, f"repete a linha {found[0]}")
        self._told.executemany("INSERT INTO told VALUES (?, ?)", [(name, line) for name in names.values()])
        return None
