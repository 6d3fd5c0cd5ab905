"""The door for Twilio's webhooks: checks the signature over the public address, stores the bytes, answers."""

from __future__ import annotations

import logging
from io import BytesIO
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request, send_file
from twilio.request_validator import SIGNATURE_SETTINGS_HEADER

from core.db import Database
from core.errors import Unreachable
from models.attachment import Attachment
from webhooks.channels.twilio_inbound import CHANNEL, KEY
from webhooks.intake import accept
from webhooks.media_links import MediaLinks
from webhooks.signature import twilio_signature_valid

log = logging.getLogger(__name__)


def _with_key(body: bytes, key: str) -> bytes:
    """The form with our key of the message in front; the address that was signed had it."""
    return urlencode({KEY: key}).encode() + b"&" + body if key else body


def twilio_blueprint(*, db: Database, auth_token: str, public_url: str, links: MediaLinks) -> Blueprint:
    """Messages and receipts come to one address; /media serves the files that Twilio fetches, by signed link."""
    blueprint = Blueprint("twilio", __name__)

    @blueprint.post("/webhooks/twilio")
    def receive() -> Response:
        body = request.get_data(cache=True)
        # Behind a proxy the address that Flask sees is not the one that Twilio signed.
        query = f"?{request.query_string.decode('utf-8', 'replace')}" if request.query_string else ""
        url = f"{public_url}{request.path}{query}"
        signature = request.headers.get("X-Twilio-Signature", "")
        algorithm = request.headers.get(SIGNATURE_SETTINGS_HEADER, "")
        if not twilio_signature_valid(url, body, signature, auth_token, algorithm):
            log.warning("webhook refused: missing or wrong signature (TWILIO_AUTH_TOKEN, PUBLIC_URL=%s)", public_url)
            return Response("forbidden\n", 403, mimetype="text/plain")
        try:
            accept(db, CHANNEL, _with_key(body, request.args.get(KEY, "")))
        except Unreachable:
            log.error("webhook not stored: no database; answered 503 so that the fallback address is tried")
            return Response("try again\n", 503, mimetype="text/plain")
        return Response("<Response/>", 200, mimetype="text/xml")

    @blueprint.get("/media/<token>/<filename>")
    def media(token: str, filename: str) -> Response:
        attachment_id = links.read(token)
        if attachment_id is None:
            abort(404)
        with db.transaction() as session:
            attachment = session.get(Attachment, attachment_id) or abort(404)
            data, mime_type = attachment.data, attachment.mime_type
        if data is None:
            abort(404)
        return send_file(BytesIO(data), mimetype=mime_type, download_name=filename)

    return blueprint
