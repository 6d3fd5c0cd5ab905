"""A server that stands in for a system of others: it answers with its shapes, and can be brought into trouble."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

Trouble = Literal["", "dead", "error", "error_after", "page", "busy", "locked_out", "cut"]
PAGE = b"<html><body><div>Ocorreu um erro inesperado</div></body></html>"


@dataclass(frozen=True)
class Asked:
    """One request: `query` and `form` by name (the last of equal ones), `json` the body where it is JSON."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    json: Any
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answered:
    """What is answered: a value becomes JSON, bytes stay as they are."""

    body: Any = field(default_factory=dict)
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class ErpServer:
    """Subclasses say in `answer` what the system says, and in `denied` what it says to whoever is not let in.

    `trouble`: dead (nobody listens), error (500, nothing done), error_after (done, then 500), page (an HTML page with
    200, nothing done), busy (429, Retry-After 7), locked_out (`denied`), cut (done, then the connection is cut).
    `calls` are all requests, in order; `trouble_times` is how many the trouble lasts, None for ever.
    """

    def __init__(self) -> None:
        self.calls: list[Asked] = []
        self.trouble: Trouble = ""
        self.trouble_times: int | None = None
        self.lock = threading.RLock()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.erp = self
        self._port = int(self._http.server_address[1])
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it answers; with trouble dead, where nobody does."""
        return f"http://127.0.0.1:{self._port}"

    def stop(self) -> None:
        """Ends; from then on connections are refused."""
        self._http.shutdown()
        self._http.server_close()

    def answer(self, asked: Asked) -> Answered:
        """What the system says. One request at a time."""
        raise NotImplementedError

    def denied(self) -> Answered:
        """What it says to whoever is not let in."""
        return Answered({"error": "unauthorized"}, 401)

    def respond(self, asked: Asked) -> Answered | None:
        """The answer in whatever trouble there is; None cuts the connection."""
        with self.lock:
            self.calls.append(asked)
            trouble = self._trouble()
            if trouble == "error":
                return Answered(PAGE, 500, "text/html")
            if trouble == "page":
                return Answered(PAGE, 200, "text/html")
            if trouble == "busy":
                return Answered({"error": "too many"}, 429, headers={"Retry-After": "7"})
            if trouble == "locked_out":
                return self.denied()
            answer = self.answer(asked)
            if trouble == "error_after":
                return Answered(PAGE, 500, "text/html")
            return None if trouble in ("cut", "dead") else answer

    def _trouble(self) -> Trouble:
        if not self.trouble or self.trouble_times is None:
            return self.trouble
        self.trouble_times -= 1
        return self.trouble if self.trouble_times >= 0 else ""


class _Http(ThreadingHTTPServer):
    erp: ErpServer
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        where = urlsplit(self.path)
        kind = self.headers.get("Content-Type", "")
        form = dict(parse_qsl(body.decode(), keep_blank_values=True)) if "form-urlencoded" in kind else {}
        asked = Asked(
            self.command,
            where.path,
            dict(parse_qsl(where.query, keep_blank_values=True)),
            form,
            json.loads(body) if "json" in kind and body else None,
            {name.lower(): value for name, value in self.headers.items()},
            body,
        )
        answered = self.server.erp.respond(asked)
        if answered is None:
            self.close_connection = True
            return
        payload = answered.body if isinstance(answered.body, bytes) else json.dumps(answered.body).encode()
        self.send_response(answered.status)
        self.send_header("Content-Type", answered.content_type)
        self.send_header("Content-Length", str(len(payload)))
        for name, value in answered.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def log_message(self, *_: object) -> None: ...
