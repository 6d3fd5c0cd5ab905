"""What a system of others has made of an invoice at its bank: a line, a Pix and a PDF that can be paid."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from billing import boleto, pix


def line_of(number: int, due: date, cents: int) -> str:
    return boleto.compose("001", due, cents, f"{number:025d}").line


def pix_of(number: int, cents: int) -> str:
    return pix.encode_static("11222333000181", "Conecta Vale", "Sao Jose", cents, f"T{number}")


def pdf_of(number: int) -> bytes:
    out = BytesIO()
    page = Canvas(out, invariant=True)
    page.drawString(72, 720, f"Boleto {number}")
    page.save()
    return out.getvalue()
