"""Where Meta keeps files: looked up by id, fetched with the token from Meta's hosts only, gone said as gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from core.errors import Misconfigured, Refused, Unreachable
from core.http import make_session
from stores import free_port
from tests.contract.channels.rigs import MetaRig, meta_rig
from tests.unit.webhooks.simulator.standin import TOKEN
from webhooks.channels.meta_media import MetaMedia
from webhooks.channels.ports import MediaRef

LIMIT = 1_000_000
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x01" * 5000

Answer = tuple[int, bytes]


@dataclass
class Graph:
    """A Graph API that answers by path, one answer after the other; the last one stays."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    def says(self, path: str, *answers: object) -> None:
        """Objects are JSON with 200, bytes are bodies with 200, and pairs are what they are."""
        self.answers[path] = [
            one if isinstance(one, tuple) else (200, one if isinstance(one, bytes) else json.dumps(one).encode())
            for one in answers
        ]

    def take(self, path: str) -> Answer:
        waiting = self.answers.get(path, [(404, b"")])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def serving() -> Iterator[Graph]:
    graph = Graph()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            graph.seen.append((self.path, self.headers.get("Authorization", "")))
            status, body = graph.take(self.path)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
                body = b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    graph.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield graph
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def graph() -> Iterator[Graph]:
    with serving() as running:
        yield running


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[MetaRig]:
    with meta_rig(tmp_path) as running:
        yield running


def a_source(url: str, token: str = TOKEN) -> MetaMedia:
    return MetaMedia(make_session(), graph_url=url, version="v24.0", access_token=token)


def simulated(rig: MetaRig, token: str = TOKEN) -> MetaMedia:
    return a_source(f"{rig.product.base_url}/simulator/graph", token)


def test_file_is_fetched_by_its_id(rig: MetaRig) -> None:
    media_id = rig.product.upload(JPEG, "image/jpeg", "foto.jpg")
    found = simulated(rig).fetch(MediaRef(id=media_id), limit=LIMIT)
    assert (found.data, found.mime_type) == (JPEG, "image/jpeg")
    assert len(found.detail["sha256"]) == 64


def test_id_that_nobody_knows_is_gone(rig: MetaRig) -> None:
    with pytest.raises(Refused, match="media_gone"):
        simulated(rig).fetch(MediaRef(id="1234567890"), limit=LIMIT)


def test_wrong_token_is_a_wrong_setting(rig: MetaRig) -> None:
    media_id = rig.product.upload(JPEG, "image/jpeg", "foto.jpg")
    with pytest.raises(Misconfigured):
        simulated(rig, "outro").fetch(MediaRef(id=media_id), limit=LIMIT)


def test_failure_of_the_graph_is_worth_repeating(rig: MetaRig) -> None:
    media_id = rig.product.upload(JPEG, "image/jpeg", "foto.jpg")
    wanted = {"mode": "500", "next": 1, "on": "media"}
    rig.product.session.post(f"{rig.product.base_url}/simulator/control", json=wanted, timeout=10)
    with pytest.raises(Unreachable):
        simulated(rig).fetch(MediaRef(id=media_id), limit=LIMIT)


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        a_source(f"http://127.0.0.1:{free_port()}").fetch(MediaRef(id="1"), limit=LIMIT)


def test_file_larger_than_the_limit_is_not_even_fetched(graph: Graph) -> None:
    graph.says("/v24.0/1", {"url": f"{graph.url}/f", "file_size": LIMIT + 1})
    with pytest.raises(Refused, match="media_too_large"):
        a_source(graph.url).fetch(MediaRef(id="1"), limit=LIMIT)
    assert [path for path, _ in graph.seen] == ["/v24.0/1"]


def test_file_that_is_larger_than_it_says_is_refused(graph: Graph) -> None:
    graph.says("/v24.0/1", {"url": f"{graph.url}/f", "file_size": 10})
    graph.says("/f", b"x" * 2000)
    with pytest.raises(Refused, match="media_too_large"):
        a_source(graph.url).fetch(MediaRef(id="1"), limit=1000)


