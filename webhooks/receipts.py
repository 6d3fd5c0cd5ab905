"""Receipts of our own messages: they only move a message forward, and may come before we know its name."""

from __future__ import annotations

import hashlib

from sqlalchemy import exists, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.conversation import Conversation
from models.message import Message
from models.webhook_event import ParkedStatus
from webhooks.items import ReceiptArrived

# Why a person should look at a conversation with a message in state unknown.
NO_WORD = "não sabemos se a última resposta chegou ao cliente"


def hold_receipts(session: Session, channel: str, provider_id: str) -> None:
    """Until the end of the transaction nobody else parks or applies receipts of this name.

    Without it a receipt could be parked in the moment in which its message gets its name, and stay parked. To be
    called before any row is locked.
    """
    digest = hashlib.blake2b(f"receipt/{channel}/{provider_id}".encode(), digest_size=8).digest()
    session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": int.from_bytes(digest, "big", signed=True)})


def apply_receipt(session: Session, receipt: ReceiptArrived) -> None:
    """Moves the message that the receipt speaks of, or parks the receipt until the message is known."""
    hold_receipts(session, receipt.channel, receipt.provider_id)
    same = Message.provider_id == receipt.provider_id
    if receipt.key:
        same = or_(same, Message.key == receipt.key)
    found = select(Message).where(Message.channel == receipt.channel, Message.direction == "out", same)
    message = session.scalars(found.with_for_update()).first()
    if message is None:
        _park(session, receipt)
        return
    message.provider_id = message.provider_id or receipt.provider_id
    _advance(session, message, receipt.status, receipt.error_code, receipt.at.isoformat(), receipt.payload)


def apply_parked(session: Session, message: Message) -> None:
    """Applies the receipts that came before `message` was known by its provider's id or by its key."""
    same = ParkedStatus.provider_id == message.provider_id
    if message.key:
        same = or_(same, ParkedStatus.key == message.key)
    found = select(ParkedStatus).where(ParkedStatus.channel == message.channel, same)
    for parked in session.scalars(found).all():
        message.provider_id = message.provider_id or parked.provider_id
        code = str(parked.raw.get("error_code", ""))
        _advance(session, message, parked.status, code, parked.at.isoformat(), parked.raw.get("said") or {})
        session.delete(parked)


def _advance(
    session: Session, message: Message, status: str, error_code: str, at: str, payload: dict[str, object]
) -> None:
    details: dict[str, object] = {"at": at}
    if payload.get("pricing"):
        details["pricing"] = payload["pricing"]
    message.receipts = {**message.receipts, status: details}
    before, error = message.status, message.error
    if not message.advance(status):
        return
    message.error = (error_code or "failed") if status == "failed" else None
    if status == "failed":
        conversation = session.get_one(Conversation, message.conversation_id, with_for_update=True)
        conversation.needs_person = _worry(status, message.error)
    elif before in {"unknown", "failed"}:
        _end_worry(session, message, before, error)


def _worry(status: str, error: str | None) -> str:
    return NO_WORD if status == "unknown" else f"mensagem não entregue pelo WhatsApp (código {error})"


def _end_worry(session: Session, message: Message, status: str, error: str | None) -> None:
    """What a person was to look at turned out well. A worry about something else stays."""
    other = exists().where(
        Message.conversation_id == message.conversation_id,
        Message.id != message.id,
        Message.direction == "out",
        Message.status == status,
        Message.error == error,
    )
    conversation = session.get_one(Conversation, message.conversation_id, with_for_update=True)
    if conversation.needs_person == _worry(status, error) and not session.scalar(select(other)):
        conversation.needs_person = None


def _park(session: Session, receipt: ReceiptArrived) -> None:
    row = {
        "channel": receipt.channel,
        "provider_id": receipt.provider_id,
        "key": receipt.key or None,
        "status": receipt.status,
        "at": receipt.at,
        "raw": {"error_code": receipt.error_code, "said": receipt.payload},
    }
    session.execute(insert(ParkedStatus).values(row).on_conflict_do_nothing())
