"""Puts into words what a channel cannot show, without losing anything a customer needs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from webhooks.channels.cutting import split_off
from webhooks.channels.ports import Outgoing

CAPTION = 1024


def plain(message: Outgoing, kinds: frozenset[str]) -> Outgoing | None:
    """The message as a channel can send it that shows `kinds`; itself where it can.

    None where nothing is to be sent, since words would say something else (a reaction). A template stays one: it may
    not be replaced by free words. The text that comes out may be longer than its bubble has room for: see `parted`.
    """
    put = IN_WORDS.get(message.kind)
    if message.kind in kinds or put is None:
        return message
    return put(message, kinds)


def parted(message: Outgoing, *, captions: bool, longest: int) -> tuple[Outgoing, str]:
    """(the message with as much of its text as its bubble has room for, the rest, which needs a bubble of its own).

    A text may have `longest` characters. A file has room for a caption where the channel shows `captions`; a document
    has none where it does not, and a sound never.
    """
    limit = longest
    if message.kind in ("document", "image", "video"):
        limit = CAPTION if captions or message.kind != "document" else 0
    elif message.kind == "audio":
        limit = 0
    head, rest = split_off(message.text, limit)
    return (replace(message, text=head), rest) if rest else (message, "")


def numbered(text: str, options: Sequence[tuple[str, str, str]]) -> str:
    """The text with its options as numbered lines: the customer answers with the number."""
    lines = [
        f"{place}. {title}: {about}" if about else f"{place}. {title}"
        for place, (_, title, about) in enumerate(options, start=1)
    ]
    return "\n".join([*([text, ""] if text else []), *lines]) if lines else text


def _options(message: Outgoing, kinds: frozenset[str]) -> Outgoing:
    text = message.words or numbered(message.text, message.options)
    return replace(message, kind="text", text=text, options=(), list_button="", words="")


def _link(message: Outgoing, kinds: frozenset[str]) -> Outgoing:
    text, link = message.words or message.text, message.link
    if link and link.url not in text:
        text = _paragraphs(text, f"{link.title}: {link.url}" if link.title else link.url)
    return replace(message, kind="text", text=text, link=None, words="")


def _file(message: Outgoing, kinds: frozenset[str]) -> Outgoing:
    text = message.words or message.text
    if message.file and message.file.link:
        text = _paragraphs(text, f"{message.file.filename}: {message.file.link}")
    return replace(message, kind="text", text=text, file=None, words="")


def _payment(message: Outgoing, kinds: frozenset[str]) -> Outgoing:
    """The bill as a file where there is one, and each way to pay alone in its line, exactly as it came."""
    text = message.words or message.text
    ways = message.payment.ways if message.payment else ()
    text = _paragraphs(text, *(way for way in ways if way not in text.split("\n")))
    with_file = message.file is not None and "document" in kinds
    spoken = replace(message, kind="document" if with_file else "text", text=text, payment=None, words="")
    return spoken if with_file else replace(spoken, file=None)


def _payment_status(message: Outgoing, kinds: frozenset[str]) -> Outgoing:
    text, note = message.words or message.text, message.payment.note if message.payment else ""
    text = _paragraphs(text, note if note not in text else "")
    return replace(message, kind="text", text=text, payment=None, words="")


def _request(message: Outgoing, kinds: frozenset[str]) -> Outgoing:
    return replace(message, kind="text", text=message.words or message.text, words="")


def _nothing(message: Outgoing, kinds: frozenset[str]) -> None:
    return None


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


IN_WORDS: dict[str, Callable[[Outgoing, frozenset[str]], Outgoing | None]] = {
    "buttons": _options,
    "list": _options,
    "link": _link,
    "document": _file,
    "image": _file,
    "audio": _file,
    "video": _file,
    "location_request": _request,
    "contact_request": _request,
    "reaction": _nothing,
    "payment": _payment,
    "payment_status": _payment_status,
}
