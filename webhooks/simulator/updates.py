"""One update as Meta words it: a message, a status, or what happened to a phone; what goes under `changes`."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webhooks.simulator.messages import ChatMessage
from webhooks.simulator.people import Phone
from webhooks.simulator.refusal import status_error

UNSUPPORTED = {
    "code": 131051,
    "title": "Message type unknown",
    "message": "Message type unknown",
    "error_data": {"details": "Message type is currently not supported."},
}


@dataclass(frozen=True)
class Update:
    """One change: the subscribed `field`, and its value without what the envelope adds."""

    field: str
    value: Mapping[str, Any]


def message_update(display_phone: str, phone: Phone, message: ChatMessage) -> Update:
    """One message of the customer's; `display_phone` is the business' number in digits."""
    kind, parts = _parts(message)
    content = message.content
    item = _from(phone) | {"id": message.id, "timestamp": seconds(message.created_at)}
    if content.get("group_id"):
        item["group_id"] = content["group_id"]
    if content.get("reply_to"):
        item = {"context": {"from": display_phone, "id": content["reply_to"]}} | item
    elif content.get("forwarded"):
        item = {"context": {"forwarded": True}} | item
    return Update("messages", {"contacts": [_contact(phone)], "messages": [item | {"type": kind} | parts]})


def status_update(
    phone: Phone, message: ChatMessage, status: str, happened_at: datetime, error_code: int | None = None
) -> Update:
    """A message of the business was sent, delivered, read, or failed with an error code."""
    item: dict[str, Any] = {"id": message.id, "status": status, "timestamp": seconds(happened_at)}
    if not phone.hides_number:
        item["recipient_id"] = phone.wa_id
    item["recipient_user_id"] = phone.user_id
    if message.callback is not None:
        item["biz_opaque_callback_data"] = message.callback
    if error_code is not None:
        item["errors"] = [status_error(error_code)]
    else:
        category = "utility" if message.content.get("template") else "service"
        item["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
    return Update("messages", {"contacts": [_contact(phone)], "statuses": [item]})


def act_update(display_phone: str, phone: Phone, act: str, detail: Mapping[str, Any], happened_at: datetime) -> Update:
    """What a customer did that is no message of its own, or what happened to the phone; `act` is a key of `ACTS`."""
    return ACTS[act](display_phone, phone, detail, seconds(happened_at))


def seconds(when: datetime) -> str:
    """Unix seconds as text, as most of Meta's times are."""
    return str(int(when.timestamp()))


def _from(phone: Phone) -> dict[str, Any]:
    named = {} if phone.hides_number else {"from": phone.wa_id}
    return named | {"from_user_id": phone.user_id}


def _contact(phone: Phone) -> dict[str, Any]:
    contact: dict[str, Any] = {"profile": {"name": phone.name}, "user_id": phone.user_id}
    return contact if phone.hides_number else contact | {"wa_id": phone.wa_id}


Act = Callable[[str, Phone, Mapping[str, Any], str], Update]


