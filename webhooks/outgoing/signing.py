"""Signs what is sent, so that the receiver knows that it is ours and fresh."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

HEADER = "Religa-Signature"


def sign(body: bytes, timestamp: int, secrets: Sequence[str]) -> str:
    """The header's value: `t=<seconds>,v1=<hex>`, one `v1` for each secret.

    Each is HMAC-SHA256 with the secret's own text as the key, over the timestamp, a dot and the body.
    """
    message = str(timestamp).encode() + b"." + body
    marks = (hmac.new(secret.encode(), message, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join([f"t={timestamp}", *(f"v1={mark}" for mark in marks)])
