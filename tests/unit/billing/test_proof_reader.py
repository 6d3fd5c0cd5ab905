"""What a picture that is said to prove a payment tells of the program that wrote it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from billing.proof_check import Background, flags_of
from billing.proof_reader import words_of
from billing.proof_text import ProofRead
from tests.unit.billing.build import TODAY, a_provider

ELEMENT = b"<x:xmpmeta><xmp:CreatorTool>Canva (Renderer)</xmp:CreatorTool></x:xmpmeta>"
ATTRIBUTE = b"<x:xmpmeta><rdf:Description xmp:CreatorTool='Adobe Photoshop 25.1 (Windows)'/></x:xmpmeta>"
HISTORY = b'<x:xmpmeta><rdf:li stEvt:softwareAgent="Pixlr"/></x:xmpmeta>'


class Blind:
    """A PictureReader that sees no word, and remembers what it was shown."""

    seen: Image.Image

    def read(self, picture: Image.Image) -> str:
        self.seen = picture
        return ""


def picture(kind: str, **options: Any) -> bytes:
    written = BytesIO()
    Image.new("RGB", (20, 20), "white").save(written, kind, **options)
    return written.getvalue()


def png(name: str, text: str) -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_itxt(name, text)
    return picture("PNG", pnginfo=told)


def exif(software: str) -> bytes:
    told = Image.Exif()
    told[ExifTags.Base.Software] = software
    return picture("JPEG", exif=told)


def is_edited(data: bytes) -> bool:
    software = words_of(data, "image/any", Blind()).software
    return "edited" in flags_of(ProofRead(), Background(a_provider(), (), TODAY, software))


@pytest.mark.parametrize(
    "data",
    [
        exif("GIMP 2.10"),
        png("Software", "Adobe ImageReady Photoshop"),
        png("XML:com.adobe.xmp", ELEMENT.decode()),
        picture("JPEG", xmp=ELEMENT),
        picture("JPEG", xmp=ATTRIBUTE),
        picture("WEBP", xmp=HISTORY),
    ],
)
def test_a_picture_that_names_an_editor_is_marked(data: bytes) -> None:
    assert is_edited(data)


@pytest.mark.parametrize("data", [picture("PNG"), picture("JPEG"), exif("Android 15"), png("Software", "Screenshot")])
def test_a_picture_of_a_phone_is_not_marked(data: bytes) -> None:
    assert not is_edited(data)


@pytest.mark.parametrize("corner", [(1, (0, 0)), (3, (39, 19)), (6, (0, 19)), (8, (39, 0))])
def test_a_picture_of_a_camera_that_was_turned_is_read_upright(corner: tuple[int, tuple[int, int]]) -> None:
    turned, (x, y) = corner
    upright = Image.new("RGB", (20, 40) if turned in (6, 8) else (40, 20), "white")
    shot = upright.transpose(Image.Transpose.ROTATE_90) if turned == 6 else upright
    shot = upright.transpose(Image.Transpose.ROTATE_270) if turned == 8 else shot
    told = Image.Exif()
    told[ExifTags.Base.Orientation] = turned
    written = BytesIO()
    shot.putpixel((x, y), (0, 0, 0))
    shot.save(written, "PNG", exif=told)
    reader = Blind()
    words_of(written.getvalue(), "image/png", reader)
    assert reader.seen.size == upright.size
    assert reader.seen.getpixel((0, 0)) == (0, 0, 0)
