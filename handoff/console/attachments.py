"""What a file of a conversation looks like on the screen: shown, played, saved, or why it is not here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# By what the bytes are. Anything else is only ever saved: a browser could run it as a page.
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
SOUNDS = frozenset({"audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/wav"})
FILMS = frozenset({"video/mp4"})
SHOWN_TYPES = PICTURES | SOUNDS | FILMS
RISKY = {
    "application/x-executable": "É um programa: não abra sem ter certeza de quem enviou.",
    "text/html": "É uma página da internet: não abra sem ter certeza de quem enviou.",
    "image/svg+xml": "É um desenho que pode conter programas: não abra sem ter certeza de quem enviou.",
    "application/octet-stream": "Não se sabe o que é este arquivo: cuidado ao abrir.",
}
REASONS = {
    "media_gone": "o WhatsApp não tem mais este arquivo",
    "media_too_large": "é grande demais",
    "media_hash_mismatch": "chegou diferente do que foi enviado",
    "media_foreign_host": "vinha de um endereço desconhecido",
    "media_internal_address": "vinha de um endereço interno",
    "media_store": "o armazenamento não respondeu",
}
NO_ANSWER = "o WhatsApp não entregou o arquivo"
ALT = {"image": "Imagem", "sticker": "Figurinha"}


@dataclass(frozen=True)
class ShownFile:
    """`shape`: picture, sticker, audio, video or file; empty while it is not here, and then `words` say why."""

    shape: str
    name: str
    size: str
    alt: str
    words: str
    warning: str
    may_retry: bool
    key: str


def shown_file(row: Any, kind: str, sender: str) -> ShownFile | None:
    """The file behind a row of bubbles with `filename`, `mime_type`, `size`, `state`, `file_error` and
    `attachment_id`; None where the message has none."""
    if row.attachment_id is None:
        return None
    here = row.state == "here"
    name = row.filename or "arquivo"
    return ShownFile(
        shape=_shape(row.mime_type, kind) if here else "",
        name=name,
        size=size_in_words(row.size) if here and row.size else "",
        alt=f"{ALT.get(kind, 'Imagem')} de {sender}: {name}",
        words="" if here else _why_not(row.state, row.file_error or ""),
        warning=RISKY.get(row.mime_type, "") if here and sender == "Cliente" else "",
        may_retry=row.state in {"refused", "lost"} or (row.state == "wanted" and bool(row.file_error)),
        key=f"{row.state}{row.file_error or ''}",
    )


def _shape(mime_type: str, kind: str) -> str:
    if mime_type in PICTURES:
        return "sticker" if kind == "sticker" else "picture"
    if mime_type in SOUNDS:
        return "audio"
    return "video" if mime_type in FILMS else "file"


def _why_not(state: str, error: str) -> str:
    reason = REASONS.get(error, f"{NO_ANSWER} ({error})") if error else ""
    if state == "wanted":
        return f"Arquivo ainda não baixado: {reason}. Tentando de novo." if reason else "Baixando o arquivo…"
    if state == "expired":
        return "Arquivo apagado: o prazo de guarda terminou."
    return f"O arquivo não pôde ser baixado: {reason or NO_ANSWER}."


def size_in_words(size: int) -> str:
    """`12 KB`, `1,4 MB`."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB".replace(".", ",")
