"""Webhooks as Meta posts them: built from the simulated chat, signed over the raw bytes, sent over HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from core.errors import Failure
from core.http import send
from webhooks.simulator.messages import ChatMessage
from webhooks.simulator.people import Phone
from webhooks.simulator.refusal import status_error

TIMEOUT = (2.0, 20.0)


@dataclass(frozen=True)
class BusinessNumber:
    """The provider's number as Meta knows it. `display_phone` is in digits."""

    account_id: str
    phone_number_id: str
    display_phone: str
    name: str


def message_webhook(number: BusinessNumber, phone: Phone, message: ChatMessage) -> dict[str, Any]:
    """The notification of one message from the customer."""
    kind, parts = _parts(message)
    item: dict[str, Any] = {"from_user_id": phone.user_id, "id": message.id, "timestamp": _seconds(message.created_at)}
    if not phone.hides_number:
        item = {"from": phone.wa_id} | item
    if message.content.get("reply_to"):
        item = {"context": {"from": number.display_phone, "id": message.content["reply_to"]}} | item
    return _envelope(number, {"contacts": [_contact(phone)], "messages": [item | {"type": kind, kind: parts}]})


def status_webhook(
    number: BusinessNumber,
    phone: Phone,
    message: ChatMessage,
    status: str,
    happened_at: datetime,
    error_code: int | None = None,
) -> dict[str, Any]:
    """The notification that a message of the business was sent, delivered, read, or failed with an error code."""
    item: dict[str, Any] = {"id": message.id, "status": status, "timestamp": _seconds(happened_at)}
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
    return _envelope(number, {"contacts": [_contact(phone)], "statuses": [item]})


def encode(payload: Mapping[str, Any]) -> bytes:
    """The bytes that go over the wire: escaped as Meta escapes them, so a signature over anything but these fails."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()


def signature(app_secret: str, raw: bytes) -> str:
    """The value of X-Hub-Signature-256 for exactly these bytes."""
    return "sha256=" + hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()


class WebhookAddress:
    """Where the product listens. `post` is true only when it answered 200; no answer counts as a refusal."""

    def __init__(self, session: requests.Session, url: str, app_secret: str) -> None:
        self._session = session
        self._url = url
        self._app_secret = app_secret

    def post(self, raw: bytes) -> bool:
        """Posts signed bytes; may be repeated, as Meta repeats."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signature(self._app_secret, raw),
        }
        try:
            answer = send(self._session, "POST", self._url, timeout=TIMEOUT, data=raw, headers=headers)
        except Failure:
            return False
        return answer.status_code == 200


def _envelope(number: BusinessNumber, value: dict[str, Any]) -> dict[str, Any]:
    metadata = {"display_phone_number": number.display_phone, "phone_number_id": number.phone_number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata} | value
    changes = [{"value": value, "field": "messages"}]
    return {"object": "whatsapp_business_account", "entry": [{"id": number.account_id, "changes": changes}]}


def _contact(phone: Phone) -> dict[str, Any]:
    contact: dict[str, Any] = {"profile": {"name": phone.name}, "user_id": phone.user_id}
    return contact if phone.hides_number else contact | {"wa_id": phone.wa_id}


def _parts(message: ChatMessage) -> tuple[str, dict[str, Any]]:
    content = message.content
    if message.kind == "text":
        return "text", {"body": content["text"]}
    if message.kind == "location":
        return "location", {key: content[key] for key in ("latitude", "longitude", "name", "address") if content[key]}
    if message.kind in ("button_reply", "list_reply"):
        reply = {"id": content["option_id"], "title": content["text"]}
        if content.get("description"):
            reply["description"] = content["description"]
        return "interactive", {"type": message.kind, message.kind: reply}
    digest = base64.b64encode(bytes.fromhex(content["sha256"])).decode()
    parts = {"mime_type": content["mime_type"], "sha256": digest, "id": content["media_id"]}
    if content.get("text"):
        parts["caption"] = content["text"]
    if message.kind == "document":
        parts["filename"] = content["filename"]
    if message.kind == "audio":
        parts["voice"] = content.get("voice", False)
    return message.kind, parts


def _seconds(when: datetime) -> str:
    return str(int(when.timestamp()))
