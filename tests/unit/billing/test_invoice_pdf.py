"""The printed page: a reader decodes from it exactly what was put in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
import zxingcpp

from billing import boleto, pix
from billing.invoice_pdf import InvoiceSheet, render
from core.document import Document
from tests.unit.billing.build import a_provider

SHEET = InvoiceSheet(
    provider=a_provider(support_phone="(12) 3333-4444"),
    payer_name="Bruno Lima",
    payer_document=Document("cpf", "11144477735"),
    address="Rua do Sol, 22, Centro",
    contract_number="1002",
    plan="Fibra 600 Mega",
    invoice_number="F-1002-1",
    due_date=date(2026, 11, 2),
    amount_cents=11990,
    boleto=boleto.compose("001", date(2026, 11, 2), 11990, "0000001002000001002112345"),
    pix=pix.encode_static("11222333000181", "Conecta Vale", "São José dos Campos", 11990, "F10021"),
)


def read_codes(pdf: bytes) -> dict[str, str]:
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=2.5).to_pil()
    return {code.format.name: code.text for code in zxingcpp.read_barcodes(image)}


def read_text(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


def test_render_prints_codes_that_a_reader_decodes() -> None:
    assert SHEET.boleto is not None
    assert read_codes(render(SHEET)) == {"QRCode": SHEET.pix, "ITF": SHEET.boleto.barcode}


def test_render_prints_the_longest_pix_code_so_that_it_is_read() -> None:
    long = pix.encode_static("k" * 77, "N" * 25, "C" * 15, 10**11, "t" * 25)
    dynamic = long[:-8] + "80" + "95" + "x" * 95 + "81" + "95" + "x" * 95
    for code in (long, dynamic):
        assert read_codes(render(replace(SHEET, pix=code)))["QRCode"] == code


def test_render_prints_what_a_customer_looks_for() -> None:
    pdf = render(SHEET)
    text = read_text(pdf)
    assert SHEET.boleto is not None
    for part in (
        "Conecta Vale Telecom LTDA",
        "Bruno Lima",
        "***.444.777-**",
        "02/11/2026",
        "R$ 119,90",
        "F-1002-1",
        SHEET.boleto.formatted_line,
    ):
        assert part in text
    assert str(SHEET.pix) in text.replace("\r\n", "")
    assert "111.444.777-35" not in text
    assert len(pypdfium2.PdfDocument(pdf)) == 1


def test_render_gives_the_same_bytes_when_asked_twice() -> None:
    assert render(SHEET) == render(SHEET)
    assert render(SHEET) != render(replace(SHEET, amount_cents=11991))


@pytest.mark.parametrize(
    ("sheet", "codes"), [(replace(SHEET, boleto=None), {"QRCode"}), (replace(SHEET, pix=None), {"ITF"})]
)
def test_render_leaves_out_what_there_is_not(sheet: InvoiceSheet, codes: set[str]) -> None:
    assert set(read_codes(render(sheet))) == codes


def test_render_never_cuts_the_amount_or_the_number() -> None:
    text = read_text(render(replace(SHEET, amount_cents=9_999_999_999, invoice_number="FAT-2026-11-000001234567890")))
    assert text.count("R$ 99.999.999,99") == 2
    assert text.count("FAT-2026-11-000001234567890") == 2


def test_render_survives_names_that_are_long_or_foreign() -> None:
    sheet = replace(
        SHEET,
        payer_name="Łukasz 日本 😀 " + "Silva " * 60,
        address="Rua\u0000\n" * 50,
        plan="W" * 200,
        contract_number="",
    )
    assert read_codes(render(sheet)) == read_codes(render(SHEET))
