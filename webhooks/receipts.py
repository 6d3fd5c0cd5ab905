"""Receipts of our own messages: they only move a message forward, and may come before we know its name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.locks import hold
from models import utc_now
from models.conversation import Conversation
from models.message import Message
from models.outbox import add_work
from models.webhook_event import ParkedStatus
from webhooks.channel_stop import resume_channel
from webhooks.contacts import remember_wa_id
from webhooks.effects.changes import settle_changes
from webhooks.effects.own_echo import forget_echo
from webhooks.failed import Case, treat, worry_about
from webhooks.items import ReceiptArrived
from webhooks.remedies import of_receipt

# Why a person should look at a conversation with a message in state unknown.
NO_WORD = "não sabemos se a última resposta chegou ao cliente"


def hold_receipts(session: Session, channel: str, provider_id: str) -> None:
    """Until the end of the transaction nobody else parks or applies receipts of this name.

    Without it a receipt could be parked in the moment in which its message gets its name, and stay parked. To be
    called before any row is locked.
    """
    hold(session, f"receipt/{channel}/{provider_id}")


def apply_receipt(session: Session, receipt: ReceiptArrived) -> None:
    """Moves the message that the receipt speaks of, or parks the receipt until the message is known."""
    hold_receipts(session, receipt.channel, receipt.provider_id)
    same = Message.provider_id == receipt.provider_id
    if receipt.key:
        same = or_(same, Message.key == receipt.key)
    found = select(Message).where(Message.channel == receipt.channel, Message.direction == "out", same)
    # Our key says more than the name, which an echo may have that was taken for a person's.
    ours = found.order_by((Message.key == receipt.key).desc().nulls_last()).limit(1).with_for_update()
    message = session.scalars(ours).first() or _by_earlier_try(session, receipt)
    if message is None:
        _park(session, receipt)
        return
    _apply(session, message, receipt)


def _by_earlier_try(session: Session, receipt: ReceiptArrived) -> Message | None:
    """The message of which this is the name of an earlier try, where the channel does not give our key back."""
    found = select(Message).where(
        Message.channel == receipt.channel,
        # Written out, for the index that holds the few that were tried twice.
        text("message.receipts ? 'tries' AND (message.receipts -> 'tries') ? :name"),
    )
    return session.scalars(found.with_for_update(), {"name": receipt.provider_id}).first()


def apply_parked(session: Session, message: Message) -> None:
    """Applies the receipts that came before `message` was known by its provider's id or by its key."""
    same = ParkedStatus.provider_id == message.provider_id
    if message.key:
        same = or_(same, ParkedStatus.key == message.key)
    found = select(ParkedStatus).where(ParkedStatus.channel == message.channel, same)
    # What the customer's phone said comes first: it disproves a failure, which would be acted upon.
    for parked in sorted(session.scalars(found).all(), key=lambda one: one.status == "failed"):
        code = str(parked.raw.get("error_code", ""))
        said = parked.raw.get("said") or {}
        key = parked.key or ""
        receipt = ReceiptArrived(parked.channel, parked.provider_id, key, parked.status, parked.at, code, said)
        _apply(session, message, receipt)
        session.delete(parked)


def failed_before(message: Message, provider_id: str) -> bool:
    """Whether this is the name of an earlier try, of which a receipt said that it failed."""
    return provider_id in message.receipts.get("tries", {})


def _apply(session: Session, message: Message, receipt: ReceiptArrived) -> None:
    earlier = failed_before(message, receipt.provider_id)
    if earlier and receipt.status not in {"delivered", "read"}:
        return
    if message.provider_id is None and (not earlier or message.status == "queued"):
        forget_echo(session, message, receipt.provider_id)
        message.provider_id = receipt.provider_id
        session.flush()
        settle_changes(session, receipt.channel, receipt.provider_id)
    _keep(message, receipt)
    before, error = message.status, message.error
    if not message.advance(receipt.status):
        return
    if receipt.status == "failed":
        _failed(session, message, receipt)
        return
    message.error = None
    if receipt.status in {"delivered", "read"} and message.payload.get("other_variant"):
        _remember_variant(session, message)
    if message.payload.get("probe"):
        message.payload = {name: kept for name, kept in message.payload.items() if name != "probe"}
        resume_channel(session, message.channel)
    if before in {"unknown", "failed"}:
        _end_worry(session, message, before, error)


def _keep(message: Message, receipt: ReceiptArrived) -> None:
    """What the receipt says, and what it says that the message costs."""
    details: dict[str, object] = {"at": receipt.at.isoformat()}
    pricing = receipt.payload.get("pricing")
    if pricing:
        details["pricing"] = pricing
    message.receipts = {**message.receipts, receipt.status: details}
    if isinstance(pricing, dict):
        if isinstance(pricing.get("billable"), bool):
            message.billable = pricing["billable"]
        message.cost_category = str(pricing.get("category") or message.cost_category)[:60]


def _failed(session: Session, message: Message, receipt: ReceiptArrived) -> None:
    """By the error's code, as if it had been the answer; but it was taken, so its name is of the past."""
    conversation = session.get_one(Conversation, message.conversation_id, with_for_update=True)
    code = receipt.error_code or "failed"
    action = of_receipt(message.channel, code)
    seconds = treat(Case(session, message, conversation, code, action, utc_now(), by_receipt=True))
    if seconds is None:
        return
    _let_go(message, receipt.provider_id, code, receipt.at)
    add_work(session, "deliver", message.id, after_seconds=seconds)


def _let_go(message: Message, provider_id: str, code: str, at: datetime) -> None:
    tries = {**message.receipts.get("tries", {}), provider_id: {"code": code, "at": at.isoformat()}}
    message.receipts = {"tries": tries}
    message.provider_id = None


def _remember_variant(session: Session, message: Message) -> None:
    contact_id = session.get_one(Conversation, message.conversation_id).contact_id
    remember_wa_id(session, contact_id, message.channel, str(message.payload["other_variant"]))


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
    worry = NO_WORD if status == "unknown" else worry_about(error or "")
    if conversation.needs_person == worry and not session.scalar(select(other)):
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
