"""The door for Meta's webhooks: checks the signature, stores the bytes, answers."""

from __future__ import annotations

import hmac
import logging

from flask import Blueprint, Response, request

from core.db import Database
from core.errors import Unreachable
from webhooks.channels.meta_inbound import CHANNEL
from webhooks.intake import accept
from webhooks.signature import meta_signature_valid

log = logging.getLogger(__name__)


def whatsapp_blueprint(*, db: Database, app_secret: str, verify_token: str) -> Blueprint:
    """GET is Meta's handshake. POST answers 200 once the body is safe, 503 when it could not be stored (Meta repeats
    for seven days), 403 without a valid signature."""
    blueprint = Blueprint("whatsapp", __name__)

    @blueprint.get("/webhooks/whatsapp")
    def handshake() -> Response:
        given = request.args.get("hub.verify_token", "")
        right = bool(verify_token) and hmac.compare_digest(given.encode(), verify_token.encode())
        if request.args.get("hub.mode") != "subscribe" or not right:
            log.warning("handshake refused: the verify token is not ours (META_VERIFY_TOKEN)")
            return Response("forbidden\n", 403, mimetype="text/plain")
        return Response(request.args.get("hub.challenge", ""), mimetype="text/plain")

    @blueprint.post("/webhooks/whatsapp")
    def receive() -> Response:
        body = request.get_data(cache=True)
        if not meta_signature_valid(body, request.headers.get("X-Hub-Signature-256", ""), app_secret):
            log.warning("webhook refused: missing or wrong signature (META_APP_SECRET)")
            return Response("forbidden\n", 403, mimetype="text/plain")
        try:
            accept(db, CHANNEL, body)
        except Unreachable:
            log.error("webhook not stored: no database; answered 503 so that Meta repeats it")
            return Response("try again\n", 503, mimetype="text/plain")
        return Response("", 200, mimetype="text/plain")

    return blueprint
