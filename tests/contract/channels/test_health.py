"""Each channel asked about its number, over a stand-in on loopback that answers as the provider does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from core.errors import Failure, Misconfigured, Unreachable
from core.http import make_session
from tests.unit.webhooks.simulator.standin import PHONE_ID, TOKEN, standing_in
from webhooks.channels.health_ports import NumberState
from webhooks.channels.meta_health import MetaHealth
from webhooks.channels.twilio_health import TwilioHealth

WELL = {
    "verified_name": "Vale Fibra",
    "quality_rating": "GREEN",
    "throughput": {"level": "HIGH"},
    "status": "CONNECTED",
}


@contextmanager
def answering(answers: dict[str, tuple[int, Any]]) -> Iterator[str]:
    """A server that gives these answers by the last part of the address; its own address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers[urlsplit(self.path).path.rsplit("/", 1)[-1]]
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def meta_says(number: tuple[int, Any], token: tuple[int, Any] = (200, {"data": {"expires_at": 0}})) -> NumberState:
    with answering({PHONE_ID: number, "debug_token": token}) as url:
        return MetaHealth(
            make_session(), graph_url=url, version="v24.0", phone_number_id=PHONE_ID, access_token=TOKEN
        ).check()


def test_built_in_graph_tells_a_healthy_number(tmp_path: Path) -> None:
    with standing_in(tmp_path) as standin:
        url = f"{standin.base_url}/simulator/graph"
        state = MetaHealth(
            make_session(), graph_url=url, version="v24.0", phone_number_id=PHONE_ID, access_token=TOKEN
        ).check()
    assert (state.quality, state.throughput, state.messaging_limit, state.account_status) == (
        "GREEN",
        "STANDARD",
        "TIER_2K",
        "",
    )
    assert state.token_expires_at is None


def test_token_end_is_told_in_utc() -> None:
    state = meta_says((200, WELL), (200, {"data": {"expires_at": 1798761600}}))
    assert state.token_expires_at == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "token",
    [
        (400, {"error": {"code": 100, "message": "no"}}),
        (200, {"data": {"expires_at": "soon"}}),
        (200, {"data": {"expires_at": 10**30}}),
        (200, {}),
        (200, b"<html>"),
    ],
)
def test_token_that_nothing_is_told_of_has_no_known_end(token: tuple[int, Any]) -> None:
    assert meta_says((200, WELL), token).token_expires_at is None


def test_number_that_is_not_connected_is_told_so() -> None:
    assert meta_says((200, {**WELL, "status": "FLAGGED"})).account_status == "FLAGGED"


def test_answer_of_another_form_is_read_as_far_as_it_goes() -> None:
    assert meta_says((200, {"quality_rating": 7, "throughput": "HIGH", "status": None})).throughput == "HIGH"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [((401, {"error": {"code": 190}}), Misconfigured), ((500, b""), Unreachable), ((503, {}), Unreachable)],
)
def test_refusal_says_whether_it_is_our_setting(answer: tuple[int, Any], kind: type[Failure]) -> None:
    with pytest.raises(kind):
        meta_says(answer)


@pytest.mark.parametrize(("status", "told"), [("active", ""), ("suspended", "SUSPENDED")])
def test_twilio_account_is_told(status: str, told: str) -> None:
    with answering({"AC0123.json": (200, {"friendly_name": "Vale Fibra", "status": status})}) as url:
        health = TwilioHealth(make_session(), api_url=url, account_sid="AC0123", auth_token="t")
        assert (health.check().account_status, health.check().name) == (told, "Vale Fibra")


def test_wrong_twilio_token_is_our_setting() -> None:
    with answering({"AC0123.json": (401, {"code": 20003})}) as url:
        health = TwilioHealth(make_session(), api_url=url, account_sid="AC0123", auth_token="t")
        with pytest.raises(Misconfigured):
            health.check()
