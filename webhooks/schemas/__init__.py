"""What we send to WhatsApp, as JSON Schemas with its limits (one file a shape), and what is wrong with a body."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource

META = Path(__file__).parent / "meta"
ENVELOPE, READ_RECEIPT, PARTS = "envelope", "read_receipt", "parts"
# A text that has to say something: its absence, not its value, is what is wrong.
SAYS_SOMETHING = "\\S"
TYPES = (
    "text",
    "image",
    "audio",
    "video",
    "sticker",
    "document",
    "location",
    "reaction",
    "interactive",
    "template",
)
INTERACTIVE = (
    "button",
    "list",
    "cta_url",
    "location_request_message",
    "request_contact_info",
    "order_details",
    "order_status",
)
FORM = frozenset({"type", "additionalProperties", "enum", "const", "oneOf", "maxProperties", "not"})


@dataclass(frozen=True)
class Problem:
    """`kind`: missing (required, not there), value (too long, too many, not valid) or form (a wrong type or key).
    `where` is the place in the body, `text` says it without repeating what the customer would have read."""

    kind: Literal["missing", "value", "form"]
    where: str
    text: str


def problems(body: object) -> list[str]:
    """Everything that is wrong with the body of a POST to `messages`; empty when it may be sent."""
    return [problem.text for problem in problems_of(body)]


def problems_of(body: object) -> list[Problem]:
    """The same, to be told apart: first what is wrong in form, then what is missing, then values."""
    if isinstance(body, dict) and "status" in body:
        found = [*_checked(READ_RECEIPT, body, ())]
    else:
        found = [*_checked(ENVELOPE, body, ()), *_of_shape(body)]
    order = ("form", "missing", "value")
    return sorted(dict.fromkeys(found), key=lambda problem: order.index(problem.kind))


def shapes() -> tuple[str, ...]:
    """The names of all shapes, the envelope and the read receipt among them."""
    return tuple(sorted(path.stem for path in META.glob("*.json") if path.stem != PARTS))


def _of_shape(body: object) -> Iterator[Problem]:
    """What is wrong inside of the part that `type` names."""
    kind = body.get("type") if isinstance(body, dict) else None
    part = body.get(kind) if isinstance(body, dict) and isinstance(kind, str) else None
    if not isinstance(kind, str) or not isinstance(part, dict) or kind not in TYPES:
        return
    shape = part.get("type") if kind == "interactive" else kind
    if shape in INTERACTIVE or kind != "interactive":
        yield from _checked(str(shape), part, (kind,))
    else:
        yield Problem("form", "interactive['type']", f"Param interactive['type'] must be one of {_set(INTERACTIVE)}.")


@cache
def _registry() -> Registry[Any]:
    contents = [(path.name, json.loads(path.read_text(encoding="utf-8"))) for path in META.glob("*.json")]
    return Registry().with_resources((name, Resource.from_contents(content)) for name, content in contents)


@cache
def _validator(name: str) -> Draft202012Validator:
    registry = _registry()
    return Draft202012Validator(registry.contents(f"{name}.json"), registry=registry)


def _checked(name: str, value: object, at: tuple[str, ...]) -> Iterator[Problem]:
    for error in _validator(name).iter_errors(value):
        yield from _told(error, (*at, *error.absolute_path))


def _told(error: ValidationError, at: tuple[str | int, ...]) -> Iterator[Problem]:
    where, rule, instance = _place(at), str(error.validator), error.instance
    limit: Any = error.validator_value
    if rule == "required":
        names = [name for name in limit if isinstance(instance, dict) and name not in instance]
        yield from (Problem("missing", where, f"Parameter {_place((*at, name))} is required.") for name in names)
    elif rule == "minLength" or (rule == "pattern" and limit == SAYS_SOMETHING):
        yield Problem("missing", where, f"Parameter {where} is required.")
    elif rule in FORM:
        yield from (Problem("form", where, text) for text in _of_form(error, where))
    elif rule == "maxLength":
        yield Problem("value", where, f"Param {where} length invalid. Min length: 1, Max length: {limit}")
    elif rule in ("minItems", "maxItems"):
        yield Problem("value", where, f"Param {where} has the wrong number of items. {rule}: {limit}")
    else:
        yield Problem("value", where, f"Param {where} is not valid.")


def _of_form(error: ValidationError, where: str) -> Iterable[str]:
    rule, instance = error.validator, error.instance
    limit: Any = error.validator_value
    schema: Any = error.schema
    if rule == "additionalProperties" and isinstance(instance, dict):
        extra = sorted(set(instance) - set(schema["properties"]))
        return [f'Unexpected key "{key}" on param "{where}".' for key in extra]
    if rule in ("enum", "const"):
        return [f"Param {where} must be one of {_set(limit if rule == 'enum' else [limit])}."]
    if rule == "type":
        return [f"Param {where} must be of type {limit}."]
    if rule == "oneOf":
        return [f"Exactly one of {_set(name for one in limit for name in one['required'])} is required."]
    return [f"Param {where} does not belong here, or not together with the others."]


def _set(names: Iterable[object]) -> str:
    return "{" + ", ".join(str(name) for name in names) + "}"


def _place(at: Iterable[str | int]) -> str:
    first, *rest = [*at] or ["$"]
    return str(first) + "".join(f"[{part}]" if isinstance(part, int) else f"['{part}']" for part in rest)
