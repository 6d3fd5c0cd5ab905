"""A Graph API that takes every message and tells, per customer, when it came."""

from __future__ import annotations

import itertools
import json
import socketserver
import threading
import time


class Graph:
    """Serves on a free port of loopback. `answered(wa_id)` is an Event that is set when something was sent there."""

    def __init__(self) -> None:
        self._arrived: dict[str, float] = {}
        self._waiting: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._serial = itertools.count(1)
        graph = self

        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self) -> None:
                while self.rfile.readline():
                    length = 0
                    while line := self.rfile.readline().strip():
                        if line.lower().startswith(b"content-length:"):
                            length = int(line.split(b":")[1])
                    body = graph.take(self.rfile.read(length))
                    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                    self.wfile.write(head.encode() + body)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """For META_GRAPH_URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def take(self, raw: bytes) -> bytes:
        """One call; media and read receipts are answered too."""
        try:
            body = json.loads(raw)
        except ValueError:
            return b'{"id": "media"}'
        if "to" not in body:
            return b'{"success": true}'
        with self._lock:
            self._arrived[body["to"]] = time.perf_counter()
            event = self._waiting.setdefault(body["to"], threading.Event())
        event.set()
        return json.dumps({"messages": [{"id": f"wamid.bench{next(self._serial)}"}]}).encode()

    def answered(self, wa_id: str) -> threading.Event:
        """Set once something was sent to this customer."""
        with self._lock:
            return self._waiting.setdefault(wa_id, threading.Event())

    def arrived_at(self, wa_id: str) -> float:
        """When (perf_counter) the last message to this customer came."""
        with self._lock:
            return self._arrived[wa_id]

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()
