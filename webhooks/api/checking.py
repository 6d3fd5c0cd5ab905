"""Holds what a caller sends against the schemas of the table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from webhooks.api.operation import Operation, Schema
from webhooks.api.problem import Problem

MOST_ERRORS = 10
FORMATS = FormatChecker(())


@FormatChecker.checks(FORMATS, "date-time", raises=ValueError)
def _date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FormatChecker.checks(FORMATS, "date", raises=ValueError)
def _date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


def query_of(operation: Operation, given: Mapping[str, str]) -> dict[str, Any]:
    """The query's values as their schemas want them. Raises Problem `invalid`."""
    fields = operation.queries
    values = {name: _number(text) if _is_number(fields.get(name)) else text for name, text in given.items()}
    check({"type": "object", "additionalProperties": False, "properties": fields}, values)
    return values


def body_of(schema: Schema, raw: bytes) -> dict[str, Any]:
    """The body as JSON that the database can keep; an empty one is an empty object. Raises Problem `invalid`."""
    try:
        value = json.loads(raw or b"{}")
        kept = json.dumps(value, allow_nan=False, ensure_ascii=False)
        kept.encode()
    except (ValueError, RecursionError) as error:
        raise Problem("invalid", errors=[{"where": "body", "why": "is not JSON"}]) from error
    if "\\u0000" in kept:
        raise Problem("invalid", errors=[{"where": "body", "why": "holds a NUL"}])
    check(schema, value)
    return dict(value)


def check(schema: Schema, value: Any) -> None:
    """Raises Problem `invalid` with what does not fit, without repeating what was sent."""
    found = Draft202012Validator(schema, format_checker=FORMATS).iter_errors(value)
    errors = [
        {"where": ".".join(map(str, error.absolute_path)) or "body", "why": f"{error.validator}: {_told(error)}"}
        for error, _ in zip(found, range(MOST_ERRORS), strict=False)
    ]
    if errors:
        raise Problem("invalid", errors=errors)


def _told(error: Any) -> str:
    # The names of fields are the schema's; values may be somebody's document.
    if error.validator in ("required", "additionalProperties"):
        return str(error.message)[:200]
    return json.dumps(error.validator_value)[:200]


def _is_number(schema: Schema | None) -> bool:
    return schema is not None and schema.get("type") == "integer"


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text
