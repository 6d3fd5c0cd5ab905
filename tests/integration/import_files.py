"""Writes files as providers send them, and imports them as the command does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from billing.importing.kinds import kinds
from billing.importing.run import Import, Outcome, run_import
from billing.importing.sheet import Refusal
from billing.importing.table import survey
from core.db import Database

CUSTOMERS = """Nome;CPF/CNPJ;Telefone;WhatsApp;Código;E-mail
Bruno Lima;111.444.777-35;(12) 3333-4444;12 98111-0002;c1;bruno@example.com
Alfa Letras LTDA;12.ABC.345/01DE-35;;+55 11 91234-5678;c2;
"""
PLANS = "Plano;Valor;Download;Upload\nFibra 600;R$ 119,90;600;300\n"
CONTRACTS = """Contrato;CPF;Plano;Vencimento;Endereço;Bairro;Login
1002;11144477735;Fibra 600;10;"Rua do Sol, 22
fundos";Centro;bruno.1002
1003;12.ABC.345/01DE-35;Fibra 600;31;Av. Brasil, 1;Centro;alfa.1003
"""


def import_file(
    db: Database, kind: str, path: Path, *, apply: bool = True, refused: list[Refusal] | None = None
) -> Outcome:
    """The outcome; `refused` gets every refusal."""
    heard = [] if refused is None else refused
    return run_import(Import(db, kinds()[kind], path, survey(path), "karina", apply, lambda read: None, heard.append))


def import_text(
    db: Database,
    folder: Path,
    kind: str,
    content: str | bytes,
    *,
    apply: bool = True,
    refused: list[Refusal] | None = None,
) -> Outcome:
    """As `import_file`, of a file with this content."""
    path = folder / f"{kind}.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_file(db, kind, path, apply=apply, refused=refused)


def a_base(db: Database, folder: Path) -> None:
    """The plans, customers and contracts above."""
    for kind, content in (("plans", PLANS), ("customers", CUSTOMERS), ("contracts", CONTRACTS)):
        import_text(db, folder, kind, content)


def many_invoices(path: Path, count: int, bad: Iterable[int]) -> None:
    """`count` invoices of contracts 1002 and 1003, one a line; those with a number in `bad` are wrong in turn."""
    wrong = (
        ("valor", "12,345"),
        ("valor", "-10,00"),
        ("vencimento", "31/02/2026"),
        ("contrato", "9999"),
        ("fatura", "=1+1"),
    )
    turn = iter(range(count))
    wanted = set(bad)
    with path.open("w", encoding="cp1252", newline="\r\n") as file:
        file.write("fatura;contrato;valor;vencimento;descrição\n")
        for number in range(1, count + 1):
            row = {
                "fatura": f"F{number}",
                "contrato": "1002" if number % 2 else "1003",
                "valor": f"1.{number % 1000:03d},90",
                "vencimento": f"{number % 28 + 1:02d}/12/2026",
            }
            if number in wanted:
                field, cell = wrong[next(turn) % len(wrong)]
                row[field] = cell
            file.write(";".join([*row.values(), "mês"]) + "\n")
