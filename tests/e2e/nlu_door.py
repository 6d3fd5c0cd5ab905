"""A door in front of the NLU server that a test can hold shut, to cut the connection without hurting the server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests


class NluDoor:
    """Passes every request on to `target`. While `held` nobody gets an answer, while `broken` everybody gets 500."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._open = threading.Event()
        self._open.set()
        self.broken = False
        self.parsed = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody gets an answer within the block."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def stop(self) -> None:
        """Stops serving."""
        self._open.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(door) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._pass_on()

            def do_POST(self) -> None:
                door.parsed += 1
                self._pass_on()

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                door._open.wait(60)
                if door.broken:
                    self._answer(500, b"{}")
                    return
                url = f"{door._target}{self.path}"
                answer = requests.request(self.command, url, data=body, headers=JSON, timeout=30)
                self._answer(answer.status_code, answer.content)

            def _answer(self, status: int, body: bytes) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except ConnectionError:
                    # The caller's patience ended first.
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                pass

        return Handler


JSON = {"Content-Type": "application/json"}
