"""What is read in proofs of payment, and which of them a person should look at twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.proof_check import Background, flags_of
from billing.proof_text import ProofRead, read_proof
from core.document import Document
from tests.unit.billing.build import a_provider, an_invoice

TODAY = date(2026, 11, 22)
E2E = "E00416968202611221530aB3dE5gH7jK"
PIX = f"""Comprovante de Pix
Valor
R$ 119,90
22/11/2026 às 12:30:05
Quem recebeu
Nome
CONECTA VALE TELECOM LTDA
CNPJ
11.222.333/0001-81
Quem pagou
Nome
BRUNO LIMA
ID da transação
{E2E}
"""
BOLETO = """Comprovante de pagamento de boleto
Beneficiário: Conecta Vale Telecom Ltda
Valor do documento R$ 115,00
Valor pago: R$ 119,90
Data do pagamento 20 de nov. de 2026
"""


def test_proof_of_a_pix_is_read() -> None:
    read = read_proof(PIX)
    assert (read.amount_cents, read.paid_on, read.e2e_id) == (11990, TODAY, E2E)
    assert (read.payee, read.payee_document) == ("CONECTA VALE TELECOM LTDA", Document("cnpj", "11222333000181"))
    assert (read.made_on, read.scheduled, read.receipt) == (TODAY, False, True)


def test_proof_of_a_boleto_is_read_by_what_was_paid() -> None:
    read = read_proof(BOLETO)
    assert (read.amount_cents, read.paid_on) == (11990, date(2026, 11, 20))
    assert read.payee == "Conecta Vale Telecom Ltda"


@pytest.mark.parametrize(
    "days",
    [
        "Data de vencimento: 05/11/2026\nData do pagamento: 20/11/2026",
        "Vencimento\n05/11/2026\nPago em\n20 de nov. de 2026",
        "20/11/2026 às 10:00\nEmissão 01/11/2026\nVencimento 05/11/2026",
    ],
)
def test_a_day_on_which_it_was_due_is_not_that_of_the_payment(days: str) -> None:
    assert read_proof(f"Comprovante de pagamento\n{days}").paid_on == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("22/l1/2O26", date(2026, 11, 22)),
        ("22 / 11 / 2026", date(2026, 11, 22)),
        ("Realizado22/11/2026às12:30:05", date(2026, 11, 22)),
        ("l2 N0V 2026", date(2026, 11, 12)),
        ("Domingo, 22denovembrode2026", date(2026, 11, 22)),
        ("03 ju1. 2026", date(2026, 7, 3)),
        ("22/11/20l", None),
        ("31/11/2026", None),
    ],
)
def test_a_day_is_read_as_recognition_gave_it(written: str, day: date | None) -> None:
    assert read_proof(f"Comprovante de Pix\n{written}").paid_on == day


@pytest.mark.parametrize(
    "written", ["11.222.333/OOO1-8l", "11.222.333 /0001–81", "ll,222.333/0001-81", "11. 222.333/0001 -81"]
)
def test_a_document_is_read_as_recognition_gave_it_where_its_check_digits_agree(written: str) -> None:
    assert read_proof(f"CNPJ {written}").payee_document == Document("cnpj", "11222333000181")
    assert read_proof(f"CNPJ {written.replace('333', '334')}").payee_document is None


def test_a_day_on_which_it_was_due_is_better_than_none() -> None:
    assert read_proof("Vencimento 05/11/2026").paid_on == date(2026, 11, 5)


PAYER = "{who}\nNome\nPADARIA SOL LTDA\nCNPJ\n11.444.777/0001-61"
PAYEE = "{who}\nNome\nCONECTA VALE TELECOM LTDA\nCNPJ\n11.222.333/0001-81"


@pytest.mark.parametrize(
    ("payer", "payee"),
    [
        ("Quem pagou", "Quem recebeu"),
        ("De", "Para"),
        ("Pagador", "Favorecido"),
        ("Quempagou", "Quemrecebeu"),
        # A company whose name begins with a word that names the receiver is still who paid.
        ("Quem pagou\nPARANÁ NET LTDA", "Quem recebeu"),
    ],
)
def test_the_document_of_a_company_that_pays_is_not_the_payees(payer: str, payee: str) -> None:
    parts = (PAYER.format(who=payer), PAYEE.format(who=payee))
    for order in (parts, parts[::-1]):
        read = read_proof("\n".join(("Comprovante de Pix", *order)))
        assert (read.payee, read.payee_document) == ("CONECTA VALE TELECOM LTDA", Document("cnpj", "11222333000181"))


@pytest.mark.parametrize("cpf", ["***.982.247-**", "529.982.247-25", "•••.982.247-••", "***.982.247–**"])
def test_a_person_who_is_paid_under_the_providers_name_is_the_wrong_payee(cpf: str) -> None:
    person = f"Quem recebeu\nNome\nCONECTA VALE\nCPF\n{cpf}"
    payer = "Quem pagou\nNome\nBRUNO LIMA\nCPF\n***.144.477-**"
    for parts in ((person, payer), (payer, person)):
        read = read_proof("\n".join(("Comprovante de Pix", "R$ 119,90", *parts)))
        assert flags_of(read, background()) == ("wrong_payee",)
    nobody = read_proof("\n".join(("Comprovante de Pix", "Favorecido: Conecta Vale Telecom", f"CPF {cpf}")))
    assert flags_of(nobody, background()) == (), "whose CPF it is is not said"
    account = read_proof("\n".join(("Comprovante de Pix", person.replace(cpf, "12981110001"), payer)))
    assert flags_of(account, background()) == ()


def test_a_document_is_read_where_nobody_is_named() -> None:
    read = read_proof("Comprovante de Pix\n22\nde novembro de 2026\nCNPJ 11.222.333/0001-81")
    assert read.payee_document == Document("cnpj", "11222333000181")


def test_a_proof_of_what_somebody_else_was_paid_by_us_is_to_the_wrong_payee() -> None:
    turned = "\n".join(("Comprovante de Pix", PAYEE.format(who="De"), PAYER.format(who="Para")))
    assert "wrong_payee" in flags_of(read_proof(turned), background())


@pytest.mark.parametrize("id_text", [f"{E2E[:16]} {E2E[16:]}", f"{E2E[:20]}\n{E2E[20:]}"])
def test_an_id_that_recognition_divided_is_one(id_text: str) -> None:
    assert read_proof(PIX.replace(E2E, id_text)).e2e_id == E2E


@pytest.mark.parametrize(
    ("written", "amount_cents"),
    [
        ("Valor pago R$ 1.234,56", 123456),
        ("Valor\nR$1.234,56", 123456),
        ("Valor RS 119,90", 11990),
        ("RS 119,90", 11990),
        ("R$ 119 ,90", 11990),
        ("R$ 1l9,9O", 11990),
        ("R$ 1.O5O,00", 105000),
        ("R$ 80", 8000),
        ("R$ 1.500", 150000),
        ("R$ 1.234.56", 123456),
        ("R$ 1,234,56", 123456),
        ("R$ 1 234,56", 123456),
        ("Valorpago R$ 119,90Pix", 11990),
        ("R$ 119,90 22/11/2026", 11990),
        ("Pix enviado R$ 119,90\nSaldo disponível R$ 2.340,10", 11990),
        # What has lost a letter or a comma is not guessed.
        ("R$ 11S,90", None),
        ("R$ 119,9S", None),
        ("R$ 11990", None),
        ("R$ o valor", None),
        ("Porto Alegre RS 90000", None),
    ],
)
def test_an_amount_is_read_as_recognition_gave_it(written: str, amount_cents: int | None) -> None:
    assert read_proof(f"Comprovante de Pix\n{written}\n22/11/2026").amount_cents == amount_cents


@pytest.mark.parametrize(
    "rows",
    [
        # Of a sheet that was held askew, the value may stand a line too high or too low.
        "Quem recebeu 11.222.333/0001-81\nCONECTA VALE TELECOM LTDA",
        "Quem recebeu\nCNPJ 11.222.333/0001-81\nNome CONECTA VALE TELECOM LTDA",
        "Quem recebeu CONECTA VALE TELECOM LTDA",
        "Favorecido:\nCONECTA VALE TELECOM LTDA",
        "para\nnome do recebedor\nCONECTA VALE TELECOM LTDA",
        "Nome dorecebedor:\nCONECTA VALE TELECOM LTDA",
    ],
)
def test_a_payee_is_a_name_and_no_number(rows: str) -> None:
    assert read_proof(rows).payee == "CONECTA VALE TELECOM LTDA"


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading(text: str) -> None:
    read = read_proof(text)
    assert read.amount_cents is None or read.amount_cents >= 0


def background(**changes: object) -> Background:
    plain = Background(a_provider(), (an_invoice(), an_invoice(ref="i-2", amount_cents=8000)), TODAY)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_proof_that_fits_has_no_flag() -> None:
    assert flags_of(read_proof(PIX), background()) == ()
    assert flags_of(replace(read_proof(PIX), amount_cents=19990), background()) == ()


@pytest.mark.parametrize(("paid", "flags"), [(11990, ()), (12200, ()), (12310, ()), (12311, ("other_amount",))])
def test_a_proof_of_an_overdue_bill_may_hold_what_being_late_adds(paid: int, flags: tuple[str, ...]) -> None:
    late = an_invoice(late_fee_cents=320)
    assert flags_of(replace(read_proof(PIX), amount_cents=paid), background(invoices=(late,))) == flags


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"payee_document": Document("cnpj", "11444777000161")}, "wrong_payee"),
        ({"payee_document": None, "payee_hidden": "999888"}, "wrong_payee"),
        ({"payee_document": None, "payee": "MARIA DA SILVA"}, "wrong_payee"),
        ({"amount_cents": 5000}, "other_amount"),
        ({"paid_on": date(2026, 8, 1), "made_on": None}, "other_date"),
        ({"paid_on": date(2026, 12, 1), "made_on": None}, "other_date"),
        ({"paid_on": date(2026, 11, 10)}, "dates_differ"),
        ({"scheduled": True}, "scheduled"),
        ({"receipt": False}, "no_receipt"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, object], flag: str) -> None:
    assert flags_of(replace(read_proof(PIX), **change), background()) == (flag,)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "flag"),
    [({"used_before": True}, "used_before"), ({"changed_after": True}, "edited"), ({"software": "GIMP 2"}, "edited")],
)
def test_what_the_file_tells_is_named(changes: dict[str, object], flag: str) -> None:
    assert flags_of(read_proof(PIX), background(**changes)) == (flag,)


def test_an_order_to_pay_later_is_seen() -> None:
    assert read_proof(PIX.replace("Comprovante de Pix", "Comprovante de agendamento")).scheduled


def test_nothing_read_is_no_receipt_and_nothing_else() -> None:
    assert flags_of(ProofRead(), background()) == ("no_receipt",)
