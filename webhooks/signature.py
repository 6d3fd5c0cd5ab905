"""Checks that a webhook comes from who it says: over the raw bytes, in constant time, failing closed."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

from twilio.request_validator import RequestValidator, get_signature_algorithm
from werkzeug.datastructures import MultiDict

from webhooks.channels.twilio_inbound import fields


def meta_signature_valid(body: bytes, header: str, app_secret: str) -> bool:
    """Meta's X-Hub-Signature-256: HMAC-SHA256 of the bytes as they came. Without a secret nothing is valid."""
    if not app_secret or not header.startswith("sha256="):
        return False
    expected = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), header[7:].encode("utf-8", "replace"))


def twilio_signature_valid(url: str, body: bytes, header: str, auth_token: str, settings: str = "") -> bool:
    """Twilio's X-Twilio-Signature, judged by its own validator: the public URL with each form field, or, where the
    URL says `bodySHA256`, with the hash of the bytes.

    `settings` is the header X-Twilio-Webhooks-Signature-Settings, which names the algorithm (SHA-1 without it). Twilio
    writes the port into the URL or leaves it out; both are right.
    """
    if not auth_token or not header:
        return False
    try:
        hashed = "bodySHA256" in parse_qs(urlsplit(url).query)
        signed = body.decode("utf-8", "replace") if hashed else MultiDict(fields(body))
        algorithm = get_signature_algorithm(settings)
        return bool(RequestValidator(auth_token).validate(url, signed, header, algorithm))
    except ValueError:
        # An address or text that cannot even be written down was not signed by anybody.
        return False
