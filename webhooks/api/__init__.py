"""The HTTP API at /api/v1, for the provider's other systems."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import HTTPException

from core.db import Database
from models import utc_now
from nlu.languages import PORTUGUESE
from webhooks.api.door import BURST, PER_MINUTE, Door, refusal, serve
from webhooks.api.openapi import PREFIX, document, is_number, path_parts
from webhooks.api.operations import OPERATIONS
from webhooks.api.problem import Problem

EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def api_blueprint(
    *,
    db: Database,
    language: str = PORTUGUESE,
    now: Callable[[], datetime] = utc_now,
    per_minute: int = PER_MINUTE,
    burst: int = BURST,
) -> Blueprint:
    """The whole API as one blueprint, with its prefix; /api/v1/openapi.json needs no token.

    `language` is the customers'. A token may do `per_minute` requests a minute, and `burst` at once. Every error is
    problem+json.
    """
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    door = Door(db, now, language, per_minute, burst)
    for operation in OPERATIONS:
        rule = operation.path
        for part in path_parts(rule):
            rule = rule.replace(f"{{{part}}}", f"<int:{part}>" if is_number(part) else f"<path:{part}>")
        blueprint.add_url_rule(rule, operation.name, partial(serve, door, operation), methods=[operation.method])
    described = document(OPERATIONS)
    blueprint.add_url_rule("/openapi.json", "openapi", lambda: jsonify(described))
    blueprint.add_url_rule("/<path:_rest>", "nothing", _nothing, methods=EVERY_METHOD)
    blueprint.register_error_handler(500, _failed)
    return blueprint


def _nothing(_rest: str) -> Response:
    return refusal(Problem("not_found"))


def _failed(_error: HTTPException) -> Response:
    return refusal(Problem("failed"))
