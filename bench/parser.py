"""A stand-in for the Rasa server where not the reading is measured: it knows the sentences of the run by heart."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UNKNOWN = "out_of_scope"


class StandInParser:
    """Answers /status and /model/parse on a free port of loopback. `intents` maps each sentence to its intent."""

    def __init__(self, intents: Mapping[str, str]) -> None:
        self._intents = intents
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """For NLU_URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()

    def parse(self, text: str) -> dict[str, object]:
        """The reading of a text, as Rasa writes it; fragments of one turn come joined, the first one counts."""
        first = text.splitlines()[0].strip() if text.strip() else ""
        intent = self._intents.get(first, UNKNOWN)
        ranking = [{"name": intent, "confidence": 0.97}]
        request = {"intent": intent, "confidence": 0.97, "band": "act", "start": 0, "end": len(text)}
        return {
            "text": text,
            "intent": ranking[0],
            "intent_ranking": ranking,
            "entities": [],
            "band": "act",
            "requests": [request],
            "model": "stand-in",
        }

    def _handler(parser) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._answer({"model_file": "stand-in"})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                self._answer(parser.parse(str(body["text"])))

            def _answer(self, body: object) -> None:
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@contextmanager
def standing_in(intents: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """A stand-in for as long as it is needed: the settings that make a system ask it."""
    parser = StandInParser(intents)
    try:
        yield {"NLU_URL": parser.url}
    finally:
        parser.close()
