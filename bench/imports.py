"""`python -m bench imports`: rows a second that go in from a file, new, the same again, and previewed."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.outages import database
from billing.importing.kinds import kinds
from billing.importing.run import Import, run_import
from billing.importing.table import survey
from core.db import Database

ROWS = 10_000
BAD = 37
_BASE = {
    "plans": "plano;valor\nFibra 600;119,90\n",
    "customers": "nome;cpf\nBruno Lima;111.444.777-35\n",
    "contracts": "contrato;cpf;plano;endereço\n1002;111.444.777-35;Fibra 600;Rua do Sol, 22\n",
}


def main(arguments: list[str]) -> int:
    """Prints seconds and rows a second for invoices, of which 37 lines are wrong."""
    with database() as db, tempfile.TemporaryDirectory() as folder:
        for kind, content in _BASE.items():
            path = Path(folder) / f"{kind}.csv"
            path.write_text(content, encoding="utf-8")
            _run(db, kind, path, apply=True)
        path = Path(folder) / "invoices.csv"
        _write(path)
        for name, apply in (("previewed", False), ("new", True), ("the same again", True)):
            began = time.perf_counter()
            counts = _run(db, "invoices", path, apply=apply)
            spent = time.perf_counter() - began
            print(f"import of {ROWS} invoices, {name:<15}{spent:6.2f} s {ROWS / spent:9.0f} rows/s  {counts}")
    return 0


def _write(path: Path) -> None:
    wrong = {number * (ROWS // (BAD + 1)) for number in range(1, BAD + 1)}
    with path.open("w", encoding="utf-8") as file:
        file.write("fatura;contrato;valor;vencimento;descrição\n")
        for number in range(ROWS):
            amount = "x" if number in wrong else f"1.{number % 1000:03d},90"
            file.write(f"F{number};1002;{amount};{number % 28 + 1:02d}/12/2026;Mensalidade\n")


def _run(db: Database, kind: str, path: Path, *, apply: bool) -> dict[str, int]:
    job = Import(db, kinds()[kind], path, survey(path), "bench", apply, lambda read: None, lambda refusal: None)
    return run_import(job).counts
