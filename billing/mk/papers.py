"""Fetches a bill's PDF from where MK says that it lies: MK itself, or somewhere public."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import requests

from billing.caller import TIMEOUT
from core.errors import Failure
from core.safe_fetch import fetch_public

LARGEST = 5_000_000


class Papers:
    """`base` is the address of MK, the only one inside our own network that is fetched from."""

    def __init__(self, session: requests.Session, base: str) -> None:
        self._session = session
        self._base = base

    def whole(self, path: str) -> str | None:
        """The address of a path as MK tells it; None for what is none."""
        link = urljoin(f"{self._base}/", path)
        return link if path and urlsplit(link).scheme in ("http", "https") else None

    def fetch(self, link: str) -> bytes | None:
        """The PDF at `link`; None where there is no PDF: line and link are worth telling without it."""
        try:
            body, _ = fetch_public(
                self._session, link, limit=LARGEST, timeout=TIMEOUT, allowed_hosts=(urlsplit(self._base).netloc,)
            )
        except Failure:
            return None
        return body if body.startswith(b"%PDF") else None
