"""The words in a file that is said to prove a payment: a PDF's own text, or a picture's through an engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from typing import Protocol, cast

import pypdfium2
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from core.errors import Refused

MOST_PAGES = 3
MOST_BYTES = 10 * 1024 * 1024
# A picture is made smaller before it is read; more than this is a bomb, not a photograph.
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2000
# A page with fewer letters is a picture in a PDF.
FEWEST_LETTERS = 20
# In XMP the tool is an element or an attribute.
_CREATOR = re.compile(r"(?:CreatorTool|softwareAgent)(?:>|\s*=\s*[\"'])([^<\"']{1,80})")


@dataclass(frozen=True)
class Words:
    """What was read. `software` and `changed_after` are what the file tells of its making."""

    text: str
    software: str = ""
    changed_after: bool = False


class PictureReader(Protocol):
    """An engine. It speaks to nobody outside, and takes seconds."""

    def read(self, picture: Image.Image) -> str:
        """The words in the picture, a line each, from top to bottom. Raises Misconfigured where it is not installed."""
        ...


def load_reader(name: str) -> PictureReader | None:
    """The engine `billing/proof_readers/<name>.py`; None for an empty name. Nothing is loaded before it is used."""
    return cast(PictureReader, import_module(f"billing.proof_readers.{name}").make()) if name else None


def words_of(data: bytes, mime_type: str, reader: PictureReader | None) -> Words:
    """The words of a PDF or a picture. Raises Refused: `proof_unreadable` (broken, locked, or no such file),
    `proof_too_large`, `no_reader` (a picture, and no engine is set)."""
    if len(data) > MOST_BYTES:
        raise Refused("proof_too_large")
    if mime_type == "application/pdf":
        return _of_pdf(data, reader)
    if mime_type.startswith("image/"):
        return _of_picture(data, reader)
    raise Refused("proof_unreadable", mime_type)


def _of_pdf(data: bytes, reader: PictureReader | None) -> Words:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused("proof_unreadable", "pdf") from error
    try:
        pages = [document[number] for number in range(min(len(document), MOST_PAGES))]
        text = "\n".join(page.get_textpage().get_text_range() for page in pages)
        about = document.get_metadata_dict()
        if len(text.strip()) < FEWEST_LETTERS and pages:
            text = _need(reader).read(pages[0].render(scale=2).to_pil().convert("RGB"))
    except pypdfium2.PdfiumError as error:
        raise Refused("proof_unreadable", "pdf") from error
    finally:
        document.close()
    made, changed = about.get("CreationDate", ""), about.get("ModDate", "")
    software = f"{about.get('Producer', '')} {about.get('Creator', '')}".strip()
    return Words(text.replace("\r", ""), software, bool(made and changed and made[:14] != changed[:14]))


def _of_picture(data: bytes, reader: PictureReader | None) -> Words:
    engine = _need(reader)
    try:
        with Image.open(BytesIO(data)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused("proof_too_large")
            software = _software_of(picture)
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            # A camera that was held sideways says so beside the picture.
            plain = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Refused("proof_unreadable", "image") from error
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return Words(engine.read(plain), software)


def _software_of(picture: Image.Image) -> str:
    """What wrote the picture, as it says: in its EXIF, a PNG's text, or the XMP that editors leave in any kind."""
    written = picture.info.get("xmp", b"")
    xmp = written.decode(errors="replace") if isinstance(written, bytes) else str(written)
    said = (picture.getexif().get(ExifTags.Base.Software), picture.info.get("Software"), *_CREATOR.findall(xmp))
    return " ".join(str(one) for one in said if one)


def _need(reader: PictureReader | None) -> PictureReader:
    if reader is None:
        raise Refused("no_reader")
    return reader
