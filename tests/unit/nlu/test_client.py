"""The client of the Rasa server, against a small server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.errors import Unreachable
from core.http import make_session
from nlu.client import RasaClient

GOOD = {
    "text": "x",
    "intent": {"name": "greet", "confidence": 0.9},
    "intent_ranking": [{"name": "greet", "confidence": 0.9}, {"name": "thanks", "confidence": 0.1}],
    "entities": [],
}


class TinyRasa(ThreadingHTTPServer):
    """Answers every request with `status` and `body`, and keeps the texts that it was sent; `hold` delays it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.body = 200, json.dumps(GOOD)
        self.texts: list[str] = []
        self.hold = threading.Event()
        self.hold.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: TinyRasa

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.texts.append(json.loads(body)["text"])
        self.server.hold.wait(10)
        self._answer()

    def _answer(self) -> None:
        data = self.server.body.encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def rasa() -> Iterator[TinyRasa]:
    server = TinyRasa()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.hold.set()
    server.shutdown()
    thread.join()
    server.server_close()


def client(server: TinyRasa, seconds: float = 2.0) -> RasaClient:
    return RasaClient(server.url, make_session(), seconds)


def test_parse_gives_intent_and_ranking_when_the_server_answers(rasa: TinyRasa) -> None:
    understood = client(rasa).parse("oi")
    assert (understood.intent, understood.confidence, understood.source) == ("greet", 0.9, "model")
    assert understood.ranking == (("greet", 0.9), ("thanks", 0.1))


@pytest.mark.parametrize(
    ("text", "sent"),
    [("/restart", "restart"), ("  // /greet{}", "greet{}"), ("a/b", "a/b"), ("é" * 1500, "é" * 1000)],
)
def test_parse_sends_no_leading_slash_and_no_more_than_the_cap(rasa: TinyRasa, text: str, sent: str) -> None:
    client(rasa).parse(text)
    assert rasa.texts == [sent]


@pytest.mark.parametrize("text", ["", "  ", "/", " / / "])
def test_parse_asks_nothing_when_the_text_is_empty(rasa: TinyRasa, text: str) -> None:
    with pytest.raises(Unreachable, match="nothing_to_parse"):
        client(rasa).parse(text)
    assert rasa.texts == []


@pytest.mark.parametrize("status", [400, 404, 409, 500, 503])
def test_parse_is_unreachable_when_the_status_is_not_200(rasa: TinyRasa, status: int) -> None:
    rasa.status = status
    with pytest.raises(Unreachable, match=f"HTTP {status}"):
        client(rasa).parse("oi")
    assert not client(rasa).ready()


@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", '{"intent": null, "intent_ranking": []}', '"x"'])
def test_parse_is_unreachable_when_the_answer_is_not_a_parse_result(rasa: TinyRasa, body: str) -> None:
    rasa.body = body
    with pytest.raises(Unreachable, match="nlu_answer"):
        client(rasa).parse("oi")


def test_parse_is_unreachable_when_the_answer_comes_too_late(rasa: TinyRasa) -> None:
    rasa.hold.clear()
    with pytest.raises(Unreachable):
        client(rasa, seconds=0.2).parse("oi")


def test_parse_does_not_tell_the_text_when_it_fails(rasa: TinyRasa) -> None:
    rasa.status = 500
    with pytest.raises(Unreachable) as failure:
        client(rasa).parse("meu cpf é 529.982.247-25")
    assert "529" not in str(failure.value)


def test_client_is_not_ready_when_nobody_listens(rasa: TinyRasa) -> None:
    assert client(rasa).ready()
    assert not RasaClient("http://127.0.0.1:9", make_session()).ready()
