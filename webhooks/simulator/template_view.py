"""Templates as a phone shows them: approved ones only, with as many values as they have placeholders."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webhooks.simulator.orders import order_view
from webhooks.simulator.refusal import Refusal

Part = Mapping[str, Any]
FileView = Callable[[str, Part], dict[str, Any]]
PLACEHOLDER = re.compile(r"\{\{(\d+)\}\}")
TITLES = {
    "url": "Abrir",
    "quick_reply": "Responder",
    "copy_code": "Copiar código",
    "flow": "Abrir formulário",
    "order_details": "Revisar e pagar",
}


@dataclass(frozen=True)
class Approved:
    """A template as it was approved: its body with {{1}} where values go, the titles of its buttons, its footer."""

    body: str
    titles: tuple[str, ...] = ()
    footer: str = ""


def template_view(value: Part, templates: Mapping[str, Approved], file: FileView) -> dict[str, Any]:
    """The bubble of a template that its schema allows. `templates` are the approved ones by name; without any, every
    name is approved. Raises Refusal."""
    components = value.get("components", [])
    content: dict[str, Any] = {"text": _body(value["name"], components, templates), "template": value["name"]}
    approved = templates.get(value["name"], Approved(""))
    if approved.footer:
        content["footer"] = approved.footer
    for component in components:
        if component["type"] == "header":
            content["header"] = _header(component["parameters"][0], file)
    if buttons := [_button(component, approved.titles) for component in components if component["type"] == "button"]:
        content["buttons"] = buttons
    return content


def _body(name: str, components: list[Part], templates: Mapping[str, Approved]) -> str:
    if templates and name not in templates:
        raise Refusal(132001, "(#132001) Template name does not exist in the translation", status=404)
    values = [
        parameter["text"]
        for component in components
        if component["type"] == "body"
        for parameter in component["parameters"]
    ]
    if not templates:
        return "\n".join([f"_{name}_", *values])
    places = sorted({int(place) for place in PLACEHOLDER.findall(templates[name].body)})
    if len(places) != len(values):
        raise Refusal(132000, "(#132000) Number of parameters does not match the expected number of params")
    filled = dict(zip(places, values, strict=True))
    return PLACEHOLDER.sub(lambda found: str(filled[int(found[1])]), templates[name].body)


def _header(parameter: Part, file: FileView) -> dict[str, Any]:
    kind = parameter["type"]
    return {"kind": kind} | ({"text": parameter["text"]} if kind == "text" else file(kind, parameter[kind]))


def _button(component: Part, titles: Sequence[str]) -> dict[str, str]:
    kind, parameter = component["sub_type"], component["parameters"][0]
    if parameter["type"] == "action":
        action = parameter["action"]
        order = action.get("order_details")
        value = order_view(order)["reference"] if order else action.get("flow_token", "")
    else:
        value = parameter[parameter["type"]]
    place = int(component["index"])
    title = titles[place] if place < len(titles) else TITLES[kind]
    return {"kind": kind, "title": title, "value": value}
