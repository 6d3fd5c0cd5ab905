"""Secrets of devices and jobs, encrypted with the deployment's own key."""

from __future__ import annotations

import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken

from core.errors import Misconfigured


class Vault:
    """Encrypts with DEVICE_KEY (Fernet: AES-128-CBC with an HMAC)."""

    def __init__(self, key: str) -> None:
        """Raises Misconfigured for a key that is not one (32 bytes in URL-safe base64)."""
        try:
            self._fernet = Fernet(key.encode())
        except ValueError as error:
            raise Misconfigured("device_key", "32 bytes in URL-safe base64") from error

    def lock(self, secrets: Mapping[str, str]) -> bytes:
        """What may be stored: each value encrypted, under its name in clear."""
        locked = {name: self._fernet.encrypt(value.encode()).decode() for name, value in secrets.items()}
        return json.dumps(locked).encode()

    def unlock(self, stored: bytes | None) -> dict[str, str]:
        """The secrets again; none for nothing. Raises Misconfigured when they were locked with another key."""
        if not stored:
            return {}
        try:
            return {name: self._fernet.decrypt(token).decode() for name, token in json.loads(stored).items()}
        except InvalidToken as error:
            raise Misconfigured("device_key", "the secrets were stored with another key") from error


def secret_names(stored: bytes | None) -> frozenset[str]:
    """Which secrets are stored, as nobody needs the key to know."""
    return frozenset(json.loads(stored)) if stored else frozenset()
