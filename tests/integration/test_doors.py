"""The webhook doors over real PostgreSQL: 200 only for what is safe, 403 for what is unsigned, 503 without a store."""

from __future__ import annotations

import hashlib
import threading
from urllib.parse import urlencode

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

import app as front
from core.db import Database, make_engine
from core.settings import load
from models.outbox import Outbox
from models.webhook_event import WebhookEvent, WebhookItem
from stores import free_port
from tests.integration.doors import SECRET, count, meta_headers, read_event, rows
from tests.unit.webhooks.payloads import meta, text, twilio, value
from webhooks.channels.twilio_inbound import fields as form_fields
from webhooks.media_links import MediaLinks
from webhooks.twilio import twilio_blueprint
from webhooks.whatsapp import whatsapp_blueprint

VERIFY = "escolhido"
TOKEN = "token-da-conta"
PUBLIC = "https://suporte.example.com.br"
BODY = meta(value([text("oi")]))


def _client(db: Database, *, verify_token: str = VERIFY, app_secret: str = SECRET) -> FlaskClient:
    app = Flask("doors")
    app.register_blueprint(whatsapp_blueprint(db=db, app_secret=app_secret, verify_token=verify_token))
    links = MediaLinks(PUBLIC, "k" * 32)
    app.register_blueprint(twilio_blueprint(db=db, auth_token=TOKEN, public_url=PUBLIC, links=links))
    return app.test_client()


def _no_database() -> Database:
    return Database(make_engine(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"))


def _handshake(client: FlaskClient, **changed: str) -> tuple[int, str]:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY, **changed}
    answer = client.get("/webhooks/whatsapp", query_string=asked)
    return answer.status_code, answer.text


def test_handshake_returns_the_bare_challenge(db: Database) -> None:
    assert _handshake(_client(db)) == (200, "1158201444")


@pytest.mark.parametrize("changed", [{"hub.verify_token": "outro"}, {"hub.verify_token": ""}, {"hub.mode": "other"}])
def test_handshake_is_refused_when_token_or_mode_is_not_ours(db: Database, changed: dict[str, str]) -> None:
    assert _handshake(_client(db), **changed)[0] == 403


@pytest.mark.parametrize("given", ["", VERIFY])
def test_handshake_is_refused_when_no_token_is_configured(db: Database, given: str) -> None:
    assert _handshake(_client(db, verify_token=""), **{"hub.verify_token": given})[0] == 403


@pytest.mark.parametrize(
    "headers", [{}, {"X-Hub-Signature-256": "sha256=00"}, meta_headers(BODY, "outro"), meta_headers(BODY + b" ")]
)
def test_unsigned_body_is_refused_and_not_stored(db: Database, headers: dict[str, str]) -> None:
    assert _client(db).post("/webhooks/whatsapp", data=BODY, headers=headers).status_code == 403
    assert count(db, WebhookEvent) == 0


def test_everything_is_refused_when_no_secret_is_configured(db: Database) -> None:
    client = _client(db, app_secret="")
    assert client.post("/webhooks/whatsapp", data=BODY, headers=meta_headers(BODY, "")).status_code == 403


def test_200_comes_once_the_bytes_are_committed(db: Database, database_url: str) -> None:
    body = BODY.replace(b'"oi"', rb'"\u00e1gua \/ \ud83d\ude00"')
    assert _client(db).post("/webhooks/whatsapp", data=body, headers=meta_headers(body)).status_code == 200
    with psycopg.connect(database_url) as other:
        assert other.execute("SELECT source, body, state FROM webhook_event").fetchall() == [("meta", body, "new")]
        assert other.execute("SELECT queue, topic, tries FROM outbox").fetchall() == [("turns", "intake", 0)]


def test_queue_is_rung_only_after_the_commit(db: Database, database_url: str) -> None:
    seen: list[tuple[frozenset[str], int]] = []

    def ring(names: frozenset[str]) -> None:
        with psycopg.connect(database_url) as other:
            seen.append((names, len(other.execute("SELECT 1 FROM webhook_event").fetchall())))

    _client(Database(db.engine, ring)).post("/webhooks/whatsapp", data=BODY, headers=meta_headers(BODY))
    assert seen == [(frozenset({"turns"}), 1)]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 5000])
def test_signed_body_that_cannot_be_read_is_stored_answered_and_counted(db: Database, body: bytes) -> None:
    assert _client(db).post("/webhooks/whatsapp", data=body, headers=meta_headers(body)).status_code == 200
    read_event(db, 1)
    (event,), (item,) = rows(db, WebhookEvent), rows(db, WebhookItem)
    assert (event.body, event.state) == (body, "done")
    assert (item.kind, item.outcome) == ("body", "unknown")


def test_503_asks_for_a_repetition_when_there_is_no_database() -> None:
    client = _client(_no_database())
    assert client.post("/webhooks/whatsapp", data=BODY, headers=meta_headers(BODY)).status_code == 503
    form = twilio()
    assert client.post("/webhooks/twilio", data=form, headers=_signed_by_twilio(form)).status_code == 503


