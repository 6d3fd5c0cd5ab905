"""An approved template on the wire of Meta's Cloud API: the values of its header, body and buttons."""

from __future__ import annotations

from typing import Any

from core.errors import Refused
from webhooks.channels.cutting import cut
from webhooks.channels.meta_order import order_details
from webhooks.channels.ports import File, Outgoing, Template, TemplateButton

FILENAME, HEADER, VALUE = 240, 60, 1024


def template(message: Outgoing, media_id: str) -> dict[str, Any]:
    """The `template` of a message: what its placeholders stand for, and the file in its header if it has one."""
    used = message.template
    if used is None:
        raise Refused("no_template")
    header = _media_header(media_id, message.file) if message.file else _texts(used.header, HEADER)
    parts = [
        {"type": kind, "parameters": values}
        for kind, values in (("header", header), ("body", _texts(used.body, VALUE)))
    ]
    components = [part for part in parts if part["parameters"]]
    components += [_button(button, used, message) for button in used.buttons]
    found: dict[str, Any] = {"name": used.name, "language": {"code": used.language}}
    return found | ({"components": components} if components else {})


def media_part(kind: str, media_id: str, file: File) -> dict[str, str]:
    """An uploaded file; documents go with their name."""
    return {"id": media_id} | ({"filename": file.filename[-FILENAME:] or "arquivo"} if kind == "document" else {})


def _media_header(media_id: str, file: File) -> list[dict[str, Any]]:
    kind = file.mime_type.partition("/")[0]
    kind = kind if kind in ("image", "video") else "document"
    return [{"type": kind, kind: media_part(kind, media_id, file)}]


def _texts(values: tuple[str, ...], limit: int) -> list[dict[str, Any]]:
    # Meta refuses line breaks, tabs and runs of blanks in a value.
    return [{"type": "text", "text": cut(" ".join(value.split()), limit)} for value in values]


def _button(button: TemplateButton, used: Template, message: Outgoing) -> dict[str, Any]:
    kind = button.kind
    if kind == "copy_code" and used.category == "AUTHENTICATION":
        # The button that copies a one-time code is, on the wire, an address that ends in it.
        kind = "url"
    parameter: dict[str, Any]
    if kind == "url":
        parameter = {"type": "text", "text": button.value}
    elif kind == "quick_reply":
        parameter = {"type": "payload", "payload": button.value}
    elif kind == "copy_code":
        parameter = {"type": "coupon_code", "coupon_code": button.value}
    elif kind == "flow":
        parameter = {"type": "action", "action": {"flow_token": button.value} if button.value else {}}
    elif kind == "order_details":
        parameter = {"type": "action", "action": {"order_details": order_details(message.payment)}}
    else:
        raise Refused("unknown_template_button", kind)
    return {"type": "button", "sub_type": kind, "index": str(button.index), "parameters": [parameter]}
