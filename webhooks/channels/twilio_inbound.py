"""Reads the form of a Twilio webhook by the table of its kinds: a message, some messages with files, or a receipt."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl

from webhooks.channels.twilio_form import CHANNEL, KEY, Form
from webhooks.channels.twilio_kinds import KINDS
from webhooks.cleaning import clean
from webhooks.items import Item

__all__ = ["CHANNEL", "KEY", "fields", "read"]

# What Twilio calls a message, and the row of the table; what it does not say is seen from the fields.
ROW_OF_TYPE = {
    "text": "text",
    "button": "tap",
    "interactive": "tap",
    "list": "tap",
    "location": "location",
    "contacts": "contacts",
    **dict.fromkeys(("image", "video", "audio", "voice", "document", "sticker"), "media"),
}


def fields(body: bytes) -> list[tuple[str, str]]:
    """The form's fields as sent, blank ones included: the signature covers them. Raises ValueError for a form that has
    no end of them."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def read(body: bytes, received_at: datetime) -> list[Item]:
    """The items of the form; there is always one."""
    form = Form(clean(dict(fields(body))), received_at)
    where, name = _row(form)
    row = KINDS.find(where, name)
    return row.read(form, row)


def _row(form: Form) -> tuple[str, str]:
    if not form.provider_id:
        return "nothing", ""
    if form.state:
        return "status", form.state
    return "message", _message_row(form)


def _message_row(form: Form) -> str:
    if form.said("ButtonPayload", "ButtonText", "ListId", "ListTitle"):
        return "tap"
    if form.said("Latitude"):
        return "location"
    said = form.said("MessageType").lower()
    if form.said("MediaContentType0").lower().startswith(("text/vcard", "text/x-vcard")):
        return "contacts"
    if form.files or form.said("NumMedia") not in {"", "0"}:
        return ROW_OF_TYPE.get(said, "media") if said not in {"text", "interactive"} else "media"
    return ROW_OF_TYPE.get(said, said) if said else "text"