def test_address_that_expired_is_asked_for_once_more(graph: Graph) -> None:
    graph.says("/v24.0/1", {"url": f"{graph.url}/old"}, {"url": f"{graph.url}/new"})
    graph.says("/old", (404, b"URL signature expired"))
    graph.says("/new", JPEG)
    assert a_source(graph.url).fetch(MediaRef(id="1"), limit=LIMIT).data == JPEG


def test_address_that_is_expired_again_means_gone(graph: Graph) -> None:
    graph.says("/v24.0/1", {"url": f"{graph.url}/old"})
    with pytest.raises(Refused, match="media_gone"):
        a_source(graph.url).fetch(MediaRef(id="1"), limit=LIMIT)
    assert len(graph.seen) == 4


@pytest.mark.parametrize(
    "error", [{"code": 131052, "message": "Media download error"}, {"code": 100, "error_subcode": 33}]
)
def test_file_that_meta_cannot_get_is_gone(graph: Graph, error: dict[str, Any]) -> None:
    graph.says("/v24.0/1", (400, json.dumps({"error": error}).encode()))
    with pytest.raises(Refused, match="media_gone"):
        a_source(graph.url).fetch(MediaRef(id="1"), limit=LIMIT)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/f",
        "http://lookaside.fbsbx.com/f",
        "https://fbsbx.com.evil.example/f",
        "https://evilfbsbx.com/f",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "https://[::1",
        "",
    ],
)
def test_token_and_request_go_to_no_other_host(graph: Graph, address: str) -> None:
    graph.says("/v24.0/1", {"url": address})
    with pytest.raises(Refused, match="media_foreign_host"):
        a_source(graph.url).fetch(MediaRef(id="1"), limit=LIMIT)
    with pytest.raises(Refused, match="media_foreign_host"):
        a_source(graph.url).fetch(MediaRef(url=address or "x"), limit=LIMIT)


def test_other_port_of_the_same_machine_is_another_host(graph: Graph) -> None:
    with serving() as inside:
        inside.says("/secret", b"segredo")
        graph.says("/v24.0/1", {"url": f"{inside.url}/secret"})
        with pytest.raises(Refused, match="media_foreign_host"):
            a_source(graph.url).fetch(MediaRef(id="1"), limit=LIMIT)
        assert inside.seen == []


def test_redirect_leads_to_no_internal_address(graph: Graph) -> None:
    with serving() as inside:
        inside.says("/secret", b"segredo")
        graph.says("/v24.0/1", {"url": f"{graph.url}/f"})
        graph.says("/f", (302, f"{inside.url}/secret".encode()))
        with pytest.raises(Refused, match="media_internal_address"):
            a_source(graph.url).fetch(MediaRef(id="1"), limit=LIMIT)
        assert inside.seen == []


def test_token_travels_in_the_header(graph: Graph) -> None:
    graph.says("/v24.0/1", {"url": f"{graph.url}/f"})
    graph.says("/f", JPEG)
    a_source(graph.url).fetch(MediaRef(id="1"), limit=LIMIT)
    assert graph.seen == [("/v24.0/1", f"Bearer {TOKEN}"), ("/f", f"Bearer {TOKEN}")]


@pytest.mark.parametrize("media_id", ["../me", "1/2", "1?fields=x", " "])
def test_id_that_would_lead_elsewhere_is_no_id(graph: Graph, media_id: str) -> None:
    with pytest.raises(Refused, match="media_gone"):
        a_source(graph.url).fetch(MediaRef(id=media_id), limit=LIMIT)
    assert graph.seen == []


@pytest.mark.parametrize("answer", [b"[]", b"not json", b'{"url": 5}'])
def test_answer_that_makes_no_sense_is_worth_repeating(graph: Graph, answer: bytes) -> None:
    graph.says("/v24.0/1", answer)
    with pytest.raises(Unreachable):
        a_source(graph.url).fetch(MediaRef(id="1"), limit=LIMIT)
