"""Each channel against a stand-in of its provider on loopback, behind one set of questions for the contract."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl

from core.http import make_session
from stores import free_port
from tests.unit.webhooks.payloads import ANA
from tests.unit.webhooks.simulator.standin import PHONE_ID, TOKEN, StandIn, standing_in
from webhooks.channels.meta import MetaChannel
from webhooks.channels.ports import Channel
from webhooks.channels.twilio import TwilioChannel

ACCOUNT = "AC0123"
SENDER = "whatsapp:+551230001000"
META_MODES = {"server_error": "500", "too_many": "131056", "bad_token": "190", "drop": "drop_connection"}
TWILIO_FAILURES: dict[str, tuple[int, dict[str, object]]] = {
    "server_error": (500, {"code": 20500, "message": "Internal Server Error"}),
    "too_many": (429, {"code": 20429, "message": "Too Many Requests"}),
    "bad_token": (401, {"code": 20003, "message": "Authenticate"}),
    "undeliverable": (400, {"code": 63024, "message": "Invalid message recipient"}),
}


@dataclass(frozen=True)
class Arrived:
    """What the customer's phone got: its provider id, the kind that the phone shows it as, text with any options, the
    names of files, what opens on a tap (`links`), what is copied or shown besides (`codes`), and what it answers."""

    provider_id: str
    text: str
    options: tuple[str, ...] = ()
    file: str = ""
    kind: str = "text"
    links: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    quoted: str = ""

    @property
    def everything(self) -> str:
        """All that the customer can read, tap or copy, a line each."""
        return "\n".join([self.text, *self.options, self.file, *self.links, *self.codes])


def a_meta_channel(graph_url: str) -> MetaChannel:
    """MetaChannel for a Graph API there."""
    return MetaChannel(
        make_session(),
        graph_url=graph_url,
        version="v24.0",
        phone_number_id=PHONE_ID,
        access_token=TOKEN,
        order_details=True,
    )


def a_twilio_channel(api_url: str) -> TwilioChannel:
    """TwilioChannel for an API there."""
    callback = "https://suporte.example.com.br/webhooks/twilio"
    return TwilioChannel(
        make_session(),
        api_url=api_url,
        account_sid=ACCOUNT,
        auth_token="token",
        sender=SENDER,
        status_callback=callback,
    )


class Rig(Protocol):
    """A channel, and what stands at its other end. Failures: server_error, too_many, bad_token, drop.

    What the channel can send as such is in its `kinds`; `shows` says as what the phone shows it, where that has another
    name. `quotes` says whether an answer can point at the message it answers.
    """

    source: str
    channel: Channel
    shows: Mapping[str, str]
    quotes: bool

    def wrote(self) -> str:
        """The provider's name of what the customer wrote last."""
        ...

    def fail_next(self, failure: str) -> None:
        """The next send fails so."""
        ...

    def arrived(self) -> list[Arrived]:
        """What the customer got from us, in order."""
        ...

    def unreachable(self) -> Channel:
        """The same channel where nobody listens."""
        ...


class MetaRig:
    """MetaChannel against the built-in Graph API."""

    source = "meta"
    shows: Mapping[str, str] = {"template": "text", "payment": "order", "payment_status": "order_status"}
    quotes = True

    def __init__(self, product: StandIn) -> None:
        self.product = product
        product.write("oi")
        self.channel: Channel = a_meta_channel(f"{product.base_url}/simulator/graph")

    def fail_next(self, failure: str) -> None:
        wanted = {"mode": META_MODES[failure], "next": 1}
        answer = self.product.session.post(f"{self.product.base_url}/simulator/control", json=wanted, timeout=10)
        assert answer.status_code == 200

    def chat(self, wa_id: str = ANA) -> list[dict[str, Any]]:
        """The bubbles of ours on a phone."""
        return [bubble for bubble in self._bubbles(wa_id) if bubble["author"] == "business"]

    def wrote(self) -> str:
        return str([bubble["id"] for bubble in self._bubbles(ANA) if bubble["author"] == "customer"][-1])

    def arrived(self) -> list[Arrived]:
        return [_of_bubble(bubble) for bubble in self.chat()]

    def _bubbles(self, wa_id: str) -> list[dict[str, Any]]:
        url = f"{self.product.base_url}/simulator/api/chats/{wa_id}"
        bubbles: list[dict[str, Any]] = self.product.session.get(url, timeout=10).json()["messages"]
        return bubbles

    def unreachable(self) -> Channel:
        return a_meta_channel(f"http://127.0.0.1:{free_port()}")


