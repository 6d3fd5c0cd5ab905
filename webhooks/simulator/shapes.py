"""Which messages the Graph API accepts: shapes and limits of everything a business may send."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from webhooks.simulator.fields import an_object, only, text_of
from webhooks.simulator.interactive import check_interactive
from webhooks.simulator.media import MediaInfo
from webhooks.simulator.people import USER_ID
from webhooks.simulator.refusal import Refusal, bad_value, malformed, missing

FindMedia = Callable[[str], MediaInfo | None]
CAPTION = 1024
ENVELOPE = {"messaging_product", "recipient_type", "to", "recipient", "type", "biz_opaque_callback_data", "context"}
MEDIA_TYPES = {
    "image": ("image/jpeg", "image/png"),
    "audio": ("audio/",),
    "video": ("video/mp4", "video/3gpp"),
    "sticker": ("image/webp",),
    "document": ("",),
}


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


def check_message(body: object, find_media: FindMedia, templates: Mapping[str, str]) -> Outgoing:
    """The message in a request body. Raises Refusal as the Graph API would answer."""
    message = an_object(body, "$")
    _product(message)
    kind = message.get("type", "text")
    if not isinstance(kind, str) or kind not in CHECKS:
        raise malformed(f'Param type must be one of {{{", ".join(sorted(CHECKS))}}} - got "{kind}".')
    only(message, ENVELOPE | {kind}, "$")
    if message.get("recipient_type", "individual") != "individual":
        raise bad_value("recipient_type must be individual")
    number, user_id, astray = _recipient(message)
    if kind not in message:
        raise missing(kind)
    callback = text_of(message, "biz_opaque_callback_data", "$", longest=512, required=False)
    shown, content = CHECKS[kind](an_object(message[kind], kind), find_media, templates)
    return Outgoing(number, user_id, astray, shown, content, callback, _reply_to(message))


def check_read_receipt(body: Mapping[str, Any]) -> tuple[str, bool]:
    """(id of the message read, whether to show the typing indicator). Raises Refusal."""
    _product(body)
    only(body, {"messaging_product", "status", "message_id", "typing_indicator"}, "$")
    if body["status"] != "read":
        raise malformed("Param status must be one of {READ}.")
    message_id = text_of(body, "message_id", "$", longest=512)
    typing = body.get("typing_indicator")
    if typing is not None and an_object(typing, "typing_indicator").get("type") != "text":
        raise malformed("Param typing_indicator['type'] must be one of {TEXT}.")
    return message_id or "", typing is not None


def _product(message: Mapping[str, Any]) -> None:
    if message.get("messaging_product") != "whatsapp":
        raise Refusal(100, "(#100) The parameter messaging_product is required.")


def _recipient(message: Mapping[str, Any]) -> tuple[str | None, str | None, bool]:
    number = text_of(message, "to", "$", longest=200, required=False)
    if number:
        if USER_ID.fullmatch(number):
            return None, number, True
        digits = re.sub(r"[\s()+-]", "", number)
        if not re.fullmatch(r"[0-9]{7,15}", digits):
            raise bad_value("to is not a phone number")
        return digits, None, False
    user_id = text_of(message, "recipient", "$", longest=160, required=False)
    if not user_id:
        raise Refusal(100, "(#100) The parameter to is required.")
    if not USER_ID.fullmatch(user_id):
        raise bad_value("recipient is not a business-scoped user id")
    return None, user_id, False


def _reply_to(message: Mapping[str, Any]) -> str | None:
    if "context" not in message:
        return None
    context = an_object(message["context"], "context")
    only(context, {"message_id"}, "context")
    return text_of(context, "message_id", "context", longest=512)


Checked = tuple[str, dict[str, Any]]


def _text(value: Mapping[str, Any], _find: FindMedia, _templates: Mapping[str, str]) -> Checked:
    only(value, {"body", "preview_url"}, "text")
    if not isinstance(value.get("preview_url", False), bool):
        raise malformed("Param text['preview_url'] must be a boolean.")
    return "text", {"text": text_of(value, "body", "text", longest=4096)}


def _media(kind: str) -> Callable[[Mapping[str, Any], FindMedia, Mapping[str, str]], Checked]:
    extra = {"document": {"caption", "filename"}, "image": {"caption"}, "video": {"caption"}, "audio": {"voice"}}

    def check(value: Mapping[str, Any], find: FindMedia, _templates: Mapping[str, str]) -> Checked:
        only(value, {"id", "link"} | extra.get(kind, set()), kind)
        caption = text_of(value, "caption", kind, longest=CAPTION, required=False)
        filename = text_of(value, "filename", kind, longest=240, required=kind == "document")
        content = media_content(kind, value, find)
        if caption:
            content["text"] = caption
        if filename:
            content["filename"] = filename
        return kind, content

    return check


def media_content(kind: str, value: Mapping[str, Any], find: FindMedia) -> dict[str, Any]:
    """What a phone needs to show an uploaded file. Raises Refusal for a link, an unknown id or a wrong type."""
    if "link" in value:
        # Nothing leaves the machine in a simulation, and a fetch by link is what fails at random on the real side.
        raise Refusal(131053, "(#131053) Media upload error", "Upload the file and send it by id.")
    media_id = text_of(value, "id", kind, longest=64) or ""
    info = find(media_id)
    if info is None:
        raise bad_value(f"{kind}['id'] is not a valid media id")
    if not info.mime_type.startswith(MEDIA_TYPES[kind]):
        raise Refusal(131053, "(#131053) Media upload error", f"{info.mime_type} cannot be sent as {kind}.")
    return media_view(info)


def media_view(info: MediaInfo) -> dict[str, Any]:
    """The facts of a file as a bubble keeps them."""
    return {
        "media_id": info.id,
        "mime_type": info.mime_type,
        "sha256": info.sha256,
        "size": info.size,
        "filename": info.filename,
    }


def _location(value: Mapping[str, Any], _find: FindMedia, _templates: Mapping[str, str]) -> Checked:
    only(value, {"latitude", "longitude", "name", "address"}, "location")
    place: dict[str, Any] = {}
    for key, bound in (("latitude", 90), ("longitude", 180)):
        try:
            place[key] = float(value[key])
        except (KeyError, TypeError, ValueError):
            raise missing(f"location['{key}']") from None
        if not -bound <= place[key] <= bound:
            raise bad_value(f"location['{key}'] is out of range")
    for key in ("name", "address"):
        place[key] = text_of(value, key, "location", longest=1000, required=False) or ""
    return "location", place


def _interactive(value: Mapping[str, Any], find: FindMedia, _templates: Mapping[str, str]) -> Checked:
    return check_interactive(value, lambda kind, header: media_content(kind, header, find))


def _template(value: Mapping[str, Any], _find: FindMedia, templates: Mapping[str, str]) -> Checked:
    only(value, {"name", "language", "components", "namespace"}, "template")
    name = text_of(value, "name", "template", longest=512) or ""
    text_of(an_object(value.get("language"), "template['language']"), "code", "language", longest=16)
    parameters: list[str] = []
    for component in value.get("components", []):
        part = an_object(component, "template['components']")
        if part.get("type") == "body":
            parameters += [str(item.get("text", "")) for item in part.get("parameters", []) if isinstance(item, dict)]
    if templates and name not in templates:
        raise Refusal(132001, "(#132001) Template name does not exist in the translation", status=404)
    text = templates.get(name, "\n".join([f"_{name}_", *parameters]))
    if templates and len(set(re.findall(r"\{\{\d+\}\}", text))) != len(parameters):
        raise Refusal(132000, "(#132000) Number of parameters does not match the expected number of params")
    for position, parameter in enumerate(parameters, 1):
        text = text.replace(f"{{{{{position}}}}}", parameter)
    return "text", {"text": text, "template": name}


CHECKS: Mapping[str, Callable[[Mapping[str, Any], FindMedia, Mapping[str, str]], Checked]] = {
    "text": _text,
    "image": _media("image"),
    "audio": _media("audio"),
    "video": _media("video"),
    "sticker": _media("sticker"),
    "document": _media("document"),
    "location": _location,
    "interactive": _interactive,
    "template": _template,
}
