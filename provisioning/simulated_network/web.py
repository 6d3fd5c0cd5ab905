"""The simulated network's HTTP side, on loopback: GET and POST /onu/<serial>, GET /subscribers, POST /control."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from provisioning.simulated_network.levers import Network

MAX_BODY = 64 * 1024
ONU = "/onu/"


def serve(network: Network, port: int, stopping: threading.Event) -> ThreadingHTTPServer:
    """A server that already answers, in a thread of its own. `shutdown()` ends it; port 0 takes any free one."""

    class Bound(_Handler):
        pass

    Bound.network, Bound.stopping = network, stopping
    server = ThreadingHTTPServer(("127.0.0.1", port), Bound)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="olts", daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    network: Network
    stopping: threading.Event

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith(ONU) and not self.network.wait_as_told(self.stopping):
            self.close_connection = True
            return
        self._answer("GET", path, b"")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer("POST", urlsplit(self.path).path, self.rfile.read(min(length, MAX_BODY)))

    def _answer(self, method: str, path: str, body: bytes) -> None:
        try:
            status, answer = _route(self.network, method, path, body)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            status, answer = 400, {"error": f"{type(error).__name__}: {error}"}
        except psycopg.OperationalError as error:
            status, answer = 503, {"error": type(error).__name__}
        data = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        return


def _route(network: Network, method: str, path: str, body: bytes) -> tuple[int, Any]:
    serial = unquote(path[len(ONU) :]) if path.startswith(ONU) else ""
    if method == "GET" and serial:
        return network.onu(serial)
    if method == "GET" and path == "/subscribers":
        return network.subscribers()
    if method == "POST" and serial:
        return network.set_onu(serial, json.loads(body))
    if method == "POST" and path == "/control":
        return network.control(json.loads(body))
    return 404, {"error": "unknown_path"}
