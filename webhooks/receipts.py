"""Receipts of our own messages: they only move a message forward, and may come before we know its name."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.conversation import Conversation
from models.message import Message
from models.webhook_event import ParkedStatus
from webhooks.items import ReceiptArrived


def apply_receipt(session: Session, receipt: ReceiptArrived) -> None:
    """Moves the message that the receipt speaks of, or parks the receipt until the message is known."""
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
        errors = parked.raw.get("errors") or [{}]
        _advance(session, message, parked.status, str(errors[0].get("code", "")), parked.at.isoformat(), parked.raw)
        session.delete(parked)


def _advance(
    session: Session, message: Message, status: str, error_code: str, at: str, payload: dict[str, object]
) -> None:
    details: dict[str, object] = {"at": at}
    if payload.get("pricing"):
        details["pricing"] = payload["pricing"]
    message.receipts = {**message.receipts, status: details}
    if message.advance(status) and status == "failed":
        message.error = error_code or "failed"
        conversation = session.get_one(Conversation, message.conversation_id)
        conversation.needs_person = f"mensagem não entregue pelo WhatsApp (código {message.error})"


def _park(session: Session, receipt: ReceiptArrived) -> None:
    row = {
        "channel": receipt.channel,
        "provider_id": receipt.provider_id,
        "key": receipt.key or None,
        "status": receipt.status,
        "at": receipt.at,
        "raw": receipt.payload,
    }
    session.execute(insert(ParkedStatus).values(row).on_conflict_do_nothing())
