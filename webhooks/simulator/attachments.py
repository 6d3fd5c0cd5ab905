"""What kind of message a file becomes when a customer sends it, judged by its first bytes."""

from __future__ import annotations

import re

LARGEST = 20 * 1024 * 1024
SIGNS = (
    (b"\xff\xd8\xff", "image", "image/jpeg", "foto.jpg"),
    (b"\x89PNG\r\n\x1a\n", "image", "image/png", "imagem.png"),
    (b"OggS", "audio", "audio/ogg; codecs=opus", "recado.ogg"),
    (b"ID3", "audio", "audio/mpeg", "audio.mp3"),
    (b"%PDF-", "document", "application/pdf", "documento.pdf"),
)


def attachment(body: bytes, filename: str, claimed_type: str) -> tuple[str, str, str]:
    """(kind of message, MIME type, a file name without folders) for an uploaded file."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", filename.replace("\\", "/").rpartition("/")[2]).strip()[:200]
    for sign, kind, mime_type, fallback in SIGNS:
        if body.startswith(sign):
            return kind, mime_type, name or fallback
    if body[4:8] == b"ftyp":
        return "video", "video/mp4", name or "video.mp4"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "sticker", "image/webp", name or "figurinha.webp"
    # Anything that only claims to be a picture or a page is still just a file.
    plain = claimed_type if re.fullmatch(r"application/[a-z0-9.+-]+|text/(plain|csv)", claimed_type) else ""
    return "document", plain or "application/octet-stream", name or "arquivo"
