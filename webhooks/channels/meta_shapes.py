"""What each kind of bubble is on the wire of Meta's Cloud API, within its limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.errors import Refused
from webhooks.channels.cutting import cut, cut_apart
from webhooks.channels.meta_order import order_details, order_status
from webhooks.channels.meta_template import media_part, template
from webhooks.channels.ports import File, Outgoing, Recipient
from webhooks.fallback import CAPTION, plain

TEXT, BODY = 4096, 1024
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
ROWS, ROW_TITLE, ROW_ABOUT, ROW_ID, LIST_BUTTON = 10, 24, 72, 200, 20
CALLBACK = 512
NUMBER = re.compile(r"[0-9]{7,15}")
ORDERS = frozenset({"payment", "payment_status"})
FILES = frozenset({"document", "image", "audio", "video"})
INTERACTIVE = frozenset({"buttons", "list", "link", "location_request", "contact_request"}) | ORDERS


def fitting(message: Outgoing) -> Outgoing:
    """The message as a kind that has room for all of it: more buttons become a list, and what is too long or too much
    for a bubble with buttons becomes text, which takes four times as much."""
    kind, options = message.kind, message.options
    if kind == "buttons" and len(options) > BUTTONS:
        message = replace(message, kind="list")
    if message.kind == "list" and not (message.list_button and len(options) <= ROWS):
        return _in_words(message)
    if message.kind in ("buttons", "list") and not options:
        return _in_words(message)
    return _in_words(message) if kind in INTERACTIVE and len(message.text) > BODY else message


def uploaded(message: Outgoing) -> File | None:
    """The file that goes along: a payment's stays here, and so does one for which a template has no place."""
    shown = message.template.header_file if message.kind == "template" and message.template else False
    return message.file if shown or message.kind in FILES else None


def body_of(message: Outgoing, media_id: str) -> dict[str, Any]:
    """The JSON that sends a message which is `fitting`; `media_id` names its uploaded file. Raises Refused where
    something is missing or too long that may not be cut."""
    if len(message.key) > CALLBACK:
        raise Refused("key_too_long")
    context = {"context": {"message_id": message.quoted_id}} if message.quoted_id else {}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_recipient(message.to),
        **({"biz_opaque_callback_data": message.key} if message.key else {}),
        **context,
        **SHAPES[message.kind](message, media_id),
    }


def _in_words(message: Outgoing) -> Outgoing:
    return plain(message, frozenset({"text", "document"})) or message


def _recipient(to: Recipient) -> dict[str, str]:
    """A phone goes in `to`. A BSUID goes in `recipient`: in `to` it would be accepted and silently dropped."""
    if not to.wa_id and not to.bsuid:
        raise Refused("no_recipient")
    if to.wa_id and not NUMBER.fullmatch(to.wa_id):
        raise Refused("not_a_number")
    return {"to": to.wa_id} if to.wa_id else {"recipient": to.bsuid}


def _interactive(kind: str, message: Outgoing, action: dict[str, Any]) -> dict[str, Any]:
    shown = {"type": kind, "body": {"text": cut(message.text, BODY)}, "action": action}
    return {"type": "interactive", "interactive": shown}


def _text(message: Outgoing, media_id: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": cut(message.text, TEXT), "preview_url": message.preview}}


def _buttons(message: Outgoing, media_id: str) -> dict[str, Any]:
    titles = cut_apart((title for _, title, _ in message.options), BUTTON_TITLE)
    replies = [
        {"type": "reply", "reply": {"id": _id(name, BUTTON_ID), "title": title}}
        for (name, _, _), title in zip(message.options, titles, strict=True)
    ]
    return _interactive("button", message, {"buttons": replies})


def _list(message: Outgoing, media_id: str) -> dict[str, Any]:
    titles = cut_apart((title for _, title, _ in message.options), ROW_TITLE)
    rows = [
        {"id": _id(name, ROW_ID), "title": title, **({"description": cut(about, ROW_ABOUT)} if about else {})}
        for (name, _, about), title in zip(message.options, titles, strict=True)
    ]
    button = cut(message.list_button, LIST_BUTTON)
    return _interactive("list", message, {"button": button, "sections": [{"title": button, "rows": rows}]})


def _id(name: str, limit: int) -> str:
    """An id comes back as it went out, so it is never cut: a longer one is a mistake of ours."""
    if not 1 <= len(name) <= limit:
        raise Refused("bad_option_id", f"an id has 1 to {limit} characters")
    return name


def _link(message: Outgoing, media_id: str) -> dict[str, Any]:
    if message.link is None:
        raise Refused("no_link")
    parameters = {"display_text": cut(message.link.title, BUTTON_TITLE), "url": message.link.url}
    return _interactive("cta_url", message, {"name": "cta_url", "parameters": parameters})


def _media(message: Outgoing, media_id: str) -> dict[str, Any]:
    if message.file is None:
        raise Refused("no_file")
    # A sound has no caption: what is to be said with it has gone into a bubble of its own (fallback.parted).
    caption = {"caption": cut(message.text, CAPTION)} if message.text and message.kind != "audio" else {}
    return {"type": message.kind, message.kind: media_part(message.kind, media_id, message.file) | caption}


def _location_request(message: Outgoing, media_id: str) -> dict[str, Any]:
    return _interactive("location_request_message", message, {"name": "send_location"})


def _contact_request(message: Outgoing, media_id: str) -> dict[str, Any]:
    return _interactive("request_contact_info", message, {"name": "request_contact_info"})


def _reaction(message: Outgoing, media_id: str) -> dict[str, Any]:
    if message.reaction is None:
        raise Refused("no_reaction")
    return {
        "type": "reaction",
        "reaction": {"message_id": message.reaction.provider_id, "emoji": message.reaction.emoji},
    }


def _template(message: Outgoing, media_id: str) -> dict[str, Any]:
    return {"type": "template", "template": template(message, media_id)}


def _payment(message: Outgoing, media_id: str) -> dict[str, Any]:
    return _interactive(
        "order_details", message, {"name": "review_and_pay", "parameters": order_details(message.payment)}
    )


def _payment_status(message: Outgoing, media_id: str) -> dict[str, Any]:
    return _interactive("order_status", message, {"name": "review_order", "parameters": order_status(message.payment)})


SHAPES: dict[str, Callable[[Outgoing, str], dict[str, Any]]] = {
    "text": _text,
    "buttons": _buttons,
    "list": _list,
    "link": _link,
    "document": _media,
    "image": _media,
    "audio": _media,
    "video": _media,
    "location_request": _location_request,
    "contact_request": _contact_request,
    "reaction": _reaction,
    "template": _template,
    "payment": _payment,
    "payment_status": _payment_status,
}
KINDS_OF_META = frozenset(SHAPES)
