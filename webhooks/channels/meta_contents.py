"""What Meta's messages hold, by type: the customer's words, the tapped option, the file, the place, the cards."""

from __future__ import annotations

import json
from typing import Any

from webhooks.channels.kinds import Content, unsupported
from webhooks.channels.meta_piece import dicts, obj
from webhooks.channels.ports import MediaRef
from webhooks.cleaning import clean, name_of, words


def text(raw: dict[str, Any]) -> Content:
    """Words."""
    return Content("text", words(obj(raw.get("text")).get("body")))


def media(raw: dict[str, Any]) -> Content:
    """A file with its caption; an old `voice` is an audio."""
    kind = words(raw.get("type"))
    file = obj(raw.get(kind))
    ref = MediaRef(
        id=name_of(file.get("id")),
        url=words(file.get("url")),
        mime_type=words(file.get("mime_type"))[:200],
        sha256=words(file.get("sha256"))[:200],
        filename=words(file.get("filename")),
        voice=kind == "voice" or file.get("voice") is True,
        animated=file.get("animated") is True,
    )
    there = ref if ref.id or ref.url else None
    return Content("audio" if kind == "voice" else kind, words(file.get("caption")), media=there)


def template_button(raw: dict[str, Any]) -> Content:
    """A tap on a template's button."""
    button = obj(raw.get("button"))
    return Content("button", words(button.get("text")), words(button.get("payload")))


def button_reply(raw: dict[str, Any]) -> Content:
    """A tap on a button of ours."""
    reply = obj(obj(raw.get("interactive")).get("button_reply"))
    return Content("button", words(reply.get("title")), words(reply.get("id")))


def list_reply(raw: dict[str, Any]) -> Content:
    """A chosen row of a list of ours."""
    reply = obj(obj(raw.get("interactive")).get("list_reply"))
    return Content("list", words(reply.get("title")), words(reply.get("id")))


def flow_reply(raw: dict[str, Any]) -> Content:
    """A filled-in form; its answers come as JSON in a string, which may be missing or be none."""
    reply = obj(obj(raw.get("interactive")).get("nfm_reply"))
    said = reply.get("response_json")
    try:
        answers = clean(json.loads(said)) if isinstance(said, str) else said
    except (ValueError, RecursionError):
        answers = said
    named = answers if isinstance(answers, dict) else {} if answers is None else {"answer": answers}
    return Content("flow", details={"form": words(reply.get("name")), "answers": named})


def call_permission(raw: dict[str, Any]) -> Content:
    """Whether we may call; we never ask, and never call."""
    reply = obj(obj(raw.get("interactive")).get("call_permission_reply"))
    return Content("call_permission", details={"response": words(reply.get("response"))})


def location(raw: dict[str, Any]) -> Content:
    """A place."""
    place = obj(raw.get("location"))
    names = ("latitude", "longitude", "name", "address", "url")
    return Content("location", details={name: words(place[name]) for name in names if words(place.get(name))})


def contacts(raw: dict[str, Any]) -> Content:
    """Cards of contacts; `origin` is contact_request where they answer our question for the phone."""
    return Content("contacts", details={"cards": [_card(one) for one in dicts(raw.get("contacts"))]})


def _card(one: dict[str, Any]) -> dict[str, Any]:
    name = obj(one.get("name"))
    phones = [
        {"phone": words(phone.get("phone")), "wa_id": name_of(phone.get("wa_id"))} for phone in dicts(one.get("phones"))
    ]
    called = words(name.get("formatted_name")) or words(name.get("first_name"))
    return {"name": called, "phones": phones, "origin": words(one.get("origin"))}


def order(raw: dict[str, Any]) -> Content:
    """An order from a catalogue, with the words written to it."""
    said = obj(raw.get("order"))
    lines = [
        {"item": words(one.get("product_retailer_id")), "quantity": words(one.get("quantity"))}
        for one in dicts(said.get("product_items"))
    ]
    return Content("order", words(said.get("text")), details={"items": lines})


def welcome(raw: dict[str, Any]) -> Content:
    """The customer opened the chat for the first time and wrote nothing yet."""
    return Content("welcome")


def not_delivered(raw: dict[str, Any]) -> Content:
    """What WhatsApp itself could not hand over, with the type and the code it gives."""
    named = words(obj(raw.get("unsupported")).get("type")) or unsupported(raw).details["type"]
    code = next((words(error.get("code")) for error in dicts(raw.get("errors"))), "")
    return Content("unsupported", details={"type": named[:60], "code": code[:40]})
