"""The report of the lines that stayed out: a CSV file beside the import's, for whoever mends them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TextIO

from billing.formula import harmless
from billing.importing.sheet import Refusal


class RefusedLines:
    """Writes `<file>.recusadas.csv` line by line; without a refusal there is no file, and an older one goes away.

    It names lines, columns and reasons and repeats nothing of the cells. Raises OSError where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}.recusadas.csv")
        self.count = 0

    def __enter__(self) -> RefusedLines:
        self._file = self.path.open("w", encoding="utf-8-sig", newline="")
        self._add = refusal_writer(self._file)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        if not self.count:
            self.path.unlink()

    def add(self, refusal: Refusal) -> None:
        """One line more."""
        self.count += 1
        self._add(refusal)


def refusal_writer(file: TextIO) -> Callable[[Refusal], None]:
    """Writes the headers of the report; what it returns writes a line. A spreadsheet runs nothing of either."""
    writer = csv.writer(file, delimiter=";")
    writer.writerow(("linha", "campo", "motivo"))
    return lambda one: writer.writerow((one.line, harmless(one.field), one.reason))
