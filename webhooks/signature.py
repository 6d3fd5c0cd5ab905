"""Checks that a webhook comes from who it says: over the raw bytes, in constant time, failing closed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit


def meta_signature_valid(body: bytes, header: str, app_secret: str) -> bool:
    """Meta's X-Hub-Signature-256: HMAC-SHA256 of the bytes as they came. Without a secret nothing is valid."""
    if not app_secret or not header.startswith("sha256="):
        return False
    expected = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), header[7:].encode("utf-8", "replace"))


def twilio_signature_valid(url: str, fields: Iterable[tuple[str, str]], header: str, auth_token: str) -> bool:
    """Twilio's X-Twilio-Signature: HMAC-SHA1 of the public URL and each form field, sorted by name.

    Twilio writes the port into the URL or leaves it out, as its own validator knows; both are right.
    """
    if not auth_token or not header:
        return False
    form = "".join(name + value for name, value in sorted(set(fields)))
    given = header.encode("utf-8", "replace")
    signed = [_twilio_signature(address + form, auth_token) for address in _with_and_without(url)]
    return any([hmac.compare_digest(right, given) for right in signed])


def _twilio_signature(text: str, auth_token: str) -> bytes:
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode("utf-8", "replace"), hashlib.sha1).digest())


def _with_and_without(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return urlunsplit(parts._replace(netloc=f"{host}:{port}")), urlunsplit(parts._replace(netloc=host))
