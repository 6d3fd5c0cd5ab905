"""A product that only records: the simulator on a real server, with a webhook that keeps what it is sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from flask import Flask, Response, request
from werkzeug.serving import make_server

from core.http import make_session
from webhooks.simulator import Pace, Person, simulator_blueprints

SECRET = "segredo-do-app"
TOKEN = "token-de-teste"
PHONE_ID = "200000000000002"
DISPLAY = "551230000000"
ANA = "5512981110001"
GISELE = "551281110007"
PEOPLE = (
    Person("Ana Souza", ANA, "Fatura em aberto, internet normal"),
    Person("Bruno Lima", "5512981110002", "Bloqueado por débito"),
    Person("Davi Rocha", "5512981110004", "Sem sinal na fibra"),
    Person("Gisele Ramos", GISELE, "WhatsApp sem o nono dígito"),
    Person("Número desconhecido", "5512981119999", "Não é cliente"),
)


@dataclass
class StandIn:
    """The running server. `refuse` is how many webhooks it still answers with 500, `paid` what the bank told."""

    base_url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    refuse: int = 0
    paid: list[bytes] = field(default_factory=list)
    session: requests.Session = field(default_factory=make_session)

    def values(self, kind: str) -> list[dict[str, Any]]:
        """All `messages` or `statuses` received so far, in the order of arrival."""
        found = []
        for raw in list(self.bodies):
            changes = [change for entry in json.loads(raw)["entry"] for change in entry["changes"]]
            found += [item for change in changes for item in change["value"].get(kind, [])]
        return found

    def graph(self, path: str, body: object, *, token: str = TOKEN) -> requests.Response:
        """A call of the Graph API with a JSON body."""
        url = f"{self.base_url}/simulator/graph/v24.0/{PHONE_ID}/{path}"
        return self.session.post(url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=20)

    def say(self, message: dict[str, Any], to: str = ANA) -> str:
        """Sends a message as the business; its id."""
        answer = self.graph("messages", {"messaging_product": "whatsapp", "to": to} | message)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["messages"][0]["id"])

    def upload(self, body: bytes, mime_type: str, filename: str) -> str:
        """Uploads a file as the business; its id."""
        answer = self.session.post(
            f"{self.base_url}/simulator/graph/v24.0/{PHONE_ID}/media",
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (filename, body, mime_type)},
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=20,
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def write(self, text: str, who: str = ANA) -> None:
        """Writes a text from a customer's phone."""
        url = f"{self.base_url}/simulator/api/chats/{who}/messages"
        assert self.session.post(url, json={"type": "text", "text": text}, timeout=20).status_code == 200


def wait_until(condition: Callable[[], bool], seconds: float = 15) -> None:
    """Returns as soon as the condition holds; fails when it does not within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.01)


@contextmanager
def standing_in(
    folder: Path, pace: Pace | None = None, people: tuple[Person, ...] = PEOPLE, bank_token: str = ""
) -> Iterator[StandIn]:
    """The simulator and the recording webhook on a free port of loopback."""
    product = StandIn()
    app = Flask("stand-in")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    product.base_url = f"http://127.0.0.1:{server.server_port}"

    @app.post("/webhooks/whatsapp")
    def receive() -> Response:
        if product.refuse > 0:
            product.refuse -= 1
            return Response(status=500)
        product.signatures.append(request.headers.get("X-Hub-Signature-256", ""))
        product.bodies.append(request.get_data())
        return Response(status=200)

    @app.post("/webhooks/payments/simulator")
    def pay() -> Response:
        product.paid.append(request.get_data())
        return Response(status=200)

    for blueprint in simulator_blueprints(
        store_path=folder / "simulator.sqlite3",
        base_url=product.base_url,
        app_secret=SECRET,
        access_token=TOKEN,
        phone_number_id=PHONE_ID,
        display_phone=DISPLAY,
        provider_name="Conecta Vale Telecom",
        people=people,
        pace=pace,
        bank_token=bank_token,
    ):
        app.register_blueprint(blueprint)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield product
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
