"""A session whose answers are values: for reading what a system says without a system."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter


class _Answering(BaseAdapter):
    def __init__(self, say: Callable[[str], Any]) -> None:
        super().__init__()
        self._say = say

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        said = self._say(urlsplit(request.url or "").path)
        response = requests.Response()
        response.status_code = 200
        response.headers["Content-Type"] = "application/json"
        response._content = json.dumps(said).encode()
        return response

    def close(self) -> None: ...


def answering(say: Callable[[str], Any]) -> requests.Session:
    """A session that says for each path what `say` gives for it, as JSON with 200."""
    session = requests.Session()
    session.mount("https://", _Answering(say))
    return session
