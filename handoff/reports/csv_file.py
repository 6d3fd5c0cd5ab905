"""A report as a file that Excel opens in Brazil: semicolons, decimal commas, UTF-8 with its mark, nothing to run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from billing.formula import harmless
from handoff.reports.lines import Line

BOM = "\ufeff"
HEAD = ("seção", "medida", "de quem", "nome", "figura", "valor")


def csv_of(lines: Iterable[Line]) -> bytes:
    """The file. A name that a spreadsheet would take for a formula is marked as text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEAD)
    for line in lines:
        words = (line.section, line.measure, line.whose, line.name, line.figure)
        writer.writerow([*(harmless(word) for word in words), number(line.value)])
    return (BOM + out.getvalue()).encode()


def number(value: float) -> str:
    """A number with a decimal comma, and no more than one place."""
    return f"{round(value, 1):g}".replace(".", ",") if abs(value) < 100_000 else f"{value:.0f}"
