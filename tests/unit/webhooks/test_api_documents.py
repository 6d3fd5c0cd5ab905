"""The API's documents say what its table says."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from handoff.integrations.tokens import SCOPES
from tests.architecture.tree import text
from webhooks.api.openapi import document
from webhooks.api.operation import Operation
from webhooks.api.operations import OPERATIONS
from webhooks.api.page import page


def test_page_is_made_of_the_table() -> None:
    assert text("docs/api.md") == page() + "\n", "run: python cli.py api-page > docs/api.md"


def test_document_has_every_operation_once() -> None:
    paths = document(OPERATIONS)["paths"]
    told = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert sorted(told) == sorted(operation.name for operation in OPERATIONS)
    assert len({(operation.method, operation.path) for operation in OPERATIONS}) == len(OPERATIONS)


def test_every_scope_opens_something_or_unmasks() -> None:
    assert SCOPES.keys() - {operation.scope for operation in OPERATIONS} == {"customers.document"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_schemas_are_schemas(operation: Operation) -> None:
    for schema in (operation.answers, operation.body or {}, *operation.queries.values()):
        Draft202012Validator.check_schema(schema)


def test_every_act_has_a_body_and_wants_a_key() -> None:
    for methods in document(OPERATIONS)["paths"].values():
        for method, operation in methods.items():
            names = {parameter["name"] for parameter in operation["parameters"]}
            assert (method == "post") == ("Idempotency-Key" in names) == ("requestBody" in operation)
