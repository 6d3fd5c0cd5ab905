"""What a file is, by its bytes and never by its name: what a browser may show, and what is only ever saved."""

from __future__ import annotations

import io
import re
import zipfile

UNKNOWN = "application/octet-stream"
PROGRAM = "application/x-executable"
OFFICE = "application/vnd.openxmlformats-officedocument."

# Bytes at the start, and what begins so. Longer ones first where one begins like another.
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR-WB\n", "audio/amr-wb"),
    (b"#!AMR\n", "audio/amr"),
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"dex\n", PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", PROGRAM),
    (b"#!", PROGRAM),
)
_MPEG_AUDIO = re.compile(rb"\xff[\xf2\xf3\xfa\xfb][\x10-\xef]", re.DOTALL)
_AAC = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]", re.DOTALL)
_BRANDS = {b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime"}
_STILL_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"avif"})
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|iframe|\?php)\b", re.IGNORECASE)
_DRAWING = re.compile(rb"<svg\b", re.IGNORECASE)
_LOOKED_AT = 4096
_ZIP_END = b"PK\x05\x06"
_ZIP_END_WITHIN = 66_000


def type_of(data: bytes) -> str:
    """The MIME type of these bytes. `application/octet-stream` where it is unknown, or where the file is two things at
    once, such as a picture that is also a page or an archive: programs differ in what they take it for."""
    found = _by_start(data)
    if found.startswith(("image/", "audio/", "video/", "application/pdf")) and _is_also_something_else(data, found):
        return UNKNOWN
    return found


def _by_start(data: bytes) -> str:
    for start, name in _STARTS:
        if data.startswith(start):
            return name
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12], UNKNOWN)
    if data[4:8] == b"ftyp":
        return _by_brand(data[8:12])
    if data.startswith(b"PK\x03\x04"):
        return _archive(data)
    if _MPEG_AUDIO.match(data):
        return "audio/mpeg"
    return "audio/aac" if _AAC.match(data) else _words(data)


def _by_brand(brand: bytes) -> str:
    if brand in _STILL_BRANDS:
        return "image/avif" if brand == b"avif" else "image/heic"
    return "video/3gpp" if brand.startswith((b"3gp", b"3g2")) else _BRANDS.get(brand, "video/mp4")


def _archive(data: bytes) -> str:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return UNKNOWN
    if any(name in {"AndroidManifest.xml", "classes.dex", "META-INF/MANIFEST.MF"} for name in names):
        return PROGRAM
    if "[Content_Types].xml" in names:
        folders = {name.partition("/")[0] for name in names}
        for folder, kind in (("word", "wordprocessingml.document"), ("xl", "spreadsheetml.sheet")):
            if folder in folders:
                return OFFICE + kind
        if "ppt" in folders:
            return f"{OFFICE}presentationml.presentation"
    return "application/zip"


def _words(data: bytes) -> str:
    """Text, unless it is a page or a drawing, which a browser would run."""
    start = data[:_LOOKED_AT]
    if _PAGE.search(start):
        return "text/html"
    if _DRAWING.search(start):
        return "image/svg+xml"
    if start.lstrip().startswith(b"<?xml"):
        return "application/xml"
    try:
        # The last character may be cut in two by looking at the start only.
        text = start.decode("utf-8", "strict" if len(data) <= _LOOKED_AT else "ignore")
    except UnicodeDecodeError:
        return UNKNOWN
    return "text/plain" if text and "\x00" not in text else UNKNOWN


def _is_also_something_else(data: bytes, found: str) -> bool:
    start = data[:_LOOKED_AT]
    if found == "image/svg+xml":
        return False
    # PDF readers find a document that begins anywhere in the first thousand bytes.
    hidden_pdf = found != "application/pdf" and b"%PDF-" in data[:1024]
    return bool(_PAGE.search(start)) or hidden_pdf or _ZIP_END in data[-_ZIP_END_WITHIN:]
