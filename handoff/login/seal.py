"""Seals what must be read again but not stand open in the database: the secrets of people's codes."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Misconfigured


class Seal:
    """Made from SECRET_KEY, for a purpose of its own: with another key, codes have to be set up anew."""

    def __init__(self, secret_key: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second-factor").derive(secret_key.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def close(self, text: str) -> str:
        """The text as it may be stored."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, stored: str, *, seconds: int | None = None) -> str:
        """The text again. Raises Misconfigured `secret_key` when it was sealed with another key, is no seal of ours, or
        was closed more than `seconds` ago."""
        try:
            return self._fernet.decrypt(stored.encode(), ttl=seconds).decode()
        except InvalidToken as error:
            raise Misconfigured("secret_key", "sealed with another key: reset the person's codes") from error
