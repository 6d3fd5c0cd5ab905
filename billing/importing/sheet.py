"""The headers of a file as columns of its kind, and its lines as rows: read, or refused with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from billing.importing.cells import LONGEST_CELL, Unfit, plain
from billing.importing.kind import Column, Kind, LineUnfit, Row
from billing.importing.table import FileUnfit, Record


@dataclass(frozen=True)
class Refusal:
    """A line that does not go in: where it begins in the file, the column as the file calls it, and why.

    Holds nothing of what the cell says.
    """

    line: int
    field: str
    reason: str


class Sheet:
    """A file's columns. Raises FileUnfit where headers are missing or named twice."""

    def __init__(self, kind: Kind, headers: Sequence[str]) -> None:
        self._kind = kind
        self._headers = tuple(" ".join(header.split())[:60] for header in headers)
        known = {name: column for column in kind.columns for name in column.headers}
        self._columns = tuple(known.get(plain(header)) for header in headers)
        self._forbid_doubles()
        missing = [c.headers[0] for c in kind.columns if c.required and c not in self._columns]
        if missing:
            raise FileUnfit(f"falta a coluna {', '.join(missing)}")

    @property
    def ignored(self) -> tuple[str, ...]:
        """The headers that mean nothing to this kind of file: shown, so that a mistyped one is noticed."""
        return tuple(header for header, column in zip(self._headers, self._columns, strict=True) if column is None)

    def row(self, record: Record) -> Row | Refusal:
        """The line as values by column name, None where it tells nothing; or the first thing that is wrong with it."""
        if record.problem:
            return Refusal(record.line, "", record.problem)
        if len(record.cells) > len(self._columns) and any(record.cells[len(self._columns) :]):
            return Refusal(record.line, "", "tem mais células do que cabeçalhos (separador dentro de um texto?)")
        row: Row = {column.name: None for column in self._kind.columns}
        for header, column, cell in zip(self._headers, self._columns, record.cells, strict=False):
            if column is None or not cell:
                continue
            try:
                _put(row, column, cell)
            except Unfit as unfit:
                return Refusal(record.line, header, str(unfit))
        return self._whole(record.line, row)

    def _whole(self, line: int, row: Row) -> Row | Refusal:
        for column in self._kind.columns:
            if column.required and row[column.name] is None:
                return Refusal(line, column.headers[0], "está vazio")
        try:
            self._kind.complete(row)
        except LineUnfit as unfit:
            return Refusal(line, unfit.field, unfit.reason)
        return row

    def _forbid_doubles(self) -> None:
        for column in self._kind.columns:
            named = [header for header, found in zip(self._headers, self._columns, strict=True) if found is column]
            if len(named) > 1 and not column.several:
                raise FileUnfit(f"colunas repetidas: {', '.join(named)}")


def _put(row: Row, column: Column, cell: str) -> None:
    if len(cell) > LONGEST_CELL:
        raise Unfit(f"tem mais de {LONGEST_CELL} caracteres")
    value = column.read(cell)
    before = row[column.name]
    # Only phones come from several columns: one list of them, each once.
    row[column.name] = value if before is None else " ".join(sorted({*str(before).split(), *str(value).split()}))
