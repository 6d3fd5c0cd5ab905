"""The commands as they are typed: preview, apply, report, audit, and a base that goes out and comes back the same."""

from __future__ import annotations

import csv
import getpass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import cli
from core.db import Database
from handoff.accounts import ensure_agent
from models.audit import Audit
from models.customer import Customer
from models.import_run import ImportRun
from tests.integration.doors import rows
from tests.integration.import_files import CUSTOMERS, a_base, import_file, import_text


@pytest.fixture
def run(db: Database, database_url: str) -> Any:
    """A command, as it is typed."""

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(cli.main, [*(str(each) for each in arguments), "--database-url", database_url])

    return invoke


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


@pytest.fixture
def karina(db: Database) -> None:
    with db.transaction() as session:
        ensure_agent(session, "karina", "Karina", "supervisor", [], "uma-senha-de-teste")


@pytest.mark.usefixtures("karina")
def test_import_previews_first_and_writes_when_told_to(db: Database, run: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "clientes.csv", CUSTOMERS)
    preview = run("import", "customers", path, "--by", "karina")
    assert preview.exit_code == 0, preview.output
    assert "2 novos, 0 mudados, 0 iguais, 0 recusados" in preview.output
    assert "nada foi gravado" in preview.output
    assert rows(db, Customer) == []
    assert "Gravado." in run("import", "customers", path, "--apply", "--by", "karina").output
    assert len(rows(db, Customer)) == 2
    assert [run_.state for run_ in rows(db, ImportRun)] == ["previewed", "done"]
    assert [(a.actor, a.action, a.subject, a.detail["new"]) for a in rows(db, Audit)] == [
        ("karina", "import.previewed", "import:1", 2),
        ("karina", "import.applied", "import:2", 2),
    ]


def test_import_shows_changes_masked_and_says_which_columns_mean_nothing(
    db: Database, run: Any, tmp_path: Path
) -> None:
    a_base(db, tmp_path)
    path = written(tmp_path / "c.csv", "cpf,nome,celular,vencimeto\n111.444.777-35,Bruno,12981110009,x\n")
    output = run("import", "customers", path).output
    assert "linha 2, nome: Bruno Lima → Bruno\n" in output
    assert "(12) *****-0009" in output
    assert "98111" not in output
    assert "11144477735" not in output
    assert "ignoradas: vencimeto" in output


def test_import_writes_every_refused_line_into_a_report_that_a_spreadsheet_does_not_run(
    db: Database, run: Any, tmp_path: Path
) -> None:
    path = written(tmp_path / "c.csv", "cpf;nome;+email\n1;A\n529.982.247-25;=HYPERLINK(1)\n85739201659;Fábio\n")
    result = run("import", "customers", path, "--apply")
    assert result.exit_code == 0, result.output
    assert [customer.name for customer in rows(db, Customer)] == ["Fábio"]
    with (tmp_path / "c.csv.recusadas.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [
            ["linha", "campo", "motivo"],
            ["2", "cpf", "não é um CPF ou CNPJ válido (confira os dígitos e os zeros à esquerda)"],
            ["3", "nome", "começa com =, +, - ou @, como uma fórmula de planilha"],
        ]
    assert rows(db, ImportRun)[0].counts == {"new": 1, "changed": 0, "same": 0, "refused": 2}
    written(path, "cpf;nome\n85739201659;Fábio\n")
    run("import", "customers", path, "--apply")
    assert not (tmp_path / "c.csv.recusadas.csv").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "o arquivo está vazio"),
        ("\n \n", "não há linhas"),
        ("nome;telefone\nAna;1\n", "falta a coluna cpf cnpj"),
        ("cpf;nome;Nome\n1;a;b\n", "colunas repetidas: nome, Nome"),
    ],
)
def test_import_refuses_a_file_whose_headers_do_not_fit(run: Any, tmp_path: Path, content: str, said: str) -> None:
    result = run("import", "customers", written(tmp_path / "c.csv", content))
    assert result.exit_code == 1
    assert said in result.output


@pytest.mark.parametrize("command", [("import", "customers"), ("export", "customers", "--out")])
def test_a_name_that_no_active_account_has_does_nothing(
    db: Database, run: Any, tmp_path: Path, command: tuple[str, ...]
) -> None:
    with db.transaction() as session:
        ensure_agent(session, "karina", "Karina", "supervisor", [], "uma-senha-de-teste").active = False
    path = written(tmp_path / "clientes.csv", CUSTOMERS)
    for name in ("karina", "ninguem"):
        result = run(*command, path, "--by", name)
        assert result.exit_code == 2
        assert f"{name} não é uma conta ativa do console" in result.output
    assert rows(db, ImportRun) == rows(db, Audit) == []
    assert path.read_text(encoding="utf-8") == CUSTOMERS


def test_without_a_name_the_audit_names_the_account_of_the_computer_as_that(
    db: Database, run: Any, tmp_path: Path
) -> None:
    assert run("import", "customers", written(tmp_path / "clientes.csv", CUSTOMERS)).exit_code == 0
    assert [audit.actor for audit in rows(db, Audit)] == [f"cli:{getpass.getuser()}"]


@pytest.mark.usefixtures("karina")
def test_what_is_exported_is_the_same_when_it_is_imported_again(db: Database, run: Any, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    head = "fatura;contrato;valor;vencimento;situação;pago em;competência;descrição\n"
    import_text(
        db,
        tmp_path,
        "invoices",
        head + "F1;1002;1.100,00;10/11/2026;paga;09/11/2026;11/2026;Mês\nF2;1003;9,90;5/12/2026;;;;\n",
    )
    import_text(db, tmp_path, "payments", "fatura;valor;pago em;forma\nF2;3,00;01/12/2026;cartão\n")
    for what, count in (("customers", 2), ("contracts", 2), ("invoices", 2), ("payments", 1)):
        out = tmp_path / f"{what}-out.csv"
        assert run("export", what, "--out", out, "--by", "karina").output == f"{out}: {count} linhas.\n"
        again = import_file(db, what, out)
        assert again.counts == {"new": 0, "changed": 0, "same": count, "refused": 0}, (what, again)
    assert [a.subject for a in rows(db, Audit)] == [
        f"export:{what}" for what in ("customers", "contracts", "invoices", "payments")
    ]


def test_an_export_makes_formulas_harmless(db: Database, run: Any, tmp_path: Path) -> None:
    with db.transaction() as session:
        session.add(Customer(ref="@x", name="=cmd|' /C calc'!A0", document="11144477735", document_kind="cpf"))
    run("export", "customers", "--out", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.reader(file, delimiter=";"))[1]
    assert cells[:2] == ["'@x", "'=cmd|' /C calc'!A0"]
