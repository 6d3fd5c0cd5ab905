"""The world outside the product, for black-box tests: a Graph API of our own, customers who write signed webhooks."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

NUMBER_ID = "106540352242922"
_serial = itertools.count(1)


class _Server(ThreadingHTTPServer):
    """Closed means gone: what is still connected is cut, and nobody waits for it."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *arguments: Any) -> None:
        self.connections: list[socket.socket] = []
        super().__init__(*arguments)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connections.append(connection)
        return connection, address

    def server_close(self) -> None:
        super().server_close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@dataclass
class Graph:
    """A Graph API that records what it is asked. `on_message` may fail a call: body in, (status, JSON) or None out."""

    token: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    media: dict[str, bytes] = field(default_factory=dict)
    refused: int = 0
    on_message: Callable[[dict[str, Any]], tuple[int, dict[str, Any]] | None] = lambda body: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, port: int = 0) -> Graph:
        """Serves on loopback: on a free port, or again on the one it had."""
        self._server = _Server(("127.0.0.1", port), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    @property
    def url(self) -> str:
        """For META_GRAPH_URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Stops serving and cuts what is connected."""
        self._server.shutdown()
        self._server.server_close()

    def to(self, wa_id: str) -> list[dict[str, Any]]:
        """What was sent to a customer, in order."""
        with self.lock:
            return [message for message in self.messages if message.get("to") == wa_id]

    def take(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One JSON call."""
        if body.get("status") == "read":
            self.reads.append(str(body["message_id"]))
            return 200, {"success": True}
        failure = self.on_message(body)
        if failure is not None:
            with self.lock:
                self.refused += 1
            return failure
        with self.lock:
            name = f"wamid.out{next(_serial)}"
            self.messages.append({**body, "_id": name, "_path": path})
        contacts = [{"input": body.get("to")}]
        return 200, {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": name}]}

    def _handler(graph) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Authorization") != f"Bearer {graph.token}":
                    self._answer(401, {"error": {"code": 190, "message": "bad token"}})
                elif self.path.endswith("/media"):
                    name = f"media{next(_serial)}"
                    graph.media[name] = raw
                    self._answer(200, {"id": name})
                else:
                    self._answer(*graph.take(self.path, json.loads(raw)))

            def _answer(self, status: int, body: dict[str, Any]) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@dataclass
class Customers:
    """People who write on WhatsApp: their messages arrive at the product as Meta would send them."""

    base_url: str
    app_secret: str
    session: requests.Session = field(default_factory=requests.Session)

    def webhook(self, *messages: dict[str, Any], wa_id: str = "", name: str = "Fulana") -> bytes:
        """The body of one delivery with these messages."""
        value: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "551230001000", "phone_number_id": NUMBER_ID},
            "messages": list(messages),
        }
        if wa_id:
            value["contacts"] = [{"profile": {"name": name}, "wa_id": wa_id}]
        change = {"field": "messages", "value": value}
        return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()

    def text(self, wa_id: str, text: str, *, message_id: str = "", at: float | None = None) -> dict[str, Any]:
        """A text message as it stands in a webhook."""
        return {
            "from": wa_id,
            "id": message_id or f"wamid.in{next(_serial)}.{time.time_ns()}",
            "timestamp": str(int(at if at is not None else time.time())),
            "type": "text",
            "text": {"body": text},
        }

    def tap(self, wa_id: str, option: dict[str, Any]) -> dict[str, Any]:
        """A tapped reply button (`{"id", "title"}`)."""
        message = self.text(wa_id, "")
        del message["text"]
        interactive = {"type": "button_reply", "button_reply": option}
        return {**message, "type": "interactive", "interactive": interactive}

    def post(self, body: bytes, *, signature: str | None = None) -> requests.Response:
        """Delivers a body, rightly signed unless told otherwise."""
        right = "sha256=" + hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": right if signature is None else signature,
        }
        return self.session.post(f"{self.base_url}/webhooks/whatsapp", data=body, headers=headers, timeout=20)

    def write(self, wa_id: str, text: str) -> str:
        """One customer writes one text; returns the message's id."""
        message = self.text(wa_id, text)
        response = self.post(self.webhook(message, wa_id=wa_id))
        assert response.status_code == 200, response.status_code
        return str(message["id"])

    def press(self, wa_id: str, option: dict[str, Any]) -> None:
        """One customer taps one button."""
        assert self.post(self.webhook(self.tap(wa_id, option), wa_id=wa_id)).status_code == 200


def words(message: dict[str, Any]) -> str:
    """The text of a sent message, wherever its kind keeps it."""
    kind = message["type"]
    if kind == "text":
        return str(message["text"]["body"])
    if kind == "interactive":
        return str(message["interactive"]["body"]["text"])
    return str(message.get(kind, {}).get("caption", ""))


def buttons(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The reply buttons or rows of a sent message, by id."""
    action = message.get("interactive", {}).get("action", {})
    rows = [row for section in action.get("sections", ()) for row in section["rows"]]
    return {row["id"]: row for row in [*(button["reply"] for button in action.get("buttons", ())), *rows]}


def eventually(check: Callable[[], Any], seconds: float = 20.0, what: str = "") -> Any:
    """The first true value of `check`, asked again until then; fails after twice `seconds`, which a machine needs that
    has nothing else to do."""
    deadline = time.monotonic() + 2 * seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what or check}")
        threading.Event().wait(0.05)
