"""The schemas of what we send: closed, complete, and silent about what a customer would have read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from webhooks.schemas import INTERACTIVE, META, TYPES, problems, problems_of, shapes

TEXT = {"messaging_product": "whatsapp", "to": "5512981110001", "type": "text", "text": {"body": "oi"}}
FILES = sorted(path.name for path in META.glob("*.json"))


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object, wherever in the file."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        for inner in schema.values():
            yield from objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)


@pytest.mark.parametrize("name", FILES)
def test_schema_is_valid_and_allows_no_unknown_key(name: str) -> None:
    schema = json.loads((META / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert all(found["additionalProperties"] is False for found in objects(schema))


def test_every_shape_has_a_schema_and_no_schema_is_without_a_shape() -> None:
    assert set(shapes()) == {*TYPES, *INTERACTIVE, "envelope", "read_receipt"} - {"interactive"}


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "BR.1502576394655843"},
        {"to": "BR.ENT.15025"},
        {"recipient": "BR.12"},
        {"to": None},
        {"recipient_type": "group"},
        {"biz_opaque_callback_data": "x" * 513},
        {"messaging_product": "sms"},
        {"image": {"id": "1"}},
        {"extra": 1},
        {"context": {}},
    ],
    ids=str,
)
def test_envelope_names_one_recipient_of_the_right_kind_and_nothing_unknown(changes: dict[str, Any]) -> None:
    body = {key: value for key, value in (TEXT | changes).items() if value is not None}
    assert problems(TEXT) == []
    assert len(problems(body)) == 1


def test_bsuid_is_a_recipient() -> None:
    body = {key: value for key, value in TEXT.items() if key != "to"}
    for name in ("BR.1502576394655843", "BR.ENT.15025"):
        assert problems(body | {"recipient": name}) == []
    assert problems(body | {"recipient": "5512981110001"}) != []


def test_problem_says_where_and_not_what_was_written() -> None:
    (problem,) = problems_of(TEXT | {"text": {"body": "segredo " * 600}})
    assert (problem.kind, problem.where) == ("value", "text['body']")
    assert "segredo" not in problem.text
    assert "4096" in problem.text


def test_wrong_form_comes_before_what_is_missing_and_that_before_values() -> None:
    found = problems_of(TEXT | {"text": {"preview_url": 1}, "biz_opaque_callback_data": "x" * 513})
    assert [problem.kind for problem in found] == ["form", "missing", "value"]
