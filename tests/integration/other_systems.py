"""Another system of the provider for the tests: with a token at the API, and with an address that hears of events."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from core.db import Database
from core.later import Later
from handoff.access import Attendant
from handoff.integrations.tokens import SCOPES, NewToken, new_token
from webhooks.api import api_blueprint
from webhooks.api.checking import FORMATS
from webhooks.api.operations import OPERATIONS
from webhooks.outgoing.relay import relay_events

BY_NAME = {operation.name: operation for operation in OPERATIONS}


def a_token(db: Database, name: str = "crm", scopes: tuple[str, ...] = tuple(SCOPES), **more: Any) -> str:
    """A token's secret, made by the administrator."""
    by = Attendant(0, "admin", "Administração", "admin", frozenset())
    with db.transaction() as session:
        made = new_token(session, name=name, scopes=scopes, by=by, **more)
    assert isinstance(made, NewToken)
    return made.secret


class System:
    """Speaks to the API; every answer is held against the table's schema."""

    def __init__(self, db: Database, secret: str, **more: Any) -> None:
        self.app = Flask("api_test")
        self.app.register_blueprint(api_blueprint(db=db, **more))
        self.secret = secret
        self._keys = (f"key-{number}" for number in itertools.count(1))

    def get(self, path: str, **options: Any) -> TestResponse:
        """A reading."""
        return self._checked("GET", path, options)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **options: Any) -> TestResponse:
        """An act, with a key of its own unless one is given."""
        headers = {"Idempotency-Key": key or next(self._keys), **options.pop("headers", {})}
        return self._checked("POST", path, {"json": body or {}, "headers": headers, **options})

    def _checked(self, method: str, path: str, options: dict[str, Any]) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.secret}", **options.pop("headers", {})}
        answer = self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **options)
        if answer.status_code < 300:
            name = self.app.url_map.bind("").match(f"/api/v1{path.partition('?')[0]}", method=method)[0]
            schema = BY_NAME[name.partition(".")[2]].answers
            Draft202012Validator(schema, format_checker=FORMATS).validate(answer.get_json())
        elif answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json"
            assert answer.get_json()["status"] == answer.status_code
        return answer


@dataclass
class Listener:
    """An address that hears of events, and answers with `status`."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def ids(self) -> list[int]:
        """The ids of the events that came, in their order."""
        return [int(headers["Religa-Event-Id"]) for headers, _ in self.heard]


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener on loopback."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.heard.append((dict(self.headers), body))
            self.send_response(listener.status)
            for name, value in listener.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def relay(db: Database) -> None:
    """One round of the relay; it asks for the next itself."""
    try:
        relay_events(0, db=db)
    except Later:
        return


@dataclass
class Clock:
    """A time that the test moves."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at
