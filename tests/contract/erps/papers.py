"""What servers of the contract hand out to pay with: a file, a line and a Pix that can be read back."""

from __future__ import annotations

import io
from datetime import date

from reportlab.pdfgen.canvas import Canvas

from billing import boleto, pix


def a_pdf(text: str) -> bytes:
    """One page with `text`; the same bytes each time."""
    made = io.BytesIO()
    canvas = Canvas(made, invariant=1)
    canvas.drawString(72, 720, text)
    canvas.save()
    return made.getvalue()


def a_line(cents: int, due: date, number: int) -> str:
    """The formatted linha digitável of a boleto."""
    return boleto.compose("001", due, cents, f"{number:025d}").formatted_line


def a_pix(number: str) -> str:
    """The code of a dynamic charge."""
    return pix.encode_dynamic(f"pix.example.com/v2/{number}", "Conecta Vale", "Sao Jose")


def line_of(number: int, due: date, cents: int) -> str:
    """The linha digitável of a boleto, digits only."""
    return boleto.compose("001", due, cents, f"{number:025d}").line


def pix_of(number: int, cents: int) -> str:
    """The code of a charge with its amount."""
    return pix.encode_static("11222333000181", "Conecta Vale", "Sao Jose", cents, f"T{number}")
