"""Reads the form of a Twilio webhook: one message or one receipt."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl

from webhooks.items import Item, MessageArrived, NotActedUpon, ReceiptArrived, Sender, clean, name_of

CHANNEL = "twilio"
# Our own key of a message: in the address of its callbacks, and as a field of theirs once the door has read it there.
KEY = "OurKey"
# Twilio's word for how far a message got, and ours.
STATES = {
    "accepted": "accepted",
    "queued": "accepted",
    "sending": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
}


def fields(body: bytes) -> list[tuple[str, str]]:
    """The form's fields as sent, blank ones included: the signature covers them."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def read(body: bytes, received_at: datetime) -> list[Item]:
    """The one item of the form. Twilio gives no time of sending, so the time of receipt stands for it."""
    form: dict[str, str] = clean(dict(fields(body)))
    provider_id = name_of(form.get("MessageSid") or form.get("SmsSid"))
    state = form.get("MessageStatus") or form.get("SmsStatus") or "received"
    if not provider_id:
        return [NotActedUpon("twilio", "unknown", "no MessageSid", dict(form))]
    if state != "received":
        return [_receipt(form, provider_id, state, received_at)]
    address = name_of(form.get("From"))
    digits = address.removeprefix("whatsapp:").removeprefix("+")
    sender = Sender(
        wa_id=name_of(form.get("WaId")) or (digits if digits.isdigit() else ""),
        bsuid=name_of(form.get("ExternalUserId")).removeprefix("whatsapp:") or ("" if digits.isdigit() else digits),
        parent_bsuid=name_of(form.get("ParentExternalUserId")).removeprefix("whatsapp:"),
        address=address,
        profile_name=form.get("ProfileName", ""),
    )
    if not address:
        return [NotActedUpon("twilio", "unknown", "no From", dict(form))]
    reply_id = form.get("ButtonPayload") or form.get("ListId") or ""
    return [
        MessageArrived(
            CHANNEL, provider_id, sender, received_at, _kind(form, reply_id), form.get("Body", ""), reply_id, dict(form)
        )
    ]


def _receipt(form: dict[str, str], provider_id: str, state: str, received_at: datetime) -> Item:
    if state not in STATES:
        return NotActedUpon(f"twilio.status.{state}", "unknown", "unknown state", dict(form))
    code = form.get("ErrorCode", "")[:40]
    return ReceiptArrived(CHANNEL, provider_id, form.get(KEY, ""), STATES[state], received_at, code, dict(form))


def _kind(form: dict[str, str], reply_id: str) -> str:
    if reply_id:
        return "button"
    if form.get("Latitude"):
        return "location"
    if form.get("NumMedia", "0") not in {"", "0"}:
        family = form.get("MediaContentType0", "").split("/")[0]
        return family if family in {"image", "video", "audio"} else "document"
    return "text"
