"""Signed, short-lived links to files of ours, for channels that fetch instead of taking an upload."""

from __future__ import annotations

from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeTimedSerializer

HOUR = 3600


class MediaLinks:
    """Makes and reads links of the form PUBLIC_URL/media/<token>/<filename>."""

    def __init__(self, public_url: str, secret_key: str) -> None:
        self._public_url = public_url
        self._signer = URLSafeTimedSerializer(secret_key, salt="media")

    def to(self, attachment_id: int, filename: str) -> str:
        """A link that works for a day."""
        return f"{self._public_url}/media/{self._signer.dumps(attachment_id)}/{quote(filename)}"

    def read(self, token: str) -> int | None:
        """The attachment's id, or None when the link was not made by us or is too old."""
        try:
            return int(self._signer.loads(token, max_age=24 * HOUR))
        except (BadSignature, ValueError, TypeError):
            return None
