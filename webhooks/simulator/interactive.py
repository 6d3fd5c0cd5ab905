"""Which interactive messages the Graph API accepts: reply buttons, lists and a link button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from webhooks.simulator.fields import a_list, an_object, only, text_of
from webhooks.simulator.refusal import bad_value, malformed

BODY = 1024
HEADER = FOOTER = 60
BUTTONS = 3
BUTTON_TITLE = 20
BUTTON_ID = 256
LIST_BUTTON = 20
ROWS = SECTIONS = 10
ROW_TITLE = SECTION_TITLE = 24
ROW_DESCRIPTION = 72
ROW_ID = 200

HeaderMedia = Callable[[str, Mapping[str, Any]], dict[str, Any]]


def check_interactive(value: Mapping[str, Any], header_media: HeaderMedia) -> tuple[str, dict[str, Any]]:
    """(kind of bubble, its content). Raises Refusal."""
    only(value, {"type", "header", "body", "footer", "action"}, "interactive")
    kind = value.get("type")
    if kind not in ACTIONS:
        raise malformed("Param interactive['type'] must be one of {button, list, cta_url}.")
    body = an_object(value.get("body"), "interactive['body']")
    content: dict[str, Any] = {"text": text_of(body, "text", "interactive['body']", longest=BODY)}
    if "footer" in value:
        footer = an_object(value["footer"], "interactive['footer']")
        content["footer"] = text_of(footer, "text", "interactive['footer']", longest=FOOTER)
    if "header" in value:
        content["header"] = _header(an_object(value["header"], "interactive['header']"), str(kind), header_media)
    shown, action = ACTIONS[str(kind)](an_object(value.get("action"), "interactive['action']"))
    return shown, content | action


def _header(header: Mapping[str, Any], kind: str, header_media: HeaderMedia) -> dict[str, Any]:
    form = header.get("type")
    if form == "text":
        only(header, {"type", "text"}, "interactive['header']")
        return {"kind": "text", "text": text_of(header, "text", "interactive['header']", longest=HEADER)}
    if form not in ("image", "document", "video") or kind == "list":
        raise malformed("Param interactive['header']['type'] is not allowed here.")
    media = an_object(header.get(str(form)), f"interactive['header']['{form}']")
    content = header_media(str(form), media)
    if isinstance(media.get("filename"), str):
        content["filename"] = media["filename"]
    return {"kind": form, **content}


def _buttons(action: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    where = "interactive['action']['buttons']"
    only(action, {"buttons"}, "interactive['action']")
    items = a_list(action.get("buttons"), where)
    if not 1 <= len(items) <= BUTTONS:
        raise bad_value(f"Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {BUTTONS}")
    buttons = []
    for item in items:
        button = an_object(item, where)
        only(button, {"type", "reply"}, where)
        if button.get("type") != "reply":
            raise malformed(f"Param {where}['type'] must be one of {{REPLY}}.")
        reply = an_object(button.get("reply"), f"{where}['reply']")
        only(reply, {"id", "title"}, f"{where}['reply']")
        option_id = text_of(reply, "id", where, longest=BUTTON_ID)
        buttons.append({"id": option_id, "title": text_of(reply, "title", where, longest=BUTTON_TITLE)})
    _unique([button["title"] for button in buttons], "Duplicated button title")
    _unique([button["id"] for button in buttons], "Duplicated button id")
    return "buttons", {"buttons": buttons}


def _list(action: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    where = "interactive['action']['sections']"
    only(action, {"button", "sections"}, "interactive['action']")
    label = text_of(action, "button", "interactive['action']", longest=LIST_BUTTON)
    items = a_list(action.get("sections"), where)
    if not 1 <= len(items) <= SECTIONS:
        raise bad_value(f"Invalid sections count. Min allowed sections: 1, Max allowed sections: {SECTIONS}")
    sections = [_section(an_object(item, where), needs_title=len(items) > 1) for item in items]
    rows = [row for section in sections for row in section["rows"]]
    if len(rows) > ROWS:
        raise bad_value(f"Total row count exceed max allowed count: {ROWS}")
    _unique([row["id"] for row in rows], "Duplicated row id")
    return "list", {"button": label, "sections": sections}


def _section(section: Mapping[str, Any], *, needs_title: bool) -> dict[str, Any]:
    where = "interactive['action']['sections']"
    only(section, {"title", "rows"}, where)
    title = text_of(section, "title", where, longest=SECTION_TITLE, required=needs_title)
    rows = []
    for item in a_list(section.get("rows"), f"{where}['rows']"):
        row = an_object(item, f"{where}['rows']")
        only(row, {"id", "title", "description"}, f"{where}['rows']")
        rows.append(
            {
                "id": text_of(row, "id", f"{where}['rows']", longest=ROW_ID),
                "title": text_of(row, "title", f"{where}['rows']", longest=ROW_TITLE),
                "description": text_of(row, "description", f"{where}['rows']", longest=ROW_DESCRIPTION, required=False)
                or "",
            }
        )
    if not rows:
        raise bad_value("A section needs at least one row")
    return {"title": title or "", "rows": rows}


def _link(action: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    where = "interactive['action']['parameters']"
    only(action, {"name", "parameters"}, "interactive['action']")
    if action.get("name") != "cta_url":
        raise malformed("Param interactive['action']['name'] must be one of {CTA_URL}.")
    parameters = an_object(action.get("parameters"), where)
    only(parameters, {"display_text", "url"}, where)
    url = text_of(parameters, "url", where, longest=2000) or ""
    if not url.startswith(("https://", "http://")):
        raise bad_value("url is not a valid URL")
    return "link", {"button": text_of(parameters, "display_text", where, longest=BUTTON_TITLE), "url": url}


def _unique(values: list[str | None], complaint: str) -> None:
    if len(set(values)) != len(values):
        raise bad_value(complaint)


ACTIONS: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, dict[str, Any]]]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
}
