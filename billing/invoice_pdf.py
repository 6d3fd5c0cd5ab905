"""The second copy as one page: what is owed, the Pix QR code and the boleto's barcode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from billing.boleto import Boleto
from billing.invoice_codes import BAR_HEIGHT, QR_SIZE, draw_barcode, draw_qr
from billing.provider import Provider
from core.dates import format_date
from core.document import Document
from core.money import format_brl

_WIDTH, _HEIGHT = A4
_LEFT, _RIGHT = 18 * mm, _WIDTH - 18 * mm
_INK, _GREY, _LINE, _BRAND, _TINT = (HexColor(c) for c in ("#1d2b33", "#5f6f78", "#c9d3d8", "#0b6e6e", "#eef6f5"))
_WHITE: Final = HexColor("#ffffff")
_PLAIN, _BOLD, _MONO = "Helvetica", "Helvetica-Bold", "Courier"


@dataclass(frozen=True)
class InvoiceSheet:
    """All that the page shows. The payer's document is printed masked: a PDF is easily passed on.

    `fine_cents` and `interest_cents` are in `amount_cents`.
    """

    provider: Provider
    payer_name: str
    payer_document: Document
    address: str
    contract_number: str
    plan: str
    invoice_number: str
    due_date: date
    amount_cents: int
    boleto: Boleto | None
    pix: str | None
    original_due_date: date | None = None
    fine_cents: int = 0
    interest_cents: int = 0


def render(sheet: InvoiceSheet) -> bytes:
    """A one-page A4 PDF. The same sheet gives the same bytes, so it can be sent again or compared."""
    file = BytesIO()
    page = Canvas(file, pagesize=A4, invariant=1, pageCompression=1, lang="pt-BR")
    page.setTitle(_printable(f"Fatura {sheet.invoice_number}"))
    page.setAuthor(_printable(sheet.provider.name))
    y = _header(page, sheet.provider)
    y = _summary(page, sheet, y - 9 * mm)
    y = _late(page, sheet, y)
    y = _payer(page, sheet, y - 9 * mm)
    if sheet.pix:
        y = _pix(page, sheet.pix, y - 8 * mm)
    if sheet.boleto:
        _boleto(page, sheet, sheet.boleto, y - 9 * mm)
    _footer(page, sheet.provider)
    page.showPage()
    page.save()
    return file.getvalue()


def _header(page: Canvas, provider: Provider) -> float:
    bottom = _HEIGHT - 30 * mm
    page.setFillColor(_BRAND)
    page.rect(0, bottom, _WIDTH, 30 * mm, stroke=0, fill=1)
    name = _fit(provider.name, _BOLD, 17, 115 * mm)
    _text(page, _LEFT, bottom + 15 * mm, name, _BOLD, 17, _WHITE)
    place = f"CNPJ {provider.cnpj.formatted}  ·  {provider.city}/{provider.state}"
    _text(page, _LEFT, bottom + 8.5 * mm, place, _PLAIN, 9.5, _WHITE)
    page.setFont(_BOLD, 11)
    page.drawRightString(_RIGHT, bottom + 15 * mm, "2ª via da fatura")
    return bottom


def _summary(page: Canvas, sheet: InvoiceSheet, top: float) -> float:
    height, quarter = 19 * mm, (_RIGHT - _LEFT) / 4
    page.setFillColor(_TINT)
    page.roundRect(_LEFT, top - height, _RIGHT - _LEFT, height, 2.5 * mm, stroke=0, fill=1)
    cells = (
        ("Vencimento", format_date(sheet.due_date), 14.0),
        ("Valor", format_brl(sheet.amount_cents), 14.0),
        ("Fatura", sheet.invoice_number, 11.0),
        ("Contrato", sheet.contract_number, 11.0),
    )
    for i, (label, value, largest) in enumerate(cells):
        x = _LEFT + 5 * mm + i * quarter
        _text(page, x, top - 6.5 * mm, label, _PLAIN, 8.5, _GREY)
        # An amount or number must never be cut: it gets smaller instead.
        size = largest * min(1, (quarter - 7 * mm) / max(1, stringWidth(_printable(value), _BOLD, largest)))
        _text(page, x, top - 13.5 * mm, value, _BOLD, size, _INK)
    return top - height


def _late(page: Canvas, sheet: InvoiceSheet, top: float) -> float:
    """What a reissue added, and since when: whoever pays has to be able to check it."""
    if sheet.original_due_date is None:
        return top
    plain = sheet.amount_cents - sheet.fine_cents - sheet.interest_cents
    parts = (
        f"Vencimento original {format_date(sheet.original_due_date)}",
        f"valor {format_brl(plain)}",
        f"multa {format_brl(sheet.fine_cents)}",
        f"juros {format_brl(sheet.interest_cents)}",
    )
    _text(page, _LEFT, top - 6 * mm, "  ·  ".join(parts), _PLAIN, 9.5, _INK)
    return top - 6 * mm


def _payer(page: Canvas, sheet: InvoiceSheet, top: float) -> float:
    document = f"{sheet.payer_document.kind.upper()} {sheet.payer_document.masked}"
    _text(page, _LEFT, top, "Cliente", _PLAIN, 8.5, _GREY)
    _text(page, _LEFT, top - 5.5 * mm, _fit(sheet.payer_name, _BOLD, 11.5, 86 * mm), _BOLD, 11.5, _INK)
    _text(page, _LEFT, top - 11 * mm, document, _PLAIN, 9.5, _INK)
    middle = _LEFT + 92 * mm
    _text(page, middle, top, "Serviço", _PLAIN, 8.5, _GREY)
    _text(page, middle, top - 5.5 * mm, _fit(sheet.plan, _BOLD, 11.5, _RIGHT - middle), _BOLD, 11.5, _INK)
    _text(page, middle, top - 11 * mm, _fit(sheet.address, _PLAIN, 9.5, _RIGHT - middle), _PLAIN, 9.5, _INK)
    _rule(page, top - 17 * mm)
    return top - 17 * mm


def _pix(page: Canvas, code: str, top: float) -> float:
    draw_qr(page, code, _LEFT, top - QR_SIZE)
    x = _LEFT + QR_SIZE + 8 * mm
    _text(page, x, top - 5 * mm, "Pague com Pix", _BOLD, 13, _BRAND)
    steps = "Abra o aplicativo do seu banco, escolha Pix e leia o QR Code,"
    _text(page, x, top - 11 * mm, steps, _PLAIN, 9.5, _INK)
    _text(page, x, top - 15.5 * mm, "ou use o Pix Copia e Cola:", _PLAIN, 9.5, _INK)
    y = top - 22.5 * mm
    for part in _wrapped(code, _MONO, 8, _RIGHT - x):
        _text(page, x, y, part, _MONO, 8, _INK)
        y -= 4 * mm
    bottom = min(top - QR_SIZE, y)
    _rule(page, bottom - 7 * mm, dashed=True)
    return bottom - 7 * mm


def _boleto(page: Canvas, sheet: InvoiceSheet, boleto: Boleto, top: float) -> None:
    _text(page, _LEFT, top - 3 * mm, boleto.bank or "", _BOLD, 15, _INK)
    page.setStrokeColor(_INK)
    page.line(_LEFT + 13 * mm, top - 5 * mm, _LEFT + 13 * mm, top + 2 * mm)
    page.setFont(_BOLD, 11.5)
    page.drawRightString(_RIGHT, top - 3 * mm, boleto.formatted_line)
    rows = (
        (("Beneficiário", sheet.provider.name, 108.0), ("CNPJ do beneficiário", sheet.provider.cnpj.formatted, 66.0)),
        (
            ("Pagador", f"{sheet.payer_name} - {sheet.payer_document.masked}", 108.0),
            ("Fatura", sheet.invoice_number, 66.0),
        ),
        (
            ("Local de pagamento", "Qualquer banco ou casa lotérica", 66.0),
            ("Vencimento", format_date(sheet.due_date), 42.0),
            ("Valor do documento", format_brl(sheet.amount_cents), 66.0),
        ),
    )
    y = top - 8 * mm
    for row in rows:
        _row(page, row, y)
        y -= 11 * mm
    draw_barcode(page, boleto.barcode, _LEFT, y - 6 * mm - BAR_HEIGHT)


def _row(page: Canvas, cells: tuple[tuple[str, str, float], ...], top: float) -> None:
    x = _LEFT
    page.setStrokeColor(_LINE)
    for label, value, width in cells:
        page.rect(x, top - 11 * mm, width * mm, 11 * mm, stroke=1, fill=0)
        _text(page, x + 2 * mm, top - 3.8 * mm, label, _PLAIN, 7, _GREY)
        _text(page, x + 2 * mm, top - 8.8 * mm, _fit(value, _BOLD, 9.5, (width - 4) * mm), _BOLD, 9.5, _INK)
        x += width * mm


def _footer(page: Canvas, provider: Provider) -> None:
    _rule(page, 20 * mm)
    notice = "Já pagou? Desconsidere: a baixa do Pix leva minutos e a do boleto, de 1 a 3 dias úteis."
    _text(page, _LEFT, 15 * mm, notice, _PLAIN, 8.5, _GREY)
    if provider.support_phone:
        _text(page, _LEFT, 10.5 * mm, f"Dúvidas? Fale com a gente: {provider.support_phone}", _PLAIN, 8.5, _GREY)


def _rule(page: Canvas, y: float, *, dashed: bool = False) -> None:
    page.saveState()
    page.setStrokeColor(_LINE)
    if dashed:
        page.setDash(3, 3)
    page.line(_LEFT, y, _RIGHT, y)
    page.restoreState()


def _text(page: Canvas, x: float, y: float, text: str, font: str, size: float, color: Color) -> None:
    page.setFillColor(color)
    page.setFont(font, size)
    page.drawString(x, y, _printable(text))


def _fit(text: str, font: str, size: float, width: float) -> str:
    shown = _printable(text)
    if stringWidth(shown, font, size) <= width:
        return shown
    while shown and stringWidth(f"{shown}…", font, size) > width:
        shown = shown[:-1]
    return f"{shown.rstrip(' ,')}…"


def _wrapped(text: str, font: str, size: float, width: float) -> Iterator[str]:
    """Cuts a code without blanks into lines; the font is one of fixed width."""
    letters = int(width / stringWidth("0", font, size))
    for i in range(0, len(text), letters):
        yield text[i : i + letters]


def _printable(text: str) -> str:
    """The built-in fonts know Windows' Latin letters only; others become a question mark instead of a black box."""
    known = text.encode("cp1252", "replace").decode("cp1252")
    return " ".join("".join(c if c.isprintable() else " " for c in known).split())
