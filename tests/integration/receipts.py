"""Receipts of banks that do not exist, drawn as phones show them and as phones photograph them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import reportlab
from PIL import Image, ImageChops, ImageDraw, ImageFont

FONTS = Path(reportlab.__file__).parent / "fonts"
WIDTH, MARGIN = 1080, 64
Row = tuple[str, str]


@dataclass(frozen=True)
class Look:
    """Colours of paper, words and what stands beside them."""

    paper: str
    ink: str
    faint: str


DAY, NIGHT = Look("#ffffff", "#1a1a1a", "#757575"), Look("#121212", "#f2f2f2", "#9e9e9e")


class Sheet:
    """Words put one below the other."""

    def __init__(self, look: Look, height: int = 2000) -> None:
        self._look = look
        self._image = Image.new("RGB", (WIDTH, height), look.paper)
        self._draw = ImageDraw.Draw(self._image)
        self._y = MARGIN

    def put(self, words: str, size: int = 36, *, bold: bool = False, faint: bool = False, right: bool = False) -> None:
        """One line; at the right edge it stands beside the line before."""
        font = ImageFont.truetype(FONTS / ("VeraBd.ttf" if bold else "Vera.ttf"), size)
        colour = self._look.faint if faint else self._look.ink
        if right:
            self._y -= round(size * 1.7)
        x = WIDTH - MARGIN - self._draw.textlength(words, font) if right else MARGIN
        self._draw.text((x, self._y), words, colour, font)
        self._y += round(size * 1.7)

    def rule(self) -> None:
        """A thin line across."""
        self._draw.line((MARGIN, self._y, WIDTH - MARGIN, self._y), self._look.faint, 2)
        self._y += 24

    def image(self) -> Image.Image:
        """The sheet, cut below its last words."""
        return self._image.crop((0, 0, WIDTH, self._y + MARGIN))


def one_below_the_other(look: Look, title: str, amount: str, when: str, rows: Sequence[Row]) -> Image.Image:
    """The name of a thing, its value below it."""
    sheet = Sheet(look)
    sheet.put("Banco Jatobá", 30, faint=True)
    sheet.put(title, 52, bold=True)
    sheet.put(when, 30, faint=True)
    sheet.put("Valor", 32, faint=True)
    sheet.put(amount, 60, bold=True)
    sheet.rule()
    for name, value in rows:
        sheet.put(name, 30, faint=True)
        sheet.put(value, 36)
    return sheet.image()


def side_by_side(look: Look, title: str, amount: str, when: str, rows: Sequence[Row]) -> Image.Image:
    """The name of a thing at the left edge, its value at the right one."""
    sheet = Sheet(look)
    sheet.put(title, 44, bold=True)
    for name, value in (("Valor pago", amount), ("Data e hora", when)):
        sheet.put(name, 32, faint=True)
        sheet.put(value, 32, bold=True, right=True)
    sheet.rule()
    for name, value in rows:
        sheet.put(name, 28, faint=True)
        sheet.put(value, 28, right=True)
    sheet.put("Banco Cambuci S.A. - Ouvidoria 0800 000 0000", 22, faint=True)
    return sheet.image()


def as_taken(image: Image.Image) -> Image.Image:
    """As a screen shows it."""
    return image


def photographed(image: Image.Image) -> Image.Image:
    """By a hand that is not still: askew by three degrees, with noise and less light."""
    plain = image.rotate(3, Image.Resampling.BICUBIC, expand=True, fillcolor="#5b4a3a")
    drawn = random.Random(7).randbytes(plain.width * plain.height)
    noise = Image.frombytes("L", plain.size, drawn).point(lambda value: value // 6).convert("RGB")
    return ImageChops.subtract(plain, noise)


def reduced(image: Image.Image) -> Image.Image:
    """As it comes after it was forwarded: smaller."""
    return image.resize((720, round(image.height * 720 / image.width)), Image.Resampling.BILINEAR)


def sideways(image: Image.Image) -> Image.Image:
    """As a camera takes it that was turned, and does not say so."""
    return image.transpose(Image.Transpose.ROTATE_270)


def as_jpeg(image: Image.Image, way: Callable[[Image.Image], Image.Image], quality: int) -> bytes:
    """The picture as a file."""
    out = BytesIO()
    way(image).save(out, "JPEG", quality=quality)
    return out.getvalue()