def _of_bubble(bubble: dict[str, Any]) -> Arrived:
    content = bubble["content"]
    rows = [row for section in content.get("sections", ()) for row in section["rows"]]
    buttons = [button for button in content.get("buttons", ()) if "id" in button]
    filled = [str(button["value"]) for button in content.get("buttons", ()) if "value" in button]
    ways = content.get("ways", ())
    header = content.get("header", {})
    return Arrived(
        bubble["id"],
        content.get("text", ""),
        options=tuple(option["title"] for option in [*buttons, *rows]),
        file=content.get("filename") or header.get("filename", ""),
        kind=bubble["kind"],
        links=tuple(filter(None, [content.get("url"), *(way.get("url") for way in ways)])),
        codes=(
            *filled,
            *filter(None, [header.get("text"), content.get("emoji"), content.get("status"), content.get("note")]),
            *filter(None, [code for way in ways for code in (way.get("code"), way.get("line"))]),
        ),
        quoted=content.get("reply_to") or content.get("target", ""),
    )


@dataclass
class TwilioServer:
    """As much of Twilio's API as we call: one form in, one JSON out."""

    forms: list[dict[str, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)

    def answer(self, form: dict[str, str]) -> tuple[int, dict[str, object]] | None:
        """(status, JSON), or None to hang up after taking the message."""
        failure = self.failures.pop(0) if self.failures else ""
        if failure in TWILIO_FAILURES:
            return TWILIO_FAILURES[failure]
        self.forms.append(form)
        return None if failure == "drop" else (201, {"sid": f"SM{len(self.forms)}", "status": "queued"})


class TwilioRig:
    """TwilioChannel against a small server of our own."""

    source = "twilio"
    shows: Mapping[str, str] = {"buttons": "text", "list": "text"}
    quotes = False

    def __init__(self, server: TwilioServer, url: str) -> None:
        self.server = server
        self.channel: Channel = a_twilio_channel(url)

    def fail_next(self, failure: str) -> None:
        self.server.failures.append(failure)

    def wrote(self) -> str:
        return "SMana1"

    def arrived(self) -> list[Arrived]:
        return [_of_form(place, form) for place, form in enumerate(self.server.forms, start=1)]

    def unreachable(self) -> Channel:
        return a_twilio_channel(f"http://127.0.0.1:{free_port()}")


def _of_form(place: int, form: dict[str, str]) -> Arrived:
    words, numbered, more = form.get("Body", "").partition("\n\n1. ")
    options = tuple(line.partition(". ")[2] for line in f"1. {more}".split("\n")) if numbered else ()
    url = form.get("MediaUrl", "")
    kind = "text" if not url else "document" if url.endswith(".pdf") else "image"
    return Arrived(f"SM{place}", words, options, url.rpartition("/")[2], kind)


@contextmanager
def meta_rig(folder: Path) -> Iterator[MetaRig]:
    """The built-in Graph API on a real server, with Ana having just written."""
    with standing_in(folder) as product:
        yield MetaRig(product)


@contextmanager
def twilio_rig(folder: Path) -> Iterator[TwilioRig]:
    """The small Twilio on a real server."""
    twilio = TwilioServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            twilio.authorizations.append(self.headers.get("Authorization", ""))
            assert self.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
            answered = twilio.answer(dict(parse_qsl(raw, keep_blank_values=True)))
            if answered is None:
                self.close_connection = True
                return
            data = json.dumps(answered[1]).encode()
            self.send_response(answered[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    with _serving(Handler) as url:
        yield TwilioRig(twilio, url)


@contextmanager
def answering(body: bytes) -> Iterator[str]:
    """A server that answers 200 with these bytes to everything; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    with _serving(Handler) as url:
        yield url


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
