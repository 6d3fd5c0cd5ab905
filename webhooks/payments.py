"""The door for the gateways' webhooks: who sends is proved, the bytes are stored, and only then it answers."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Blueprint, Response, request

from billing.gateway import ADDRESS_SECRET, Gateway
from billing.settling import Cashier
from core.db import Database
from core.errors import Refused, Unreachable
from models.alert import end_alert, raise_alert
from models.outbox import add_work
from models.webhook_event import WebhookEvent

log = logging.getLogger(__name__)

TAKE = "take_payments"
MOST_BYTES = 256 * 1024
REFUSED, UNREAD = "payments.refused", "payments.unread"
_REFUSED = "Webhooks de pagamento foram recusados: o segredo não confere. Confira GATEWAY_OPTIONS e o painel do banco."
_UNREAD = "Um webhook de pagamento não pôde ser lido; está no banco como chegou, e a cobrança será consultada."


def payments_blueprint(*, db: Database, gateways: Mapping[str, Gateway]) -> Blueprint:
    """POST /webhooks/payments/<kind>[/<secret>]: 200 once the body is safe, 401 without the proof that it is the
    gateway's, 404 for a gateway that is not configured, 413 for too large a body, 503 when it could not be stored, so
    that it is sent again."""
    blueprint = Blueprint("payments", __name__)

    @blueprint.post("/webhooks/payments/<kind>")
    @blueprint.post("/webhooks/payments/<kind>/<secret>")
    # Efí adds a word of its own to the address of Pix webhooks.
    @blueprint.post("/webhooks/payments/<kind>/<secret>/pix")
    def receive(kind: str, secret: str = "") -> Response:
        gateway = gateways.get(kind)
        if gateway is None:
            return Response("not found\n", 404, mimetype="text/plain")
        if (request.content_length or 0) > MOST_BYTES:
            return Response("body too large\n", 413, mimetype="text/plain")
        body = request.get_data()
        try:
            gateway.check_origin(_headers(secret))
        except Refused:
            return _refuse(db, kind)
        try:
            accept(db, kind, body)
        except Unreachable:
            log.error("payment webhook not stored: no database; answered 503 so that it is sent again")
            return Response("try again\n", 503, mimetype="text/plain")
        return Response("ok\n", 200, mimetype="text/plain")

    return blueprint


def accept(db: Database, kind: str, body: bytes) -> None:
    """Stores a gateway's webhook and the duty to read it. Raises Unreachable."""
    with db.transaction() as session:
        event = WebhookEvent(source=f"payments:{kind}", body=body)
        session.add(event)
        session.flush()
        add_work(session, TAKE, event.id)


def take_payments(event_id: int, *, db: Database, cashier: Cashier | None) -> None:
    """Reads a stored webhook: each charge that it speaks of is asked for at the gateway before it counts. May run twice
    and be killed. Raises what the gateway raises, so that it is tried again."""
    with db.reading() as session:
        event = session.get(WebhookEvent, event_id)
    if event is None or event.state != "new" or cashier is None or event.source != f"payments:{cashier.kind}":
        return
    state = "done"
    try:
        hints = cashier.gateway.read_webhook(event.body)
    except Unreachable as failure:
        if failure.code != "unreadable_answer":
            raise
        log.error("payment webhook %s of %s could not be read: %s", event_id, cashier.kind, failure)
        hints, state = (), "invalid"
    for hint in hints:
        cashier.take(hint)
    with db.transaction() as session:
        session.get_one(WebhookEvent, event_id).state = state
        if state == "invalid":
            raise_alert(session, UNREAD, cashier.kind, _UNREAD)
        else:
            end_alert(session, REFUSED, cashier.kind)


def _headers(secret: str) -> dict[str, str]:
    """The headers in lower case, with the secret of the address: its last part, or its query `hmac`."""
    return {
        **{name.lower(): value for name, value in request.headers.items()},
        ADDRESS_SECRET: secret or request.args.get("hmac", ""),
    }


def _refuse(db: Database, kind: str) -> Response:
    """Counted where operators look: somebody tries, or our secret is not the gateway's."""
    log.warning("payment webhook refused: it does not prove to be of %s", kind)
    try:
        with db.transaction() as session:
            raise_alert(session, REFUSED, kind, _REFUSED)
    except Unreachable:
        log.error("the refusal could not be counted: no database")
    return Response("unauthorized\n", 401, mimetype="text/plain")
