"""The simulated network's HTTP side, on loopback: /onu/<serial>, /olt/<name>/..., /acs/..., /subscribers, /control."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg

from provisioning.simulated_network.levers import Network

MAX_BODY = 64 * 1024
ONU, OLT = "/onu/", "/olt/"


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
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self._keeps_silent(parts.path):
            return
        self._answer("GET", parts.path, query, b"")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, MAX_BODY))
        path = urlsplit(self.path).path
        # The demo's own lever on an ONU always works; what is said to an OLT waits as the OLT does.
        if not path.startswith(ONU) and self._keeps_silent(path):
            return
        self._answer("POST", path, {}, body)

    def _keeps_silent(self, path: str) -> bool:
        if path.startswith(ONU):
            olt = self.network.olt_of(unquote(path[len(ONU) :]))
        elif path.startswith(OLT):
            olt = unquote(path[len(OLT) :].partition("/")[0])
        else:
            return False
        self.close_connection = not self.network.wait_as_told(self.stopping, olt)
        return self.close_connection

    def _answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> None:
        try:
            status, answer = _route(self.network, method, path, query, body)
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


def _route(network: Network, method: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
    """Dispatches by the first part of the path."""
    kind, _, rest = path[1:].partition("/")
    name, _, what = (unquote(part) for part in rest.partition("/"))
    wish = json.loads(body) if method == "POST" else {}
    if kind == "onu" and rest:
        return network.set_onu(unquote(rest), wish) if method == "POST" else network.onu(unquote(rest))
    if kind == "olt" and name:
        return network.tell_olt(name, what, wish) if method == "POST" else network.ask_olt(name, what, query)
    if kind == "acs" and name:
        return _acs(network, method, name, what, query, wish)
    if (method, path) == ("GET", "/subscribers"):
        return network.subscribers()
    if (method, path) == ("POST", "/control"):
        return network.control(wish)
    return 404, {"error": "unknown_path"}


def _acs(
    network: Network, method: str, name: str, what: str, query: dict[str, str], wish: dict[str, Any]
) -> tuple[int, Any]:
    if method == "GET" and name == "find":
        return network.routers.find(query.get("login", ""), query.get("serial", ""))
    if method == "GET" and not what:
        return network.routers.state(name)
    if method == "POST" and what == "wifi":
        return network.routers.change(name, wish)
    if method == "POST" and what == "restart":
        return network.routers.restart(name)
    return 404, {"error": "unknown_path"}
