"""The door of the API: who comes in, whether they may, whether it makes sense, and how the answer looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request

from core.db import Database
from core.errors import Unreachable
from handoff.integrations.tokens import Caller, caller_with
from models.pace import Limit, take
from webhooks.api.checking import body_of, query_of
from webhooks.api.once import checked_key, once, request_hash
from webhooks.api.operation import Call, Operation
from webhooks.api.problem import Problem

MOST_BYTES = 64 * 1024
PER_MINUTE = 300
BURST = 60
REALM = 'Bearer realm="religa"'


@dataclass(frozen=True)
class Door:
    """What the door needs. `language` is the customers'. A token may do `per_minute` requests a minute, and `burst` at
    once."""

    db: Database
    now: Callable[[], datetime]
    language: str
    per_minute: int = PER_MINUTE
    burst: int = BURST


def serve(door: Door, operation: Operation, **path: Any) -> Response:
    """One request, from its token to its answer."""
    try:
        return _served(door, operation, path)
    except Problem as problem:
        return refusal(problem)
    except Unreachable:
        return refusal(Problem("unavailable", headers={"Retry-After": "5"}))


def refusal(problem: Problem) -> Response:
    """The problem as an answer, in the language that the caller would rather read."""
    language = request.accept_languages.best_match(["pt", "pt-BR", "en"], "pt") or "pt"
    body = problem.body(language[:2])
    response = Response(json.dumps(body, ensure_ascii=False), problem.status, mimetype="application/problem+json")
    response.headers.update(problem.headers)
    response.headers["Content-Language"] = "en" if language == "en" else "pt-BR"
    return _hardened(response)


def _served(door: Door, operation: Operation, path: dict[str, Any]) -> Response:
    caller = _caller(door)
    if operation.scope not in caller.scopes:
        raise Problem("forbidden", scope=operation.scope)
    query = query_of(operation, request.args.to_dict())
    if operation.body is None:
        with door.db.transaction() as session:
            call = Call(session, caller, operation.name, path, query, {}, "", door.now(), door.language)
            text = json.dumps(operation.handle(call), ensure_ascii=False)
        response = Response(text, operation.status, mimetype="application/json")
        response.add_etag()
        response.make_conditional(request)
        return _hardened(response)
    return _acted(door, operation, caller, path, query)


def _acted(door: Door, operation: Operation, caller: Caller, path: dict[str, Any], query: dict[str, Any]) -> Response:
    key = checked_key(request.headers.get("Idempotency-Key"))
    if (request.content_length or 0) > MOST_BYTES:
        raise Problem("too_large")
    body = body_of(operation.body or {}, request.get_data())
    asked = request_hash(request.method, request.path, body)
    answered = once(
        door.db,
        caller.token_id,
        key,
        asked,
        operation.status,
        lambda session: operation.handle(
            Call(session, caller, operation.name, path, query, body, key, door.now(), door.language)
        ),
    )
    response = Response(answered.body, answered.status, mimetype="application/json")
    if answered.again:
        response.headers["Idempotent-Replayed"] = "true"
    return _hardened(response)


def _caller(door: Door) -> Caller:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    with door.db.transaction(durable=False) as session:
        known = secret.strip() if scheme.lower() == "bearer" else ""
        caller = caller_with(session, known, door.now()) if known else None
        if caller is None:
            raise Problem("unauthorized", headers={"WWW-Authenticate": REALM})
        limit = Limit(f"api/{caller.token_id}", 60 / door.per_minute, door.burst)
        wait = take(session, limit, door.now())
    if wait > 0:
        raise Problem("too_many", headers={"Retry-After": str(int(wait) + 1)})
    return caller


def _hardened(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
