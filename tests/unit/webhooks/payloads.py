"""Bodies as Meta and Twilio send them, built in one line each."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

ANA = "5512981110001"
ANA_SHORT = "551281110001"
BRUNO = "5512981110002"
BSUID = "BR.1502576394655843"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_serial = itertools.count(1)


def text(
    body: str = "oi",
    *,
    wa_id: str = ANA,
    bsuid: str = "",
    message_id: str = "",
    at: float | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A text message; absent names are absent keys."""
    message: dict[str, Any] = {
        "id": message_id or f"wamid.in{next(_serial)}",
        "timestamp": str(int(time.time() if at is None else at)),
        "type": "text",
        "text": {"body": body},
    }
    if wa_id:
        message["from"] = wa_id
    if bsuid:
        message["from_user_id"] = bsuid
    return {**message, **more}


def status(provider_id: str, state: str, *, key: str = "", code: int | None = None, **more: Any) -> dict[str, Any]:
    """A receipt."""
    receipt: dict[str, Any] = {"id": provider_id, "status": state, "timestamp": str(int(time.time()))}
    if key:
        receipt["biz_opaque_callback_data"] = key
    if code is not None:
        receipt["errors"] = [{"code": code, "title": "recusada"}]
    return {**receipt, **more}


def value(
    messages: Sequence[Any] = (), statuses: Sequence[Any] = (), contacts: Sequence[Any] = (), **more: Any
) -> dict[str, Any]:
    """The value of one change; empty lists are left out."""
    parts = {"messages": list(messages), "statuses": list(statuses), "contacts": list(contacts)}
    return {"messaging_product": "whatsapp", **{name: part for name, part in parts.items() if part}, **more}


def meta(*values: Mapping[str, Any], field: str = "messages") -> bytes:
    """A body with one entry and one change for each value."""
    changes = [{"field": field, "value": dict(one)} for one in values]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}).encode()


def twilio(**fields: str) -> bytes:
    """A form with the fields every inbound message has, changed or completed by `fields`."""
    form = {"MessageSid": f"SM{next(_serial)}", "From": f"whatsapp:+{ANA}", "Body": "oi", "NumMedia": "0"}
    return urlencode({**form, **fields}).encode()


def edit(original: str, body: str, **more: Any) -> dict[str, Any]:
    """The customer gives an earlier message other words."""
    inner = {"type": "text", "text": {"body": body}}
    return _change("edit", {"original_message_id": original, "message": inner}, more)


def revoke(original: str, **more: Any) -> dict[str, Any]:
    """The customer takes an earlier message back."""
    return _change("revoke", {"original_message_id": original}, more)


def reaction(original: str, emoji: str = "👍", **more: Any) -> dict[str, Any]:
    """The customer puts an emoji on a message; without one it is taken back."""
    return _change("reaction", {"message_id": original, **({"emoji": emoji} if emoji else {})}, more)


def system(kind: str, *, wa_id: str = ANA, message_id: str = "", **said: Any) -> dict[str, Any]:
    """News of the person behind a number."""
    return _change("system", {"type": kind, **said}, {"wa_id": wa_id, "message_id": message_id})


def echo(body: str = "já resolvi", *, to: str = ANA, **more: Any) -> dict[str, Any]:
    """A message that a person sent from the phone's app."""
    said = text(body, wa_id="", **more)
    return {**said, "from": "551230001000", "to": to}


def echoes(*messages: Any, **more: Any) -> bytes:
    """A body with these echoes."""
    return meta({"messaging_product": "whatsapp", "message_echoes": list(messages), **more}, field="smb_message_echoes")


def _change(kind: str, said: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    message = text(**{**more, "type": kind, kind: said})
    del message["text"]
    return message
