"""What a phone shows of interactive messages, and what the Graph API asks of them beyond their schemas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from webhooks.simulator.orders import order_status_view, order_view
from webhooks.simulator.refusal import bad_value

ROWS = 10

Part = Mapping[str, Any]
Shown = tuple[str, dict[str, Any]]
FileView = Callable[[str, Part], dict[str, Any]]


def interactive_view(value: Part, file: FileView) -> Shown:
    """(kind of bubble, its content) of a message that its schema allows. Raises Refusal."""
    content: dict[str, Any] = {"text": value["body"]["text"]}
    if "footer" in value:
        content["footer"] = value["footer"]["text"]
    if "header" in value:
        content["header"] = header_view(value["header"], file)
    shown, action = VIEWS[value["type"]](value)
    return shown, content | action


def header_view(header: Part, file: FileView) -> dict[str, Any]:
    """A header of text or with a file."""
    form = header["type"]
    return {"kind": form} | ({"text": header["text"]} if form == "text" else file(form, header[form]))


def _buttons(value: Part) -> Shown:
    buttons = [dict(button["reply"]) for button in value["action"]["buttons"]]
    _unique([button["title"] for button in buttons], "Duplicated button title")
    _unique([button["id"] for button in buttons], "Duplicated button id")
    return "buttons", {"buttons": buttons}


def _list(value: Part) -> Shown:
    action = value["action"]
    sections = [
        {"title": section.get("title", ""), "rows": [{"description": ""} | row for row in section["rows"]]}
        for section in action["sections"]
    ]
    rows = [row for section in sections for row in section["rows"]]
    if len(rows) > ROWS:
        raise bad_value(f"Total row count exceed max allowed count: {ROWS}")
    _unique([row["id"] for row in rows], "Duplicated row id")
    return "list", {"button": action["button"], "sections": sections}


def _link(value: Part) -> Shown:
    parameters = value["action"]["parameters"]
    return "link", {"button": parameters["display_text"], "url": parameters["url"]}


def _order(value: Part) -> Shown:
    parameters = value["action"]["parameters"]
    if "header" in value and "order" not in parameters:
        raise bad_value("A header is only shown with items")
    return "order", order_view(parameters)


def _unique(values: Sequence[str], complaint: str) -> None:
    if len(set(values)) != len(values):
        raise bad_value(complaint)


VIEWS: Mapping[str, Callable[[Part], Shown]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "location_request_message": lambda _: ("location_request", {}),
    "request_contact_info": lambda _: ("contact_request", {}),
    "order_details": _order,
    "order_status": lambda value: ("order_status", order_status_view(value["action"]["parameters"])),
}
