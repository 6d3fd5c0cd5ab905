"""The two codes of an invoice's page as lines and bars: the QR code of a Pix, the barcode of a boleto."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import segno
from reportlab.graphics.barcode.common import I2of5
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

_INK = HexColor("#1d2b33")
_BAR_MODULES = 405  # start 4, 22 pairs of 18 with wide bars of 3, stop 5
_BAR_WIDTH, BAR_HEIGHT = 103 * mm, 13 * mm  # the size that FEBRABAN asks for
QR_SIZE = 46 * mm


def draw_qr(page: Canvas, code: str, x: float, y: float) -> None:
    """Draws the QR code of this text, QR_SIZE wide and high, with its lower left corner there."""
    matrix = tuple(segno.make_qr(code, error="m", boost_error=False).matrix_iter(border=2))
    step = QR_SIZE / len(matrix)
    page.setFillColor(_INK)
    for row, modules in enumerate(matrix):
        bottom = y + QR_SIZE - (row + 1) * step
        for start, length in _runs(modules):
            # A hair of overlap, or viewers show white seams between the rows.
            page.rect(x + start * step, bottom, length * step, step * 1.02, stroke=0, fill=1)


def _runs(modules: Iterable[int]) -> Iterator[tuple[int, int]]:
    start = None
    for i, dark in enumerate([*modules, 0]):
        if dark and start is None:
            start = i
        elif not dark and start is not None:
            yield start, i - start
            start = None


def draw_barcode(page: Canvas, digits: str, x: float, y: float) -> None:
    """Draws the barcode of these digits, BAR_HEIGHT high, with its lower left corner there."""
    bars = I2of5(
        digits, barWidth=_BAR_WIDTH / _BAR_MODULES, ratio=3, barHeight=BAR_HEIGHT, checksum=0, bearers=0, quiet=0
    )
    page.setFillColor(_INK)
    bars.drawOn(page, x, y)