def test_503_asks_for_a_repetition_when_every_connection_is_taken(database_url: str) -> None:
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    with engine.connect():
        answer = _client(Database(engine)).post("/webhooks/whatsapp", data=BODY, headers=meta_headers(BODY))
    engine.dispose()
    assert answer.status_code == 503


def test_parallel_deliveries_are_all_stored(db: Database) -> None:
    client, states = _client(db), list[int]()

    def post() -> None:
        answer = client.application.test_client().post("/webhooks/whatsapp", data=BODY, headers=meta_headers(BODY))
        states.append(answer.status_code)

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == [200] * 20
    assert (count(db, WebhookEvent), count(db, Outbox)) == (20, 20)


def _whole_app(database_url: str, redis_url: str) -> Flask:
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "k" * 32,
        "META_ACCESS_TOKEN": "token",
        "META_APP_SECRET": SECRET,
    }
    return front.create_app(load(environment))


def test_body_over_the_limit_is_refused_with_advice_in_the_log(
    db: Database, database_url: str, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = b" " * (4 * 1024 * 1024 + 1)
    client = _whole_app(database_url, redis_url).test_client()
    assert client.post("/webhooks/whatsapp", data=body, headers=meta_headers(body)).status_code == 413
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert all(part in line for part in (str(len(body)), "BODY_LIMIT", "client_max_body_size"))
    assert count(db, WebhookEvent) == 0


def test_body_at_the_limit_is_stored(db: Database, database_url: str, redis_url: str) -> None:
    body = b"{}" + b" " * (4 * 1024 * 1024 - 2)
    client = _whole_app(database_url, redis_url).test_client()
    assert client.post("/webhooks/whatsapp", data=body, headers=meta_headers(body)).status_code == 200
    assert count(db, WebhookEvent) == 1


def _signed_by_twilio(form: bytes, url: str = f"{PUBLIC}/webhooks/twilio") -> dict[str, str]:
    signature = RequestValidator(TOKEN).compute_signature(url, MultiDict(form_fields(form)))
    return {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}


@pytest.mark.parametrize("fields", [{"Body": ""}, {"Body": "  ção 😀 "}, {"ParameterOfTomorrow": "1"}])
def test_twilio_form_is_stored_behind_a_proxy_with_the_public_address(db: Database, fields: dict[str, str]) -> None:
    form = twilio(**fields)
    # The proxy speaks plain HTTP to us on another host; only PUBLIC_URL is what Twilio signed.
    answer = _client(db).post(
        "/webhooks/twilio", data=form, headers=_signed_by_twilio(form), base_url="http://10.0.0.7:8000"
    )
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "<Response/>", "text/xml")
    assert [(event.source, event.body) for event in rows(db, WebhookEvent)] == [("twilio", form)]


def test_twilio_signature_covers_the_query(db: Database) -> None:
    form, path = twilio(), "/webhooks/twilio?" + urlencode({"conta": "São José"})
    headers = _signed_by_twilio(form, PUBLIC + path)
    assert _client(db).post(path, data=form, headers=headers).status_code == 200
    assert _client(db).post("/webhooks/twilio", data=form, headers=headers).status_code == 403
    assert _client(db).post("/webhooks/twilio?a=%FF", data=form, headers=headers).status_code == 403


def test_twilio_algorithm_is_the_one_that_its_header_names(db: Database) -> None:
    form, url = twilio(), f"{PUBLIC}/webhooks/twilio"
    signature = RequestValidator(TOKEN).compute_signature(url, MultiDict(form_fields(form)), "HMAC_SHA256")
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    client = _client(db)
    assert client.post("/webhooks/twilio", data=form, headers=headers).status_code == 403
    for algorithm, status in (("HMAC_SHA256", 200), ("HMAC_MD5", 403), ("", 403)):
        told = {**headers, "X-Twilio-Webhooks-Signature-Settings": f"key=k,algorithm={algorithm}"}
        assert client.post("/webhooks/twilio", data=form, headers=told).status_code == status


def test_twilio_callback_brings_our_key_along(db: Database) -> None:
    form, path = b"MessageSid=SM9&MessageStatus=sent", "/webhooks/twilio?OurKey=k%201"
    assert _client(db).post(path, data=form, headers=_signed_by_twilio(form, PUBLIC + path)).status_code == 200
    (event,) = rows(db, WebhookEvent)
    assert event.body == b"OurKey=k+1&" + form


def test_twilio_body_of_json_is_stored_when_its_hash_is_in_the_address(db: Database) -> None:
    body = b'{"level": "error"}'
    path = f"/webhooks/twilio?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, {})
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/json"}
    assert _client(db).post(path, data=body, headers=headers).status_code == 200
    assert _client(db).post(path, data=body + b" ", headers=headers).status_code == 403
    read_event(db, 1)
    assert [(item.outcome, item.reason) for item in rows(db, WebhookItem)] == [("unknown", "kept: no MessageSid")]


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": "x"}, _signed_by_twilio(twilio())])
def test_unsigned_form_is_refused_and_not_stored(db: Database, headers: dict[str, str]) -> None:
    assert _client(db).post("/webhooks/twilio", data=twilio(), headers=headers).status_code == 403
    assert count(db, WebhookEvent) == 0
