"""OAuth client credentials: one token, kept until shortly before its end, over the certificate that the bank wants."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import requests

from billing.caller import TIMEOUT, Auth
from core.errors import Misconfigured, Unreachable
from core.http import send

# A token is not used in its last minute: it could end on the way.
MARGIN_SECONDS = 60.0


class ClientToken(Auth):
    """`ask` are requests' options of the call to `url` that gives the token; `cert` is (certificate, key), or one file
    with both, and goes with every request. Used by many threads."""

    def __init__(
        self,
        session: requests.Session,
        url: str,
        ask: Mapping[str, Any],
        *,
        cert: tuple[str, str] | str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._url = url
        self._cert: dict[str, Any] = {"cert": cert} if cert else {}
        self._ask = ask
        self._clock = clock
        self._lock = Lock()
        self._token = ""
        self._ends = 0.0

    def options(self) -> Mapping[str, Any]:
        with self._lock:
            if not self._token or self._clock() >= self._ends:
                self._fetch()
            return {"headers": {"Authorization": f"Bearer {self._token}"}, **self._cert}

    def renew(self) -> bool:
        with self._lock:
            self._token = ""
        return True

    def _fetch(self) -> None:
        response = send(
            self._session, "POST", self._url, timeout=TIMEOUT, allow_redirects=False, **self._ask, **self._cert
        )
        if response.status_code == 429 or response.status_code >= 500:
            raise Unreachable("erp_error", f"HTTP {response.status_code}")
        if response.status_code >= 400:
            raise Misconfigured("erp_credentials", f"HTTP {response.status_code}")
        try:
            told = json.loads(response.content)
            self._token = str(told["access_token"])
            self._ends = self._clock() + max(0.0, float(told.get("expires_in") or 0) - MARGIN_SECONDS)
        except (ValueError, KeyError, TypeError):
            raise Unreachable("not_json", "token") from None
