"""Rehearsing with the built-in Twilio: the whole web process serves it beside the door that its webhooks find."""

from __future__ import annotations

import threading
from pathlib import Path

from werkzeug.serving import make_server

import app as front
from core.db import Database
from core.http import make_session
from core.settings import Settings, load
from models.message import Message
from models.webhook_event import WebhookEvent
from stores import free_port
from tests.integration.doors import planned, read_event, rows
from tests.integration.outgoing import a_delivery, an_answer, the_message
from tests.unit.webhooks.payloads import ANA
from tests.unit.webhooks.simulator.standin import wait_until
from webhooks.deliver import deliver
from wiring import build


def _settings(database_url: str, redis_url: str, folder: Path, **more: str) -> Settings:
    port = free_port()
    own = f"http://127.0.0.1:{port}/simulator/twilio"
    environment = {
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "k" * 32,
        "META_APP_SECRET": "segredo",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "ensaio",
        "TWILIO_FROM": "whatsapp:+551230001000",
        "TWILIO_API_URL": own,
        "TWILIO_CONTENT_URL": own,
    }
    return load({**environment, **more})


def _read_all(db: Database) -> None:
    for event_id in planned(db, "intake"):
        read_event(db, event_id)


def test_message_and_answer_go_both_ways(db: Database, database_url: str, redis_url: str, tmp_path: Path) -> None:
    settings = _settings(database_url, redis_url, tmp_path)
    server = make_server("127.0.0.1", settings.port, front.create_app(settings), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    control = f"http://127.0.0.1:{settings.port}/simulator/twilio/control"
    try:
        wrote = {"write": {"from": f"whatsapp:+{ANA}", "text": "oi"}}
        assert make_session().post(control, json=wrote, timeout=10).status_code == 200
        wait_until(lambda: len(rows(db, WebhookEvent)) == 1)
        _read_all(db)
        assert [message.text for message in rows(db, Message)] == ["oi"]
        channels = build(settings).routes["deliver"].handle.args[0].keywords["delivery"].channels  # type: ignore[attr-defined]
        options = [["sim", "Sim", ""], ["nao", "Não", ""]]
        id_ = an_answer(db, 1, "Certo?\nResponda", channel="twilio", kind="buttons", payload={"options": options})
        deliver(id_, delivery=a_delivery(db, channels))
        wait_until(lambda: len(rows(db, WebhookEvent)) == 3)
        _read_all(db)
        assert the_message(db, id_).status == "delivered"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_stand_in_is_not_there_unless_it_is_named(
    db: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    real = {"TWILIO_API_URL": "https://api.twilio.com", "TWILIO_CONTENT_URL": "https://content.twilio.com"}
    client = front.create_app(_settings(database_url, redis_url, tmp_path, **real)).test_client()
    assert client.get("/simulator/twilio/control").status_code == 404
