"""A batch of read lines beside the tables: compared in one statement, refused with a reason, written in a few."""

# Statements are put together from the kinds of this package; what a file says only goes in as copied values.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.importing.kind import Check, Kind, Row, Shape, Stored
from billing.importing.sheet import Refusal


@dataclass(frozen=True)
class Change:
    """One field of a known row that a line would change, as text of its `shape`. Holds personal data."""

    line: int
    label: str
    shape: Shape
    before: str
    after: str


class Stage:
    """The temporary table of one batch, in one transaction. `zone` is the provider's, for days that become moments."""

    def __init__(self, session: Session, kind: Kind, zone: str) -> None:
        self._session = session
        self._kind = kind
        self._zone = zone
        missing = (
            Check(column.headers[0], "está vazio, e a linha é nova", f"t.id IS NULL AND s.{column.name} IS NULL")
            for column in kind.columns
            if column.new
        )
        self._checks = (*kind.checks, *missing)

    def fill(self, lines: Iterable[tuple[int, Row]]) -> None:
        """Copies the lines in."""
        names = [column.name for column in self._kind.columns]
        columns = ", ".join(f"{column.name} {column.sql}" for column in self._kind.columns)
        self._do(
            f"CREATE TEMP TABLE staged (line int, {columns}, id int, target int, state text, problem int)"
            " ON COMMIT DROP"
        )
        raw: Any = self._session.connection().connection.driver_connection
        with raw.cursor() as cursor, cursor.copy(f"COPY staged (line, {', '.join(names)}) FROM STDIN") as copy:
            for line, row in lines:
                copy.write_row((line, *(row[name] for name in names)))
        self._do("ANALYZE staged")

    def compare(self) -> tuple[dict[str, int], list[Refusal]]:
        """How many lines are new, changed and the same; and those that what is in the tables refuses."""
        changed = " OR ".join(f"({_differs(stored)})" for stored in self._kind.stored if not stored.fixed) or "false"
        problems = " ".join(f"WHEN {check.when} THEN {number}" for number, check in enumerate(self._checks))
        self._do(
            "UPDATE staged SET target = f.target, state = f.state, problem = f.problem FROM (SELECT s.line, t.id AS"
            f" target, CASE {problems} END AS problem,"
            f" CASE WHEN t.id IS NULL THEN 'new' WHEN {changed} THEN 'changed' ELSE 'same' END AS state"
            f" {self._lines()}) f WHERE f.line = staged.line"
        )
        refused = [
            Refusal(line, self._checks[problem].field, self._checks[problem].reason)
            for line, problem in self._do("DELETE FROM staged WHERE problem IS NOT NULL RETURNING line, problem")
        ]
        return {state: count for state, count in self._do("SELECT state, count(*) FROM staged GROUP BY state")}, refused

    def changes(self, most_lines: int) -> list[Change]:
        """Field by field what the first lines that change something would change."""
        compared = [stored for stored in self._kind.stored if not stored.fixed]
        if not compared or most_lines < 1:
            return []
        pairs = ", ".join(
            f"CASE WHEN {_differs(stored)}"
            f" THEN ARRAY[coalesce(({_current(stored)})::text, ''), ({stored.told})::text] END"
            for stored in compared
        )
        rows = self._do(
            f"SELECT s.line, {pairs} {self._lines()} WHERE s.state = 'changed' ORDER BY s.line LIMIT {most_lines}"
        )
        return [
            Change(line, stored.label, stored.shape, *pair)
            for line, *found in rows
            for stored, pair in zip(compared, found, strict=True)
            if pair
        ]

    def lock(self) -> None:
        """Keeps what is compared from being changed by others until this transaction ends."""
        self._do(
            self._kind.lock
            or f"SELECT FROM {self._kind.table} t WHERE EXISTS (SELECT FROM staged s WHERE {self._kind.find})"
            " ORDER BY t.id FOR UPDATE"
        )

    def write(self) -> None:
        """Writes what `compare` found new or changed."""
        kind = self._kind
        written = [stored for stored in kind.stored if stored.written]
        self._do(
            "UPDATE staged SET id = o.id FROM"
            f" (SELECT line, nextval(pg_get_serial_sequence('{kind.table}', 'id')) AS id"
            " FROM (SELECT line FROM staged WHERE state = 'new' ORDER BY line) n) o WHERE o.line = staged.line"
        )
        sets = ", ".join(f"{one.name} = coalesce({one.told}, t.{one.name})" for one in written if not one.fixed)
        if sets:
            self._do(
                f"UPDATE {kind.table} t SET {sets} FROM staged s{kind.joins}"
                " WHERE t.id = s.target AND s.state = 'changed'"
            )
        values = ", ".join(f"coalesce({one.told}, {one.default})" for one in written)
        self._do(
            f"INSERT INTO {kind.table} (id, {', '.join(one.name for one in written)})"
            f" SELECT s.id, {values} FROM staged s LEFT JOIN {kind.table} t ON t.id = s.target{kind.joins}"
            " WHERE s.state = 'new' ORDER BY s.line"
        )
        self._do("UPDATE staged SET target = id WHERE state = 'new'")
        for statement in kind.after:
            self._do(statement)
        if kind.follow is not None:
            new = [id_ for (id_,) in self._do("SELECT id FROM staged WHERE state = 'new'")]
            kind.follow(self._session, new)

    def _lines(self) -> str:
        return f"FROM staged s LEFT JOIN {self._kind.table} t ON {self._kind.find}{self._kind.joins}"

    def _do(self, statement: str) -> Any:
        found: Any = self._session.execute(text(statement), {"zone": self._zone} if ":zone" in statement else {})
        return found.all() if found.returns_rows else []


def _current(stored: Stored) -> str:
    return stored.current or f"t.{stored.name}"


def _differs(stored: Stored) -> str:
    return f"({stored.told}) IS NOT NULL AND ({stored.told}) IS DISTINCT FROM ({_current(stored)})"
