"""A message template's words: its parts, which values they take, which values WhatsApp refuses, and how it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST_BODY = 1024
LONGEST_HEADER = 60
LONGEST_FOOTER = 60
LONGEST_TITLE = 25
LONGEST_LINK_END = 2000
SLOT = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BROKEN_LINE = re.compile(r"[\n\r\t\v\f\u0085\u2028\u2029]| {5,}")
# The channel's word for a button, and ours where its value goes. A one-time code is copied by what is sent as a url.
_BUTTON_KINDS = {
    "URL": "url",
    "OTP": "url",
    "QUICK_REPLY": "quick_reply",
    "COPY_CODE": "copy_code",
    "ORDER_DETAILS": "order_details",
    "FLOW": "flow",
    "PHONE_NUMBER": "phone_number",
}


class BadValue(Exception):
    """A value is missing, or WhatsApp would refuse it. `name` is the placeholder; the text says why, in Portuguese."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name


@dataclass(frozen=True)
class Button:
    """A button below a template. `id` is what comes back when it is tapped, where we gave it one."""

    kind: str
    title: str
    takes_value: bool
    id: str = ""


@dataclass(frozen=True)
class Wording:
    """The parts of a template. `header_kind` is empty, text, document, image or video; texts have {{1}} where values
    go, counted anew in each part."""

    header_kind: str
    header: str
    body: str
    footer: str
    buttons: tuple[Button, ...]

    @property
    def slots(self) -> int:
        """How many values it takes: those of the header, then of the body, then of the buttons."""
        return len(SLOT.findall(self.header)) + len(SLOT.findall(self.body)) + sum(b.takes_value for b in self.buttons)


@dataclass(frozen=True)
class Filled:
    """The values in their places. `buttons` are (kind, index, value); of a quick reply the id that comes back."""

    header: tuple[str, ...]
    body: tuple[str, ...]
    buttons: tuple[tuple[str, int, str], ...]


def wording(components: Sequence[Mapping[str, Any]]) -> Wording:
    """The parts in a channel's own list of components, of which what is unknown is left out. Never fails."""
    found = {str(part.get("type", "")).upper(): part for part in components}
    header, body, footer = (found.get(kind, {}) for kind in ("HEADER", "BODY", "FOOTER"))
    header_kind = str(header.get("format", "TEXT" if header else "")).lower()
    buttons = found.get("BUTTONS", {}).get("buttons") or ()
    return Wording(
        header_kind=header_kind,
        header=str(header.get("text", "")) if header_kind == "text" else "",
        # Of a one-time code's template the words are WhatsApp's own: all that is known is that the code is in them.
        body=str(body.get("text") or "{{1}}"),
        footer=str(footer.get("text", "")),
        buttons=tuple(_button(button) for button in buttons if isinstance(button, Mapping)),
    )


def _button(button: Mapping[str, Any]) -> Button:
    word = str(button.get("type", "")).upper()
    takes_value = word in {"OTP", "COPY_CODE"} or (word == "URL" and bool(SLOT.search(str(button.get("url", "")))))
    kind = _BUTTON_KINDS.get(word, word.lower())
    return Button(kind, str(button.get("text", "")), takes_value, str(button.get("id", "")))


def fill(words: Wording, variables: Sequence[str], values: Mapping[str, str]) -> Filled:
    """Puts each value where its name stands in `variables`: the header's names, then the body's, then the buttons'.

    Raises BadValue with the name of the first value that is missing or that WhatsApp would refuse.
    """
    names = list(variables) if len(variables) == words.slots else [str(place + 1) for place in range(words.slots)]
    given = iter([_checked(name, values) for name in names])
    header = _take(words.header, given)
    body = _take(words.body, given)
    buttons = tuple(_button_values(words, given))
    if body and len(filled_text(words.body, body)) > LONGEST_BODY:
        longest = max(zip(body, names[len(header) :], strict=False), key=lambda pair: len(pair[0]))[1]
        raise BadValue(longest, f"com este valor a mensagem passa de {LONGEST_BODY} caracteres")
    if header and len(filled_text(words.header, header)) > LONGEST_HEADER:
        raise BadValue(names[0], f"com este valor o título passa de {LONGEST_HEADER} caracteres")
    return Filled(header, body, buttons)


def _take(text: str, given: Iterator[str]) -> tuple[str, ...]:
    return tuple(next(given) for _ in SLOT.findall(text))


def _button_values(words: Wording, given: Iterator[str]) -> Iterator[tuple[str, int, str]]:
    for index, button in enumerate(words.buttons):
        if button.takes_value:
            yield button.kind, index, next(given)
        elif button.kind == "order_details" or button.id:
            yield button.kind, index, button.id


def _checked(name: str, values: Mapping[str, str]) -> str:
    value = str(values.get(name, "")).strip()
    if not value:
        raise BadValue(name, "falta o valor")
    if _BROKEN_LINE.search(value):
        raise BadValue(name, "o valor não pode ter quebra de linha, tabulação nem mais de 4 espaços seguidos")
    if len(value) > LONGEST_LINK_END:
        raise BadValue(name, "o valor é longo demais")
    return value


def filled_text(text: str, values: Sequence[str]) -> str:
    """The text with its values in place, in the order in which their places stand."""
    given = iter(values)
    return SLOT.sub(lambda slot: next(given, slot.group()), text)


def as_read(words: Wording, filled: Filled) -> str:
    """The whole as the customer reads it, without its buttons."""
    parts = (filled_text(words.header, filled.header), filled_text(words.body, filled.body), words.footer)
    return "\n\n".join(part for part in parts if part)
