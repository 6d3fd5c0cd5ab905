"""Reading the fields of a request body one by one, with the Graph API's complaints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from webhooks.simulator.refusal import bad_value, malformed, missing


def an_object(value: object, where: str) -> Mapping[str, Any]:
    """The value as a JSON object. Raises Refusal."""
    if not isinstance(value, dict):
        raise malformed(f"Param {where} must be a JSON object.")
    return value


def only(value: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Nothing but the known keys. Raises Refusal: an unknown key is refused, not ignored."""
    for key in value:
        if key not in known:
            raise malformed(f'Unexpected key "{key}" on param "{where}".')


def text_of(value: Mapping[str, Any], key: str, where: str, *, longest: int, required: bool = True) -> str | None:
    """A text of 1 to `longest` characters; None only when it is absent and not required. Raises Refusal."""
    found = value.get(key)
    if found is None:
        if required:
            raise missing(f"{where}['{key}']")
        return None
    if not isinstance(found, str):
        raise malformed(f"Param {where}['{key}'] must be a string.")
    if required and not found.strip():
        raise missing(f"{where}['{key}']")
    if len(found) > longest:
        raise bad_value(f"Param {where}['{key}'] length invalid. Min length: 1, Max length: {longest}")
    return found
