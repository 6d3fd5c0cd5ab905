"""What a customer writes on the phone page: texts, taps, files, places, contact cards, orders, a poll."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from webhooks.simulator.attachments import attachment
from webhooks.simulator.courier import Courier
from webhooks.simulator.media import CUSTOMERS_KEPT_FOR
from webhooks.simulator.messages import ChatMessage, options_of
from webhooks.simulator.people import Phone, typed_number
from webhooks.simulator.phone_view import bubble, json_object, phone_or_404
from webhooks.simulator.shapes import media_view
from webhooks.simulator.store import Store

LONGEST_TEXT = 4096
# Groups of the API hold eight people at most; the demonstration has one of them.
GROUP = "Y2FwaV9ncm91cDo1NTEyMzAwMDEwMDA6MTIwMzYzMDQ0"
CART = {"item": "roteador-ax3000", "quantity": 1, "price_cents": 34900, "text": "Roteador Wi-Fi 6"}
POLL = {"type": "poll_creation", "text": "Enquete: a internet está boa hoje?"}

Written = tuple[str, dict[str, Any]]


def writing_routes(phone: Blueprint, store: Store, courier: Courier) -> None:
    """Adds the routes that take a new message from the page."""

    @phone.post("/api/chats/<key>/messages")
    def write(key: str) -> Response:
        found = phone_or_404(store, key)
        wanted = json_object()
        kind = WRITERS.get(str(wanted.get("type")))
        if kind is None:
            abort(400, "Tipo de mensagem desconhecido.")
        name, content = kind(store, found, wanted)
        message = store.add_from_customer(found, name, content | _context(store, found, wanted))
        courier.wake()
        return jsonify({"message": bubble(store, message)})

    @phone.post("/api/chats/<key>/files")
    def attach(key: str) -> Response:
        found = phone_or_404(store, key)
        file = request.files.get("file")
        if file is None:
            abort(400, "Nenhum arquivo recebido.")
        body = file.read()
        if not body:
            abort(400, "O arquivo está vazio.")
        kind, mime_type, filename = attachment(body, file.filename or "", file.mimetype or "")
        content = media_view(store.media.put(body, mime_type, filename, kept_for=CUSTOMERS_KEPT_FOR))
        content |= {"text": request.form.get("caption", "")[:1024], "voice": request.form.get("voice") == "1"}
        content |= _context(store, found, request.form)
        # The pictures of an album travel side by side.
        message = store.add_from_customer(found, kind, content, loose=request.form.get("album") == "1")
        courier.wake()
        return jsonify({"message": bubble(store, message)})


def own_message(store: Store, phone: Phone, message_id: object) -> ChatMessage:
    """A message of this chat, of either side; ends the request where there is none."""
    message = store.message(str(message_id or ""))
    if message is None or message.phone != phone.wa_id:
        abort(404, "Essa mensagem não está nesta conversa.")
    return message


def _context(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> dict[str, Any]:
    if not wanted.get("quotes"):
        return {}
    return {"reply_to": own_message(store, phone, wanted["quotes"]).id}


def _text(_store: Store, _phone: Phone, wanted: Mapping[str, Any]) -> Written:
    text = str(wanted.get("text", "")).rstrip()
    if not 1 <= len(text) <= LONGEST_TEXT:
        abort(400, f"A mensagem precisa ter de 1 a {LONGEST_TEXT} caracteres.")
    return "text", {"text": text} | ({"group_id": GROUP} if wanted.get("group") else {})


def _place(_store: Store, _phone: Phone, wanted: Mapping[str, Any]) -> Written:
    place: dict[str, Any] = {key: str(wanted.get(key, ""))[:200] for key in ("name", "address")}
    for key, bound in (("latitude", 90), ("longitude", 180)):
        value = wanted.get(key)
        if not isinstance(value, int | float) or abs(value) > bound:
            abort(400, "Localização inválida.")
        place[key] = float(value)
    return "location", place


def _contact(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> Written:
    """The own card where the business asked for it, else somebody's."""
    if wanted.get("quotes"):
        asked = own_message(store, phone, wanted["quotes"]).kind == "contact_request"
        return "contacts", {"name": phone.name, "number": phone.wa_id, "asked": asked}
    name = str(wanted.get("name") or "").strip()[:60]
    number = typed_number(str(wanted.get("number", "")))
    if not name or number is None:
        abort(400, "Informe o nome e o número com DDD.")
    return "contacts", {"name": name, "number": number, "asked": False}


def _tapped(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> Written:
    message = own_message(store, phone, wanted.get("message_id"))
    option = options_of(message).get(str(wanted.get("option_id", "")))
    if option is None:
        abort(400, "Essa opção não existe.")
    content = {"option_id": option["id"], "text": option["title"], "reply_to": message.id}
    if option.get("description"):
        content["description"] = option["description"]
    if message.content.get("template"):
        return "template_reply", content
    return "button_reply" if message.kind == "buttons" else "list_reply", content


WRITERS: Mapping[str, Callable[[Store, Phone, Mapping[str, Any]], Written]] = {
    "text": _text,
    "location": _place,
    "contact": _contact,
    "option": _tapped,
    "order": lambda store, phone, wanted: ("cart", dict(CART)),
    "poll": lambda store, phone, wanted: ("unsupported", dict(POLL)),
}
