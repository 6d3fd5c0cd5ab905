"""Which messages the Graph API accepts, and what a phone shows of them: the schemas, and what no schema can say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from webhooks.schemas import Problem, problems_of
from webhooks.simulator.interactive import interactive_view
from webhooks.simulator.media import MediaInfo
from webhooks.simulator.people import USER_ID
from webhooks.simulator.refusal import Refusal, bad_value, malformed, missing_part
from webhooks.simulator.template_view import Approved, template_view

FindMedia = Callable[[str], MediaInfo | None]
Part = Mapping[str, Any]
Shown = tuple[str, dict[str, Any]]
MEDIA_TYPES = {
    "image": ("image/jpeg", "image/png"),
    "audio": ("audio/",),
    "video": ("video/mp4", "video/3gpp"),
    "sticker": ("image/webp",),
    "document": ("",),
}
REFUSALS = {"form": malformed, "missing": missing_part, "value": bad_value}


@dataclass(frozen=True)
class Outgoing:
    """An accepted message. Exactly one of `number` (digits) and `user_id` says who gets it; `astray` marks a user id
    that was put where only a number belongs: accepted, and lost without a word."""

    number: str | None
    user_id: str | None
    astray: bool
    kind: str
    content: Mapping[str, Any]
    callback: str | None
    reply_to: str | None


def check_message(body: object, find_media: FindMedia, templates: Mapping[str, Approved]) -> Outgoing:
    """The message in a request body. Raises Refusal as the Graph API would answer."""
    if not isinstance(body, dict):
        raise malformed("Param $ must be a JSON object.")
    message = {"type": "text"} | {key: value for key, value in body.items() if value is not None}
    astray = isinstance(message.get("to"), str) and bool(USER_ID.fullmatch(message["to"]))
    message = _addressed(message)
    kind = str(message["type"])
    value = message.get(kind)
    if kind in MEDIA_TYPES and isinstance(value, dict) and "link" in value:
        # Nothing leaves the machine in a simulation, and a fetch by link is what fails at random on the real side.
        raise Refusal(131053, "(#131053) Media upload error", "Upload the file and send it by id.")
    refuse_first(problems_of(message))
    shown, content = _view(kind, message[kind], find_media, templates)
    reply_to = message.get("context", {}).get("message_id")
    callback = message.get("biz_opaque_callback_data")
    return Outgoing(message.get("to"), message.get("recipient"), astray, shown, content, callback, reply_to)


def check_read_receipt(body: Mapping[str, Any]) -> tuple[str, bool]:
    """(id of the message read, whether to show the typing indicator). Raises Refusal."""
    receipt = {key: value for key, value in body.items() if value is not None}
    refuse_first(problems_of(receipt))
    return receipt["message_id"], "typing_indicator" in receipt


def refuse_first(problems: Iterable[Problem]) -> None:
    """Raises the Refusal that the first problem asks for, if there is any."""
    for problem in problems:
        raise REFUSALS[problem.kind](problem.text)


def _addressed(message: dict[str, Any]) -> dict[str, Any]:
    """A number as digits, however it was written. A user id that was put in `to` is taken for what it is: the rest of
    the message is checked all the same."""
    to = message.get("to")
    if not isinstance(to, str):
        return message
    if USER_ID.fullmatch(to) and "recipient" not in message:
        return {key: value for key, value in message.items() if key != "to"} | {"recipient": to}
    return message | {"to": re.sub(r"[\s()+-]", "", to)}


def _view(kind: str, value: Part, find: FindMedia, templates: Mapping[str, Approved]) -> Shown:
    def file(form: str, part: Part) -> dict[str, Any]:
        return media_content(form, part, find)

    if kind == "text":
        return "text", {"text": value["body"]}
    if kind == "interactive":
        return interactive_view(value, file)
    if kind == "template":
        return "text", template_view(value, templates, file)
    if kind == "reaction":
        return "reaction", {"target": value["message_id"], "emoji": value["emoji"]}
    if kind == "location":
        place = {"latitude": float(value["latitude"]), "longitude": float(value["longitude"])}
        return "location", place | {key: value.get(key, "") for key in ("name", "address")}
    return kind, file(kind, value)


def media_content(kind: str, value: Part, find: FindMedia) -> dict[str, Any]:
    """What a phone needs to show an uploaded file. Raises Refusal for an unknown id or a wrong type."""
    info = find(value["id"])
    if info is None:
        raise bad_value(f"{kind}['id'] is not a valid media id")
    if not info.mime_type.startswith(MEDIA_TYPES[kind]):
        raise Refusal(131053, "(#131053) Media upload error", f"{info.mime_type} cannot be sent as {kind}.")
    told = {"text": value.get("caption"), "filename": value.get("filename")}
    return media_view(info) | {key: text for key, text in told.items() if text}


def media_view(info: MediaInfo) -> dict[str, Any]:
    """The facts of a file as a bubble keeps them."""
    return {
        "media_id": info.id,
        "mime_type": info.mime_type,
        "sha256": info.sha256,
        "size": info.size,
        "filename": info.filename,
    }
