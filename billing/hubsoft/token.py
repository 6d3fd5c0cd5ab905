"""HubSoft's token: got with the password grant, kept until it is refused."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from billing.caller import Auth, Caller
from billing.reading import Unreadable, mapping, words
from core.errors import Misconfigured, Refused


class HubsoftAuth(Auth):
    """A bearer token for every request. It lives 30 days, and dies earlier when somebody revokes it."""

    def __init__(self, caller: Caller, fields: Mapping[str, str]) -> None:
        wanted = ("client_id", "client_secret", "username", "password")
        self._grant = {"grant_type": "password", **{name: fields[name] for name in wanted}}
        self._caller = caller
        self._lock = threading.Lock()
        self._token = ""

    def options(self) -> Mapping[str, Any]:
        with self._lock:
            self._token = self._token or self._fetch()
            return {"headers": {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}}

    def renew(self) -> bool:
        with self._lock:
            self._token = ""
        return True

    def _fetch(self) -> str:
        try:
            said = self._caller.read("/oauth/token", method="POST", json=self._grant)
        except Refused as failure:
            raise Misconfigured("erp_credentials", failure.detail) from None
        if said.status == 404:
            raise Misconfigured("erp_address", "HTTP 404")
        token = words(mapping(said.json(), "oauth").get("access_token"))
        if not token:
            raise Unreadable("access_token")
        return token