def _item(kind: str, parts: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Act:
    """An item of `messages` that speaks of another message."""

    def update(_display: str, phone: Phone, detail: Mapping[str, Any], at: str) -> Update:
        item = _from(phone) | {"id": detail["id"], "timestamp": at, "type": kind, kind: parts(detail)}
        return Update("messages", {"contacts": [_contact(phone)], "messages": [item]})

    return update


def _edit(detail: Mapping[str, Any]) -> dict[str, Any]:
    message = {"type": "text", "text": {"body": detail["text"]}}
    return {"original_message_id": detail["target"], "message": message}


def _revoke(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {"original_message_id": detail["target"]}


def _reaction(detail: Mapping[str, Any]) -> dict[str, Any]:
    # A reaction that is taken back has no emoji at all.
    return {"message_id": detail["target"]} | ({"emoji": detail["emoji"]} if detail["emoji"] else {})


def _changed_number(_display: str, phone: Phone, detail: Mapping[str, Any], at: str) -> Update:
    before = detail["before"]
    system = {
        "body": f"User {phone.name} changed from {before} to {phone.wa_id}",
        "wa_id": phone.wa_id,
        "user_id": phone.user_id,
        "previous_user_id": detail["before_user_id"],
        "type": "user_changed_number",
    }
    item = {"from": before, "from_user_id": detail["before_user_id"], "id": detail["id"], "timestamp": at}
    # The one kind of message that comes without contacts.
    return Update("messages", {"messages": [item | {"type": "system", "system": system}]})


def _call(display: str, phone: Phone, detail: Mapping[str, Any], at: str) -> Update:
    call = _from(phone) | {"id": detail["id"], "to": display, "event": detail["event"], "timestamp": at}
    call["direction"] = "USER_INITIATED"
    if detail["event"] == "connect":
        call["session"] = {"sdp_type": "offer", "sdp": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"}
    else:
        call |= {"status": "FAILED"}
    return Update("calls", {"contacts": [_contact(phone)], "calls": [call]})


def _preferences(_display: str, phone: Phone, detail: Mapping[str, Any], at: str) -> Update:
    value = "resume" if detail["resume"] else "stop"
    wish: dict[str, Any] = {
        "user_id": phone.user_id,
        "detail": f"User requested to {value} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": int(at),
    }
    if not phone.hides_number:
        wish = {"wa_id": phone.wa_id} | wish
    return Update("user_preferences", {"contacts": [_contact(phone)], "user_preferences": [wish]})


def _echo(display: str, phone: Phone, detail: Mapping[str, Any], at: str) -> Update:
    to = {} if phone.hides_number else {"to": phone.wa_id}
    echo = {"from": display} | to | {"to_user_id": phone.user_id, "id": detail["id"], "timestamp": at}
    message = {"type": "text", "text": {"body": detail["text"]}}
    return Update("smb_message_echoes", {"contacts": [_contact(phone)], "message_echoes": [echo | message]})


ACTS: Mapping[str, Act] = {
    "edit": _item("edit", _edit),
    "revoke": _item("revoke", _revoke),
    "reaction": _item("reaction", _reaction),
    "number": _changed_number,
    "call": _call,
    "preferences": _preferences,
    "echo": _echo,
}


def _parts(message: ChatMessage) -> tuple[str, dict[str, Any]]:
    """(type, what stands beside it in the item)."""
    content = message.content
    if message.kind in PARTS:
        return PARTS[message.kind](content)
    digest = base64.b64encode(bytes.fromhex(content["sha256"])).decode()
    parts = {"mime_type": content["mime_type"], "sha256": digest, "id": content["media_id"]}
    if content.get("text"):
        parts["caption"] = content["text"]
    extra = {
        "document": {"filename": content.get("filename", "")},
        "audio": {"voice": content.get("voice", False)},
        "sticker": {"animated": False},
    }
    return message.kind, {message.kind: parts | extra.get(message.kind, {})}


Content = Mapping[str, Any]


def _place(content: Content) -> tuple[str, dict[str, Any]]:
    place = {key: content[key] for key in ("latitude", "longitude", "name", "address") if content[key]}
    return "location", {"location": place}


def _reply(kind: str) -> Callable[[Content], tuple[str, dict[str, Any]]]:
    def parts(content: Content) -> tuple[str, dict[str, Any]]:
        reply = {"id": content["option_id"], "title": content["text"]}
        if content.get("description"):
            reply["description"] = content["description"]
        return "interactive", {"interactive": {"type": kind, kind: reply}}

    return parts


def _button(content: Content) -> tuple[str, dict[str, Any]]:
    return "button", {"button": {"payload": content["option_id"], "text": content["text"]}}


def _contacts(content: Content) -> tuple[str, dict[str, Any]]:
    number = content["number"]
    first, _, last = content["name"].partition(" ")
    name = {"formatted_name": content["name"], "first_name": first} | ({"last_name": last} if last else {})
    card: dict[str, Any] = {"name": name, "phones": [{"phone": f"+{number}", "wa_id": number, "type": "CELL"}]}
    if content.get("asked"):
        card["origin"] = "contact_request"
    return "contacts", {"contacts": [card]}


def _cart(content: Content) -> tuple[str, dict[str, Any]]:
    item = {
        "product_retailer_id": content["item"],
        "quantity": content["quantity"],
        "item_price": content["price_cents"] / 100,
        "currency": "BRL",
    }
    return "order", {"order": {"catalog_id": "194836987003835", "text": content["text"], "product_items": [item]}}


def _unsupported(content: Content) -> tuple[str, dict[str, Any]]:
    return "unsupported", {"unsupported": {"type": content["type"]}, "errors": [UNSUPPORTED]}


PARTS: Mapping[str, Callable[[Content], tuple[str, dict[str, Any]]]] = {
    "text": lambda content: ("text", {"text": {"body": content["text"]}}),
    "location": _place,
    "button_reply": _reply("button_reply"),
    "list_reply": _reply("list_reply"),
    "template_reply": _button,
    "contacts": _contacts,
    "cart": _cart,
    "unsupported": _unsupported,
}
