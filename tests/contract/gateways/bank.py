"""A bank on loopback: HTTP with the hardships of the real ones; what it keeps and says is its own kind's affair."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PDF = b"%PDF-1.4 boleto do banco"


@dataclass(frozen=True)
class Asked:
    """A request. `body` as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"{}")


@dataclass(frozen=True)
class Said:
    """An answer: JSON unless `raw` is given."""

    status: int
    body: Any = None
    raw: bytes | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


HTML = Said(200, raw=b"<html>Em manuten\xc3\xa7\xc3\xa3o</html>", content_type="text/html")
TROUBLE = Said(503, {"error": "unavailable"})
TOO_MANY = Said(429, {"error": "too many"}, headers={"Retry-After": "7"})
LOST = Said(0)


class Bank:
    """Charges by their id, as dictionaries in the kind's own shape. `writes` counts what was created."""

    def __init__(self) -> None:
        self.charges: dict[str, dict[str, Any]] = {}
        self.asked: list[Asked] = []
        self.created = 0
        self.tokens = 0
        # What is answered instead, once each: to writes only, or to whatever comes. LOST does it and hangs up.
        self.next_write: list[Said] = []
        self.next: list[Said] = []
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, asked: Asked) -> Said:
        """What the bank answers when nothing is wrong."""
        raise NotImplementedError

    def is_write(self, asked: Asked) -> bool:
        """Whether this makes or changes a charge."""
        return asked.method != "GET" and "oauth" not in asked.path and "authorize" not in asked.path

    def respond(self, asked: Asked) -> Said:
        with self.lock:
            self.asked.append(asked)
            if self.is_write(asked) and self.next_write:
                trouble = self.next_write.pop(0)
                if trouble is LOST:
                    self.answer(asked)
                return trouble
            if self.next and not ("oauth" in asked.path or "authorize" in asked.path):
                return self.next.pop(0)
            return self.answer(asked)


def _handler(bank: Bank) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            said = bank.respond(Asked(self.command, parts.path, query, headers, body))
            if said is LOST:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            data = said.raw if said.raw is not None else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in {"Content-Type": said.content_type, **said.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _do

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    return Handler
