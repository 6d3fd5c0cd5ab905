"""A browser without a screen for the console's tests: Flask's client, signed in, with the session's form token."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from obstore.store import MemoryStore
from werkzeug.test import TestResponse

from core.db import Database
from core.media_store import MediaStore
from handoff.console import console_blueprint
from tests.integration.desk import PASSWORD

FILES = MediaStore(MemoryStore)
LIVE = {"X-Console": "live"}


def console_app(
    db: Database, *, public_url: str = "http://127.0.0.1:8000", kept: MediaStore = FILES, **more: Any
) -> Flask:
    """An application with nothing but the console. `kept` holds the files of customers, `more` is the console's."""
    app = Flask("console_test")
    app.register_blueprint(
        console_blueprint(db=db, secret_key="a-key-for-tests-only", public_url=public_url, store=kept, **more)
    )
    return app


class Person:
    """Somebody at a browser."""

    def __init__(self, app: Flask, login: str | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        if login:
            answer = self.post("/console/login", {"login": login, "password": PASSWORD})
            assert answer.status_code == 303, answer.text

    @property
    def csrf(self) -> str:
        """The form token of the session, as any page of it carries it."""
        for path in ("/console/login",) if not self.client.get_cookie("religa_console", path="/console") else PAGES:
            found = re.search(r'name="csrf" value="([^"]+)"', self.client.get(path).text)
            if found:
                return found[1]
        raise AssertionError("no page has a form token")

    def get(self, path: str, **options: Any) -> TestResponse:
        """A page."""
        return self.client.get(path, **options)

    def post(self, path: str, form: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """A form with the session's token."""
        return self.client.post(path, data={"csrf": self.csrf, **(form or {})}, **options)


PAGES = ("/console/", "/console/login")
