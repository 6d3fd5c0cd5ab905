"""The OpenAPI document of the API, made of its table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from handoff.integrations.tokens import SCOPES
from webhooks.api.operation import Operation
from webhooks.api.problem import KINDS
from webhooks.api.schemas import PROBLEM

PREFIX = "/api/v1"
VERSION = "1.0.0"
_PART = re.compile(r"\{(\w+)\}")
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "names the act: the same again with the same body gives the same answer",
}


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The whole document, OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Religa", "version": VERSION},
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": PROBLEM},
        },
    }


def path_parts(path: str) -> list[str]:
    """The names of the path's parameters."""
    return _PART.findall(path)


def is_number(part: str) -> bool:
    """Whether a part of a path is one of our ids; others are the ERP's words."""
    return part.endswith("_id")


def _operation(operation: Operation) -> dict[str, Any]:
    parameters = [
        {
            "name": part,
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if is_number(part) else "string"},
        }
        for part in path_parts(operation.path)
    ]
    parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in operation.queries.items()]
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.title,
        "description": f"Scope: `{operation.scope}` ({SCOPES[operation.scope]}).",
        "parameters": parameters,
        "responses": {str(operation.status): _json("The answer", operation.answers), **_problems(operation)},
    }
    if operation.body is not None:
        parameters.append(KEY)
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": operation.body}}}
    return told


def _problems(operation: Operation) -> dict[str, Any]:
    acts = {"key_missing", "key_reused", "in_flight", "refused", "too_large"}
    kinds: dict[str, list[str]] = {}
    for name, kind in KINDS.items():
        if operation.body is not None or name not in acts:
            kinds.setdefault(str(kind.status), []).append(kind.en[0])
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "; ".join(titles), "content": content} for status, titles in kinds.items()}


def _json(description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
