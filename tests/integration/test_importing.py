"""Customer bases from files: what goes in, what stays out and why, and that nothing happens twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from billing.importing.kinds import kinds
from billing.importing.run import Import, Outcome, run_import
from billing.importing.sheet import Refusal
from billing.importing.table import survey
from core.db import Database
from models.contract import Contract
from models.customer import Customer, CustomerPhone
from models.import_run import ImportRun
from models.invoice import Invoice
from models.payment import Payment
from models.plan import Plan
from tests.integration.doors import rows
from tests.integration.import_files import CONTRACTS, CUSTOMERS, PLANS, a_base, import_file, import_text, many_invoices

INVOICE = "fatura;contrato;valor;vencimento;situação;pago em\n"


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return tuple(outcome.counts[name] for name in ("new", "changed", "same", "refused"))  # type: ignore[return-value]


def test_a_base_of_files_becomes_rows(db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    assert [(c.ref, c.name, c.document, c.document_kind, c.kind) for c in rows(db, Customer)] == [
        ("c1", "Bruno Lima", "11144477735", "cpf", "residential"),
        ("c2", "Alfa Letras LTDA", "12ABC34501DE35", "cnpj", "business"),
    ]
    assert {p.match_key for p in rows(db, CustomerPhone)} == {"+551233334444", "+5512981110002", "+5511912345678"}
    assert [(p.ref, p.name, p.price_cents, p.down_mbps) for p in rows(db, Plan)] == [
        ("auto-1", "Fibra 600", 11990, 600)
    ]
    first, second = rows(db, Contract)
    assert (first.ref, first.monthly_fee_cents, first.address) == ("1002", 11990, "Rua do Sol, 22 fundos")
    assert (second.due_day, second.status, second.pppoe_login) == (31, "active", "alfa.1003")


def test_preview_counts_and_writes_nothing_but_its_run(db: Database, tmp_path: Path) -> None:
    assert counts(import_text(db, tmp_path, "customers", CUSTOMERS, apply=False)) == (2, 0, 0, 0)
    assert rows(db, Customer) == []
    (run,) = rows(db, ImportRun)
    assert (run.kind, run.state, run.counts["new"], run.asked_by, len(run.sha256)) == (
        "customers",
        "previewed",
        2,
        "karina",
        64,
    )


@pytest.mark.parametrize(("kind", "content"), [("plans", PLANS), ("customers", CUSTOMERS), ("contracts", CONTRACTS)])
def test_the_same_file_twice_changes_nothing(db: Database, tmp_path: Path, kind: str, content: str) -> None:
    a_base(db, tmp_path)
    again = import_text(db, tmp_path, kind, content)
    assert (again.counts["new"], again.counts["changed"], again.counts["refused"], again.changes) == (0, 0, 0, [])


def test_preview_shows_field_by_field_what_would_change(db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    outcome = import_text(
        db, tmp_path, "customers", "cpf;nome;celular\n11144477735;Bruno S. Lima;12981110009\n", apply=False
    )
    assert counts(outcome) == (0, 1, 0, 0)
    assert [(c.line, c.label, c.before, c.after) for c in outcome.changes] == [
        (2, "nome", "Bruno Lima", "Bruno S. Lima"),
        (2, "telefones", "+551233334444 +5512981110002", "+5512981110009"),
    ]


def test_told_phones_are_all_there_are_and_an_empty_cell_tells_nothing(db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    import_text(
        db, tmp_path, "customers", "cpf;telefone;e-mail\n11144477735;12 98111-0002 / 11 4444-5555;\n12ABC34501DE35;;\n"
    )
    with db.reading() as session:
        wanted = (
            select(Customer.ref, func.string_agg(CustomerPhone.match_key, " "))
            .join(CustomerPhone, CustomerPhone.customer_id == Customer.id)
            .group_by(Customer.ref)
        )
        found = {ref: keys for ref, keys in session.execute(wanted)}
    assert {ref: set(keys.split()) for ref, keys in found.items()} == {
        "c1": {"+5512981110002", "+551144445555"},
        "c2": {"+5511912345678"},
    }
    assert rows(db, Customer)[0].email == "bruno@example.com"


def test_import_leaves_what_the_network_knows_unless_the_column_is_given(db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    with db.transaction() as session:
        session.execute(update(Contract).values(status="blocked", cto="CTO 7"))
    import_text(db, tmp_path, "contracts", CONTRACTS.replace("Centro", "Vila"))
    assert {(c.status, c.cto, c.area) for c in rows(db, Contract)} == {("blocked", "CTO 7", "Vila")}
    import_text(db, tmp_path, "contracts", "contrato;cpf;situação\n1002;11144477735;ativo\n")
    assert [c.status for c in sorted(rows(db, Contract), key=lambda c: c.ref)] == ["active", "blocked"]


def test_a_line_never_moves_a_contract_or_a_code_to_somebody_else(db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    refused: list[Refusal] = []
    import_text(db, tmp_path, "contracts", "contrato;cnpj\n1002;12.ABC.345/01DE-35\n", refused=refused)
    import_text(db, tmp_path, "customers", "codigo;cpf;nome\nc1;529.982.247-25;Outro\n", refused=refused)
    import_text(db, tmp_path, "customers", "codigo;cpf;nome\nc9;11144477735;Bruno Lima\n", refused=refused)
    assert [(r.line, r.reason) for r in refused] == [
        (2, "o contrato é de outro cliente"),
        (2, "o código já é de outro cliente"),
        (2, "o cliente deste CPF/CNPJ já tem outro código"),
    ]


def test_lines_that_repeat_or_refer_to_nothing_are_refused_and_the_others_go_in(db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    refused: list[Refusal] = []
    content = (
        "contrato;cpf;plano;endereço\n1010;11144477735;Fibra 600;Rua A\n1010;11144477735;Fibra 600;Rua B\n"
        "1011;52998224725;Fibra 600;Rua C\n1012;11144477735;Sem preço;Rua D\n1013;11144477735;Fibra 600;\n"
        "1014;;Fibra 600;Rua E\n"
    )
    outcome = import_text(db, tmp_path, "contracts", content, refused=refused)
    assert counts(outcome) == (1, 0, 0, 5)
    assert {(r.line, r.field, r.reason) for r in refused} == {
        (3, "contrato", "repete a linha 2"),
        (4, "cpf cnpj", "o cliente não está cadastrado"),
        (5, "plano", "o plano não está cadastrado e falta a mensalidade"),
        (6, "endereco", "está vazio, e a linha é nova"),
        (7, "cpf cnpj", "falta o cliente: o CPF/CNPJ ou o código"),
    }


def test_ten_thousand_invoices_go_in_with_37_bad_lines_told_by_line_and_reason(db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    bad = [number * 263 for number in range(1, 38)]
    path = tmp_path / "faturas.csv"
    many_invoices(path, 10_000, bad)
    refused: list[Refusal] = []
    outcome = import_file(db, "invoices", path, refused=refused)
    assert counts(outcome) == (9963, 0, 0, 37)
    assert [r.line for r in refused] == [number + 1 for number in bad]
    assert [(r.field, r.reason) for r in refused[:5]] == [
        ("valor", "não é um valor em reais, como 1.234,56"),
        ("valor", "o valor é negativo ou alto demais"),
        ("vencimento", "a data não existe"),
        ("contrato", "o contrato não está cadastrado"),
        ("fatura", "começa com =, +, - ou @, como uma fórmula de planilha"),
    ]
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Invoice)) == 9963
    again = import_file(db, "invoices", path)
    assert counts(again) == (0, 0, 9963, 37)
    assert rows(db, Invoice)[0].description == "mês"
    assert len(rows(db, ImportRun)[-1].refused) == 37


def test_a_run_that_died_goes_on_where_it_stopped(db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    path = tmp_path / "faturas.csv"
    many_invoices(path, 5000, ())

    class Killed(Exception):
        pass

    def die(read: int) -> None:
        with db.reading() as session:
            if session.scalar(select(func.count()).select_from(Invoice)):
                raise Killed

    with pytest.raises(Killed):
        run_import(Import(db, kinds()["invoices"], path, survey(path), "karina", True, die, lambda refusal: None))
    assert rows(db, ImportRun)[-1].state == "previewed"
    assert counts(import_file(db, "invoices", path)) == (3000, 0, 2000, 0)


def test_a_file_neither_reopens_nor_changes_what_was_settled_here(db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    import_text(db, tmp_path, "invoices", INVOICE + "F1;1002;100,00;10/11/2026;paga;09/11/2026\n")
    (paid,) = rows(db, Invoice)
    assert (paid.status, paid.paid_cents, paid.paid_at) == ("paid", 10000, datetime(2026, 11, 9, 15, tzinfo=UTC))
    refused: list[Refusal] = []
    import_text(
        db,
        tmp_path,
        "invoices",
        INVOICE + "F1;1002;100,00;10/11/2026;aberta;\nF2;1002;1;10/11/2026;paga;\n",
        refused=refused,
    )
    import_text(
        db, tmp_path, "invoices", "fatura;contrato;valor;vencimento\nF1;1002;90,00;10/11/2026\n", refused=refused
    )
    assert [(r.line, r.field) for r in sorted(refused, key=lambda r: r.line)] == [
        (2, "situacao"),
        (2, "valor"),
        (3, "pago em"),
    ]
    (after,) = rows(db, Invoice)
    assert (after.status, after.amount_cents, after.due_date) == ("paid", 10000, date(2026, 11, 10))


def test_a_contract_has_one_invoice_a_month(db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    head = "fatura;contrato;valor;vencimento;competência;situação\n"
    refused: list[Refusal] = []
    import_text(
        db, tmp_path, "invoices", head + "F1;1002;1,00;10/11/2026;11/2026;cancelada\nF2;1002;1,00;10/11/2026;2026-11;\n"
    )
    import_text(db, tmp_path, "invoices", head + "F3;1002;1,00;10/11/2026;11/2026;\n", refused=refused)
    assert [r.reason for r in refused] == ["o contrato já tem outra fatura deste mês"]
    assert {i.ref for i in rows(db, Invoice)} == {"F1", "F2"}


def test_payments_settle_pay_in_part_and_twice_and_are_known_once(db: Database, tmp_path: Path) -> None:
    a_base(db, tmp_path)
    import_text(db, tmp_path, "invoices", INVOICE + "F1;1002;100,00;10/11/2026;;\nF2;1002;50,00;10/12/2026;;\n")
    content = (
        "fatura;valor;pago em;forma;identificador\nF1;40,00;08/11/2026;pix;p1\nF1;60,00;09/11/2026;boleto;p2\n"
        "F1;100,00;10/11/2026;pix;p3\nF2;20,00;01/12/2026;dinheiro;\nF9;1,00;01/12/2026;;\n"
    )
    assert counts(import_text(db, tmp_path, "payments", content)) == (4, 0, 0, 1)
    assert counts(import_text(db, tmp_path, "payments", content)) == (0, 0, 4, 1)
    assert [(p.external_id, p.state, p.method) for p in sorted(rows(db, Payment), key=lambda p: p.id)] == [
        ("p1", "partial", "pix"),
        ("p2", "settled", "boleto"),
        ("p3", "doubled", "pix"),
        ("F2:2026-12-01:2000", "partial", "cash"),
    ]
    assert [
        (i.ref, i.status, i.amount_cents, i.paid_cents) for i in sorted(rows(db, Invoice), key=lambda i: i.ref)
    ] == [
        ("F1", "paid", 10000, 10000),
        ("F2", "open", 3000, 2000),
    ]
    refused: list[Refusal] = []
    import_text(db, tmp_path, "payments", content.replace("60,00", "61,00"), refused=refused)
    assert [r.reason for r in refused if r.line == 3] == ["o pagamento já foi importado com outros dados"]
