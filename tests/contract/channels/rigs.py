"""Each channel against a stand-in of its provider on loopback, behind one set of questions for the contract."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

from flask import Blueprint, Flask
from twilio.rest import Client
from werkzeug.serving import make_server

from core.http import make_session
from stores import free_port
from tests.unit.webhooks.payloads import ANA
from tests.unit.webhooks.simulator.standin import PHONE_ID, TOKEN, StandIn, standing_in
from webhooks.channels.meta import MetaChannel
from webhooks.channels.ports import Channel, ContentCache
from webhooks.channels.twilio import TwilioChannel
from webhooks.channels.twilio_client import make_client
from webhooks.simulator.database import Database
from webhooks.simulator.twilio_control import twilio_blueprints
from webhooks.simulator.twilio_store import TwilioMessage, TwilioStore

ACCOUNT = "AC" + "0" * 32
AUTH_TOKEN = "token"
PUBLIC = "https://suporte.example.com.br"
SENDER = "whatsapp:+551230001000"
META_MODES = {"server_error": "500", "too_many": "131056", "bad_token": "190", "drop": "drop_connection"}
TWILIO_MODES = {
    "server_error": "500",
    "too_many": "20429",
    "bad_token": "20003",
    "drop": "drop_connection",
    "undeliverable": "63024",
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


class Contents:
    """A ContentCache for one test."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def get(self, shape: str) -> str | None:
        return self.known.get(shape)

    def put(self, shape: str, content_id: str) -> str:
        return self.known.setdefault(shape, content_id)

    def forget(self, shape: str, content_id: str) -> None:
        if self.known.get(shape) == content_id:
            del self.known[shape]


def a_twilio_client(api_url: str) -> Client:
    """Twilio's client for an API there."""
    return make_client(make_session(), account_sid=ACCOUNT, auth_token=AUTH_TOKEN, api_url=api_url, content_url=api_url)


def a_twilio_channel(api_url: str, contents: ContentCache | None = None, **more: str) -> TwilioChannel:
    """TwilioChannel for an API there."""
    return TwilioChannel(
        a_twilio_client(api_url),
        contents=contents or Contents(),
        sender=SENDER,
        status_callback=f"{PUBLIC}/webhooks/twilio",
        **more,
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
        # A reaction shows on what the customer wrote.
        reactions = [
            Arrived("", "", kind="reaction", codes=(bubble["content"]["reactions"]["business"],), quoted=bubble["id"])
            for bubble in self._bubbles(ANA)
            if bubble["content"].get("reactions", {}).get("business")
        ]
        return [_of_bubble(bubble) for bubble in self.chat()] + reactions

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


class TwilioRig:
    """TwilioChannel against the built-in Twilio."""

    source = "twilio"
    shows: Mapping[str, str] = {"template": "text"}
    quotes = False

    def __init__(self, base_url: str, store: TwilioStore) -> None:
        self.session = make_session()
        self.control_url = f"{base_url}/simulator/twilio/control"
        self.api_url = f"{base_url}/simulator/twilio"
        self.store = store
        self.contents = Contents()
        self.channel: Channel = a_twilio_channel(self.api_url, self.contents)
        self.control(write={"from": f"whatsapp:+{ANA}", "text": "oi"})

    def control(self, **wanted: object) -> dict[str, Any]:
        """Asks the simulator for something; its state."""
        answer = self.session.post(self.control_url, json=wanted, timeout=10)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state

    def fail_next(self, failure: str) -> None:
        self.control(mode=TWILIO_MODES[failure])

    def wrote(self) -> str:
        return self.store.messages(sender=f"whatsapp:+{ANA}")[0].sid

    def arrived(self) -> list[Arrived]:
        return [_of_twilio(message) for message in reversed(self.store.messages(sender=SENDER))]

    def unreachable(self) -> Channel:
        return a_twilio_channel(f"http://127.0.0.1:{free_port()}")


def _of_twilio(message: TwilioMessage) -> Arrived:
    shown = message.shown
    options, url, kind = shown.get("options", ()), shown.get("url", ""), shown["kind"]
    file = url.rpartition("/")[2] if kind == "media" else ""
    if kind == "media":
        kind = {"pdf": "document", "ogg": "audio", "mp4": "video"}.get(file.rpartition(".")[2], "image")
    links = (url,) if url and not file else ()
    return Arrived(message.sid, shown["text"], tuple(one["title"] for one in options), file, kind, links)


@contextmanager
def meta_rig(folder: Path) -> Iterator[MetaRig]:
    """The built-in Graph API on a real server, with Ana having just written."""
    with standing_in(folder) as product:
        yield MetaRig(product)


# What the template of the scenarios looks like at Twilio.
NOTICE_CONTENT = {
    "sid": "HX" + "0" * 32,
    "name": "aviso_de_fatura",
    "language": "pt_BR",
    "variables": dict.fromkeys("12345", "exemplo"),
    "types": {
        "whatsapp/card": {
            "body": "Olá, {{1}}! Sua fatura de {{2}} vence em {{3}}.",
            "actions": [
                {"type": "URL", "title": "Ver fatura", "url": "https://suporte.example.com.br/f/{{4}}"},
                {"type": "QUICK_REPLY", "title": "Segunda via", "id": "{{5}}"},
            ],
        }
    },
    "approval": {"name": "aviso_de_fatura", "category": "UTILITY", "status": "approved"},
}


@contextmanager
def twilio_rig(folder: Path, *, doors: Sequence[Blueprint] = (), **more: Any) -> Iterator[TwilioRig]:
    """The built-in Twilio on a real server, with Ana having just written and a template approved. `doors` are those of
    the product that its webhooks shall find; they wait until the control is told to carry them."""
    app = Flask("twilio")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    base_url = f"http://127.0.0.1:{server.server_port}"
    path = folder / "twilio.sqlite3"
    facts: dict[str, Any] = {"account_sid": ACCOUNT, "auth_token": AUTH_TOKEN, "sender": SENDER, "public_url": PUBLIC}
    for blueprint in twilio_blueprints(store_path=path, base_url=base_url, in_background=False, **facts, **more):
        app.register_blueprint(blueprint)
    for door in doors:
        app.register_blueprint(door)
    store = TwilioStore(Database(path), lambda: datetime.now(UTC))
    store.put_content(NOTICE_CONTENT)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield TwilioRig(base_url, store)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
