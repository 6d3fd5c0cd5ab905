"""Bubbles with buttons, lists and links as Twilio's Content API wants them: one content for each shape, texts apart."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from core.errors import Refused
from webhooks.channels.ports import Outgoing, Template

MOST_BUTTONS = 3
MOST_ROWS = 10
SAMPLE = "exemplo"


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


def content_of(message: Outgoing) -> Content | None:
    """The content for a bubble that needs one; None for those that go as plain text or file. Raises Refused."""
    build = SHAPES.get(message.kind)
    if build is None:
        return None
    texts = _Texts()
    return Content(build(message, texts), texts.variables)


def template_variables(template: Template) -> dict[str, str]:
    """The values for an approved template: those of the body from 1 on, then the header's, then ends of addresses.

    The code of an authentication template is one value, although it stands in the body and in the button.
    """
    ends = () if template.category == "AUTHENTICATION" else tuple(button.value for button in template.buttons)
    values = [*template.body, *template.header, *(end for end in ends if end)]
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
    if not 1 <= len(message.options) <= MOST_BUTTONS:
        raise Refused("options_count")
    body = texts.lines(message.text)
    actions = [{"type": "QUICK_REPLY", "title": texts(title), "id": texts(name)} for name, title, _ in message.options]
    return {"twilio/quick-reply": {"body": body, "actions": actions}}


def _list_picker(message: Outgoing, texts: _Texts) -> dict[str, Any]:
    if not 1 <= len(message.options) <= MOST_ROWS:
        raise Refused("options_count")
    body, button = texts.lines(message.text), texts(message.list_button)
    items = [
        {"item": texts(title), "id": texts(name), **({"description": texts(about)} if about.strip() else {})}
        for name, title, about in message.options
    ]
    return {"twilio/list-picker": {"body": body, "button": button, "items": items}}


def _link(message: Outgoing, texts: _Texts) -> dict[str, Any]:
    """Only the end of an address may vary, and the words on the button may not."""
    if message.link is None:
        raise Refused("no_link")
    parts = urlsplit(message.link.url)
    start = f"{parts.scheme}://{parts.netloc}/"
    end = message.link.url.removeprefix(start)
    body = texts.lines(message.text)
    url = start + texts(end) if end and end != message.link.url else message.link.url
    action = {"type": "URL", "title": message.link.title, "url": url}
    return {"twilio/call-to-action": {"body": body, "actions": [action]}}


SHAPES: dict[str, Callable[[Outgoing, _Texts], dict[str, Any]]] = {
    "buttons": _quick_replies,
    "list": _list_picker,
    "link": _link,
}
