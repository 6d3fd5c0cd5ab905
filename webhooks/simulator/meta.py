"""Webhooks as Meta posts them: updates in their envelope, signed over the raw bytes, sent over HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from core.errors import Failure
from core.http import send
from webhooks.simulator.updates import Update

TIMEOUT = (2.0, 20.0)


@dataclass(frozen=True)
class BusinessNumber:
    """The provider's number as Meta knows it. `display_phone` is in digits."""

    account_id: str
    phone_number_id: str
    display_phone: str
    name: str


# How a batch is packed: so many updates of a field share a change, so many changes an entry.
ITEMS_A_CHANGE = 3
CHANGES_AN_ENTRY = 4


def envelope(number: BusinessNumber, updates: Sequence[Update]) -> dict[str, Any]:
    """One notification. Several updates stand in several entries and changes, and some share a change, as in a batch
    of Meta's; their order stays."""
    changes: list[tuple[str, dict[str, Any], int]] = []
    for update in updates:
        if changes and changes[-1][0] == update.field and changes[-1][2] < ITEMS_A_CHANGE:
            field, value, count = changes[-1]
            changes[-1] = (field, _joined(value, update.value), count + 1)
        else:
            changes.append((update.field, dict(update.value), 1))
    metadata = {"display_phone_number": number.display_phone, "phone_number_id": number.phone_number_id}
    said = [
        {"value": {"messaging_product": "whatsapp", "metadata": metadata} | value, "field": field}
        for field, value, _ in changes
    ]
    entries = [said[start : start + CHANGES_AN_ENTRY] for start in range(0, len(said), CHANGES_AN_ENTRY)]
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": number.account_id, "changes": own} for own in entries],
    }


def _joined(value: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Both values as one: lists are put together, a contact that is named twice stands there once."""
    joined = {key: list(items) for key, items in value.items()}
    for key, items in more.items():
        there = joined.setdefault(key, [])
        there += [item for item in items if key != "contacts" or item not in there]
    return joined


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
