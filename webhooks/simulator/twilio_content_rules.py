"""What the simulated Content API takes, and what a customer sees of it once the values are in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from webhooks.simulator.twilio_refusal import TwilioRefusal

PLACEHOLDER = re.compile(r"\{\{([A-Za-z0-9_]{1,16})\}\}")
ANY_BRACES = re.compile(r"\{\{.*?(?:\}\}|$)", re.DOTALL)
LANGUAGE = re.compile(r"[a-z]{2}(_[A-Z]{2})?")
# Of each type: the fields that must be there, and those that may.
TYPES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "twilio/text": (frozenset({"body"}), frozenset()),
    "twilio/media": (frozenset({"media"}), frozenset({"body"})),
    "twilio/quick-reply": (frozenset({"body", "actions"}), frozenset()),
    "twilio/call-to-action": (frozenset({"body", "actions"}), frozenset()),
    "twilio/list-picker": (frozenset({"body", "button", "items"}), frozenset()),
    "whatsapp/card": (frozenset({"body"}), frozenset({"actions", "media", "header_text", "footer"})),
    "whatsapp/authentication": (
        frozenset({"actions"}),
        frozenset({"add_security_recommendation", "code_expiration_minutes"}),
    ),
}
MOST_VARIABLES, MOST_ITEMS, MOST_ACTIONS, IN_SESSION_ACTIONS = 100, 10, 10, 3
LIMITS = {"body": 1024, "title": 20, "id": 200, "item": 24, "description": 72, "button": 20}


def check_content(asked: Any) -> dict[str, Any]:
    """Name, language, variables and types of a new content. Raises TwilioRefusal."""
    if not isinstance(asked, dict) or set(asked) - {"friendly_name", "language", "variables", "types"}:
        raise _bad("the body must be an object of friendly_name, language, variables and types")
    types, variables = asked.get("types"), asked.get("variables") or {}
    if not LANGUAGE.fullmatch(str(asked.get("language", ""))):
        raise _bad("language is required")
    if not isinstance(types, dict) or not types or set(types) - set(TYPES):
        raise _bad(f"types must be some of {sorted(TYPES)}")
    for name, shape in types.items():
        _check_type(name, shape)
    if not isinstance(variables, dict) or not all(isinstance(value, str) and value for value in variables.values()):
        raise _bad("variables must have a text each")
    used = _names(types)
    if used - set(variables) or len(used) > MOST_VARIABLES:
        raise _bad("each variable needs a sample, and there may be 100 at most")
    name = str(asked.get("friendly_name") or "")
    return {"name": name, "language": asked["language"], "variables": variables, "types": types, "approval": {}}


def _check_type(name: str, shape: Any) -> None:
    must, may = TYPES[name]
    if not isinstance(shape, dict) or must - set(shape) or set(shape) - must - may:
        raise _bad(f"{name} takes {sorted(must | may)}")
    items, actions = shape.get("items"), shape.get("actions")
    if items is not None:
        _check_parts(items, MOST_ITEMS, {"item", "id"}, {"description"})
    if actions is not None and name == "twilio/quick-reply":
        _check_parts(actions, MOST_ACTIONS, {"title", "id"}, {"type"})
    if actions is not None and name == "twilio/call-to-action":
        _check_parts(actions, MOST_ACTIONS, {"title", "type", "url"}, set())
        if not all(re.match(r"https?://[^/{}]+", str(action["url"])) for action in actions):
            raise _bad("url must begin with an address")
    if any(not PLACEHOLDER.fullmatch(found) for found in ANY_BRACES.findall(str(shape))):
        raise _bad("a placeholder is malformed")


def _check_parts(parts: Any, most: int, must: set[str], may: set[str]) -> None:
    if not isinstance(parts, list) or not 1 <= len(parts) <= most:
        raise _bad(f"1 to {most} are needed")
    for part in parts:
        if not isinstance(part, dict) or must - set(part) or set(part) - must - may or not all(part.values()):
            raise _bad(f"each takes {sorted(must | may)}, none of them empty")


def fill(content: Mapping[str, Any], given: Any) -> dict[str, Any]:
    """What the customer sees: kind, text, options, link. `given` are the values of the message. Raises 21656 where
    they cannot be used, and 63021 where the outcome is not valid on WhatsApp."""
    if not isinstance(given, dict) or not all(_usable(value) for value in given.values()):
        raise TwilioRefusal(21656, "The ContentVariables Parameter is invalid")
    if set(given) - _names(content["types"]):
        raise TwilioRefusal(21656, "The ContentVariables Parameter is invalid: a name is unknown")
    (name, shape), *_ = content["types"].items()
    filled = _put(shape, {**content["variables"], **given})
    shown = _shown(name, filled)
    _check_limits(name, filled, approved=bool(content["approval"]))
    return shown


def _usable(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not re.search(r"[\n\r\t]| {5,}", value)


def _put(shape: Any, values: Mapping[str, str]) -> Any:
    if isinstance(shape, str):
        return PLACEHOLDER.sub(lambda found: values[found[1]], shape)
    if isinstance(shape, list):
        return [_put(part, values) for part in shape]
    return {key: _put(part, values) for key, part in shape.items()} if isinstance(shape, dict) else shape


def _shown(name: str, filled: Mapping[str, Any]) -> dict[str, Any]:
    actions, text = filled.get("actions", []), filled.get("body", "")
    if name == "twilio/list-picker":
        options = [
            {"id": row["id"], "title": row["item"], "text": row.get("description", "")} for row in filled["items"]
        ]
        return {"kind": "list", "text": text, "button": filled["button"], "options": options}
    if name == "twilio/quick-reply":
        options = [{"id": action["id"], "title": action["title"]} for action in actions]
        return {"kind": "buttons", "text": text, "options": options}
    if name == "twilio/call-to-action":
        return {"kind": "link", "text": text, "title": actions[0]["title"], "url": actions[0]["url"]}
    if name == "twilio/media":
        return {"kind": "media", "text": text, "url": filled["media"][0]}
    if name == "whatsapp/card":
        options = [{"id": action["id"], "title": action["title"]} for action in actions if action.get("id")]
        url = next((action["url"] for action in actions if action.get("url")), "")
        return {"kind": "text", "text": text, "options": options, "url": url}
    return {"kind": "code" if name == "whatsapp/authentication" else "text", "text": text}


def _check_limits(name: str, filled: Mapping[str, Any], *, approved: bool) -> None:
    parts = [filled, *filled.get("items", []), *filled.get("actions", [])]
    for part in parts:
        for field, most in LIMITS.items():
            if isinstance(part.get(field), str) and len(part[field]) > most:
                raise TwilioRefusal(63021, f"Channel invalid content error: {field} is longer than {most}")
    most_actions = MOST_ACTIONS if approved else IN_SESSION_ACTIONS
    if name != "whatsapp/authentication" and len(filled.get("actions", [])) > most_actions:
        raise TwilioRefusal(63021, "Channel invalid content error: too many buttons")
    for rows, field in ((filled.get("items", []), "item"), (filled.get("actions", []), "title")):
        titles = [row.get(field) for row in rows]
        if len(set(titles)) < len(titles):
            raise TwilioRefusal(63021, f"Channel invalid content error: {field} is there twice")


def _names(shape: Any) -> set[str]:
    if isinstance(shape, str):
        return set(PLACEHOLDER.findall(shape))
    parts = shape.values() if isinstance(shape, dict) else shape if isinstance(shape, list) else ()
    return set().union(*(_names(part) for part in parts))


def _bad(what: str) -> TwilioRefusal:
    return TwilioRefusal(20001, f"Invalid parameter: {what}")
