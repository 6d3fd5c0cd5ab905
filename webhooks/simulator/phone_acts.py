"""What a customer does on the phone page that is no message: edit, delete, react, call, and changes of the phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify

from webhooks.simulator.courier import Courier
from webhooks.simulator.messages import ChatMessage
from webhooks.simulator.people import Phone, typed_number
from webhooks.simulator.phone_view import json_object, phone_or_404, picker
from webhooks.simulator.phone_writing import LONGEST_TEXT, own_message
from webhooks.simulator.store import Store

LONGEST_EMOJI = 16


def acting_routes(phone: Blueprint, store: Store, courier: Courier, clock: Callable[[], datetime]) -> None:
    """Adds the route that takes an act from the page. It answers with the phone's key, which a new number changes."""

    @phone.post("/api/chats/<key>/acts")
    def act(key: str) -> Response:
        found = phone_or_404(store, key)
        wanted = json_object()
        do = ACTS.get(str(wanted.get("act")))
        if do is None:
            abort(400, "Ação desconhecida.")
        now = do(store, found, wanted) or found
        courier.wake()
        return jsonify({"key": now.user_id, "wa_id": now.wa_id, "chats": picker(store, clock())})


Act = Callable[[Store, Phone, Mapping[str, Any]], Phone | None]


def _mine(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> ChatMessage:
    message = own_message(store, phone, wanted.get("message_id"))
    if message.author != "customer" or message.content.get("revoked"):
        abort(400, "Só dá para mudar uma mensagem sua.")
    return message


def _text(wanted: Mapping[str, Any]) -> str:
    text = str(wanted.get("text", "")).strip()
    if not 1 <= len(text) <= LONGEST_TEXT:
        abort(400, f"A mensagem precisa ter de 1 a {LONGEST_TEXT} caracteres.")
    return text


def _edit(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> None:
    message = _mine(store, phone, wanted)
    if message.kind != "text":
        abort(400, "Só dá para editar um texto.")
    store.acts.edit(message, _text(wanted))


def _revoke(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> None:
    store.acts.revoke(_mine(store, phone, wanted))


def _react(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> None:
    emoji = str(wanted.get("emoji", ""))[:LONGEST_EMOJI]
    store.acts.react(own_message(store, phone, wanted.get("message_id")), emoji)


def _hide(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> None:
    store.acts.hide_number(phone, hides=not phone.hides_number)


def _number(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> Phone:
    number = typed_number(str(wanted.get("number", "")))
    if number is None:
        abort(400, "Digite o número com DDD, por exemplo (12) 98111-9999.")
    if store.find_phone(number) is not None:
        abort(400, "Esse número já é de outro celular daqui.")
    return store.acts.change_number(phone, number)


def _prefer(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> None:
    store.acts.prefer(phone, resume=bool(wanted.get("resume")))


def _call(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> None:
    store.acts.call(phone)


def _answer(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> None:
    store.add_echo(phone, _text(wanted))


ACTS: Mapping[str, Act] = {
    "edit": _edit,
    "revoke": _revoke,
    "react": _react,
    "hide": _hide,
    "number": _number,
    "marketing": _prefer,
    "call": _call,
    "answer": _answer,
}
