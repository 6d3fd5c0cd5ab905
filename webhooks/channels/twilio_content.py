"""Bubbles with buttons, lists and links as Twilio's Content API wants them: one content for each shape, texts apart."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from core.errors import Refused
from webhooks.channels.cutting import cut, cut_apart
from webhooks.channels.ports import Outgoing, Template
from webhooks.fallback import plain

BODY = 1024
BUTTONS, BUTTON_TITLE = 3, 20
ROWS, ROW_TITLE, ROW_ABOUT, OPTION_ID, LIST_BUTTON = 10, 24, 72, 200, 20
SAMPLE = "exemplo"
# What needs no content: it goes as Body and MediaUrl.
PLAIN = frozenset({"text", "document", "image", "audio", "video"})


@dataclass(frozen=True)
class Content:
    """`types` say how it looks, with {{1}}, {{2}} ... in place of the texts in `variables`."""

    types: dict[str, Any]
    variables: dict[str, str]

    def shape(self, *scope: str) -> str:
        """A name for the look alone: the same for all bubbles that can share one content within `scope`."""
        text = json.dumps([*scope, self.types], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def samples(self) -> dict[str, str]:
        """A value for each variable, as creating a content asks for."""
        return dict.fromkeys(self.variables, SAMPLE)


def fitting(message: Outgoing) -> Outgoing:
    """The message as a kind that has room for all of it: more buttons become a list, and what does not fit becomes
    text."""
    kind, options = message.kind, message.options
    if kind == "buttons" and len(options) > BUTTONS:
        kind, message = "list", replace(message, kind="list")
    rows_fit = bool(message.list_button) and len(options) <= ROWS
    fits = {"buttons": bool(options), "list": bool(options) and rows_fit, "link": message.link is not None}
    return message if kind in PLAIN or (fits.get(kind, True) and len(message.text) <= BODY) else in_words(message)


def in_words(message: Outgoing) -> Outgoing:
    """The message as text, to be sent without a content."""
    return plain(message, PLAIN) or message


def content_of(message: Outgoing) -> Content | None:
    """The content for a message that is `fitting`; None for those that need none. Raises Refused."""
    build = SHAPES.get(message.kind)
    if build is None:
        return None
    texts = _Texts()
    return Content(build(message, texts), texts.variables)


def template_variables(template: Template) -> dict[str, str]:
    """The values for an approved template, counted through the whole content as `twilio_templates` makes it: the
    header's, the body's, then those of buttons, less the ids of quick replies, which stand in the content.

    The code of an authentication template is one value, although it stands in the body and in the button.
    """
    taken = () if template.category == "AUTHENTICATION" else template.buttons
    ends = (button.value for button in taken if button.kind != "quick_reply")
    values = [*template.header, *template.body, *(end for end in ends if end)]
    return {str(place): _tidy(value) for place, value in enumerate(values, start=1)}


class _Texts:
    """Gives out placeholders and keeps what belongs there."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        name = str(len(self.variables) + 1)
        self.variables[name] = _tidy(text)
        return f"{{{{{name}}}}}"

    def lines(self, text: str) -> str:
        """A placeholder for each line: no value may hold a line break (21656), and none may be blank."""
        return "\n".join(self(line) if line.strip() else "" for line in text.strip().splitlines())


def _tidy(text: str) -> str:
    """Without what no value may hold: line breaks, tabs, and more than four spaces in a row."""
    return re.sub(r" {5,}", " " * 4, re.sub(r"\s", " ", text))


def _quick_replies(message: Outgoing, texts: _Texts) -> dict[str, Any]:
    body = texts.lines(message.text)
    titles = cut_apart((title for _, title, _ in message.options), BUTTON_TITLE)
    actions = [
        {"type": "QUICK_REPLY", "title": texts(title), "id": texts(_id(name))}
        for title, (name, _, _) in zip(titles, message.options, strict=True)
    ]
    return {"twilio/quick-reply": {"body": body, "actions": actions}}


def _list_picker(message: Outgoing, texts: _Texts) -> dict[str, Any]:
    body, button = texts.lines(message.text), texts(cut(message.list_button, LIST_BUTTON))
    titles = cut_apart((title for _, title, _ in message.options), ROW_TITLE)
    items = [
        {"item": texts(title), "id": texts(_id(name)), **_about(about, texts)}
        for title, (name, _, about) in zip(titles, message.options, strict=True)
    ]
    return {"twilio/list-picker": {"body": body, "button": button, "items": items}}


def _about(about: str, texts: _Texts) -> dict[str, str]:
    return {"description": texts(cut(about, ROW_ABOUT))} if about.strip() else {}


def _id(name: str) -> str:
    """What comes back on a tap: cut, it would mean something else."""
    if len(name) > OPTION_ID:
        raise Refused("option_id_too_long")
    return name


def _link(message: Outgoing, texts: _Texts) -> dict[str, Any]:
    """Only the end of an address may vary, and the words on the button may not."""
    if message.link is None:
        raise Refused("no_link")
    url = message.link.url
    parts = urlsplit(url)
    start = f"{parts.scheme}://{parts.netloc}/"
    body = texts.lines(message.text)
    shown = start + texts(url.removeprefix(start)) if url.startswith(start) and url != start else url
    action = {"type": "URL", "title": cut(message.link.title, BUTTON_TITLE), "url": shown}
    return {"twilio/call-to-action": {"body": body, "actions": [action]}}


SHAPES: dict[str, Callable[[Outgoing, _Texts], dict[str, Any]]] = {
    "buttons": _quick_replies,
    "list": _list_picker,
    "link": _link,
}
