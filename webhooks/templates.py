"""From a template's row and the values of a message to what a channel is asked to send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import Refused
from core.template_text import BadValue, fill, wording
from models.channel_template import ChannelTemplate
from webhooks.channels.ports import Template, TemplateButton


def build_template(row: ChannelTemplate, payload: Mapping[str, Any]) -> Template:
    """The template with the values of a message of kind "template" in their places.

    `payload["values"]` has them by name; else `payload["parameters"]` has them in the order of the row's names.
    Raises Refused("template_value") when one is missing, or is such that WhatsApp refuses it; the detail says which.
    """
    names = tuple(dict.fromkeys(row.variables))
    values = payload.get("values") or dict(zip(names, payload.get("parameters", ()), strict=False))
    words = wording(row.components)
    try:
        filled = fill(words, row.variables, values)
    except BadValue as problem:
        raise Refused("template_value", str(problem)) from problem
    return Template(
        name=row.name,
        language=row.language,
        category=row.category,
        header=filled.header,
        body=filled.body,
        buttons=tuple(TemplateButton(kind, index, value) for kind, index, value in filled.buttons),
        provider_id=row.provider_id,
        header_file=words.header_kind in {"document", "image", "video"},
    )


def code_template(name: str, language: str, payload: Mapping[str, Any]) -> Template:
    """The one-time code's template for when no row is known of it: an approved one by its name (META_CODE_TEMPLATE),
    whose code is shown in the body and copied by its button. Raises Refused("template_value") without a code."""
    code = str((payload.get("values") or {}).get("code") or next(iter(payload.get("parameters", ())), ""))
    if not code:
        raise Refused("template_value", "code: falta o valor")
    return Template(name, language, "AUTHENTICATION", body=(code,), buttons=(TemplateButton("url", 0, code),))
