"""The door for probes: is this process alive, and can it do its work?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, jsonify

from core.db import Database
from core.errors import Unreachable


def health_blueprint(*, db: Database, checks: Mapping[str, Callable[[], bool]]) -> Blueprint:
    """/healthz answers 200 while the process lives; /readyz 200 or 503 with what is missing."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @blueprint.get("/readyz")
    def ready() -> tuple[Response, int]:
        states = {"database": _database_answers(db), **{name: check() for name, check in checks.items()}}
        # Without Redis or Rasa messages are still stored and answered, only slower or with a menu.
        return jsonify(states), 200 if states["database"] else 503

    return blueprint


def _database_answers(db: Database) -> bool:
    try:
        with db.transaction() as session:
            session.connection().exec_driver_sql("SELECT 1")
    except Unreachable:
        return False
    return True
