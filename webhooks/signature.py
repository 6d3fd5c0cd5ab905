"""Checks that a webhook comes from who it says: over the raw bytes, in constant time, failing closed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable


def meta_signature_valid(body: bytes, header: str, app_secret: str) -> bool:
    """Meta's X-Hub-Signature-256: HMAC-SHA256 of the bytes as they came. Without a secret nothing is valid."""
    if not app_secret or not header.startswith("sha256="):
        return False
    expected = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), header[7:].encode("utf-8", "replace"))


def twilio_signature_valid(url: str, fields: Iterable[tuple[str, str]], header: str, auth_token: str) -> bool:
    """Twilio's X-Twilio-Signature: HMAC-SHA1 of the public URL and each form field, sorted by name."""
    if not auth_token or not header:
        return False
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return hmac.compare_digest(base64.b64encode(digest), header.encode("utf-8", "replace"))
