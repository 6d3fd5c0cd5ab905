"""What a simulated chat holds: one message seen from the customer's phone."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Author = Literal["customer", "business"]


@dataclass(frozen=True)
class ChatMessage:
    """One bubble. `status` of the customer's: queued, sent, read; of the business': accepted, sent, delivered,
    read, failed, dropped. `revision` grows with every change; `seq` is the order in the chat."""

    id: str
    seq: int
    phone: str
    author: Author
    kind: str
    content: Mapping[str, Any]
    status: str
    callback: str | None
    created_at: datetime
    revision: int


def message_of(row: Any) -> ChatMessage:
    """The message in a row of the simulator's file."""
    return ChatMessage(
        id=row["id"],
        seq=row["seq"],
        phone=row["phone"],
        author=row["author"],
        kind=row["kind"],
        content=json.loads(row["content"]),
        status=row["status"],
        callback=row["callback"],
        created_at=datetime.fromtimestamp(row["created_at"], UTC),
        revision=row["revision"],
    )


def new_message_id(wa_id: str) -> str:
    """A fresh id of the form that WhatsApp gives."""
    number = wa_id.encode()
    raw = b"\x1c\x18" + bytes([len(number)]) + number + b"\x15\x02\x00\x11\x18\x12"
    return "wamid." + base64.b64encode(raw + secrets.token_hex(9).upper().encode() + b"\x00").decode()


def options_of(message: ChatMessage) -> dict[str, dict[str, str]]:
    """What can be tapped under a message: option id to {id, title, description?}; empty when nothing can."""
    if message.kind == "buttons":
        return {str(button["id"]): button for button in message.content["buttons"]}
    if message.content.get("template"):
        replies = [button for button in message.content.get("buttons", ()) if button["kind"] == "quick_reply"]
        return {str(button["value"]): {"id": button["value"], "title": button["title"]} for button in replies}
    if message.kind == "list":
        return {str(row["id"]): row for section in message.content["sections"] for row in section["rows"]}
    return {}


def summary_of(message: ChatMessage) -> str:
    """One line for the list of chats."""
    content = message.content
    if content.get("revoked"):
        return "🚫 Mensagem apagada"
    named = {
        "image": "📷 Foto",
        "video": "🎥 Vídeo",
        "audio": "🎤 Mensagem de voz",
        "location": "📍 Localização",
        "document": "📄 " + str(content.get("filename", "Documento")),
        "sticker": "💟 Figurinha",
        "contacts": "👤 " + str(content.get("name", "")),
        "location_request": "📍 " + str(content.get("text", "")),
        "cart": "🛒 " + str(content.get("text", "")),
        "order": "💳 " + str(content.get("text", "")),
        "unsupported": "📊 " + str(content.get("text", "")),
    }
    return named.get(message.kind) or str(content.get("edited") or content.get("text", ""))
