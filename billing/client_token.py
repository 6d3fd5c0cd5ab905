"""OAuth: one token for all threads, asked for when it is needed and kept until shortly before its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from billing.caller import Auth, Caller
from billing.reading import mapping, words
from core.errors import Misconfigured, Refused

# A token is not used in its last minute: it could end on the way.
MARGIN_SECONDS = 60.0
# Of one that does not say how long it lives.
SHORT_LIFE_SECONDS = 300.0


class ClientToken(Auth):
    """The bearer token that `path` gives at `door`, a Caller without an Auth.

    `ask` are requests' options of that call (the grant, the certificate), `carries` those that go with every request
    besides the token. `clock` counts seconds. Whoever is not given a token raises Misconfigured `erp_credentials`;
    else what Caller.read raises.
    """

    def __init__(
        self,
        door: Caller,
        path: str,
        ask: Mapping[str, Any],
        carries: Mapping[str, Any] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = door
        self._path = path
        self._ask = ask
        self._carries = carries or {}
        self._clock = clock
        self._lock = Lock()
        self._token = ""
        self._ends = 0.0

    def options(self) -> Mapping[str, Any]:
        with self._lock:
            if not self._token or self._clock() >= self._ends:
                self._fetch()
            headers = {**self._carries.get("headers", {}), "Authorization": f"Bearer {self._token}"}
            return {**self._carries, "headers": headers}

    def renew(self) -> bool:
        with self._lock:
            self._token = ""
        return True

    def _fetch(self) -> None:
        try:
            answer = self._door.read(self._path, method="POST", **self._ask)
        except Refused as refused:
            # A wrong id or secret is answered with 400 as often as with 401.
            raise Misconfigured("erp_credentials", refused.detail) from None
        if answer.status == 404:
            raise Misconfigured("erp_address", "HTTP 404")
        told = mapping(answer.json(), "token")
        self._token = words(told.get("access_token"))
        if not self._token:
            raise Misconfigured("erp_credentials", "no token")
        life = words(told.get("expires_in"))
        seconds = float(life) if life.isdecimal() else SHORT_LIFE_SECONDS
        self._ends = self._clock() + max(0.0, seconds - MARGIN_SECONDS)


def with_certificate(certificate: tuple[str, str] | str | None) -> Mapping[str, Any]:
    """The option of requests that shows the certificate: (certificate, key), or one file with both; none without."""
    return {"cert": certificate} if certificate else {}
