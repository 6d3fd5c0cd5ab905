"""Calls an ERP or a gateway over HTTP: reads are tried twice, writes once, and no secret gets into an error."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

import requests

from core.errors import Misconfigured, Refused, Unreachable
from core.http import send

TIMEOUT = (3.05, 15.0)
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Auth:
    """What every request carries to be let in. Kept by one adapter, used by many threads."""

    def options(self) -> Mapping[str, Any]:
        """What is merged into the request: headers, params, data. May fetch a token, and raise what that raises."""
        return {}

    def renew(self) -> bool:
        """The other side refused what `options` gave. Returns whether there may be something newer to try."""
        return False


@dataclass(frozen=True)
class Answer:
    """A whole answer: its status, its body as it came. `written`: to something that happened by asking."""

    status: int
    body: bytes
    content_type: str
    written: bool = False

    def json(self) -> Any:
        """The body as JSON, decimal numbers exact. Raises Unreachable `not_json`: error pages come as 200 too, and then
        nobody knows whether what was asked for was done."""
        try:
            return json.loads(self.body, parse_float=Decimal)
        except (ValueError, UnicodeDecodeError):
            raise Unreachable("not_json", self.content_type, ambiguous=self.written) from None


class Caller:
    """Speaks to one system at `base` (without a slash at its end)."""

    def __init__(
        self,
        session: requests.Session,
        base: str,
        auth: Auth | None = None,
        *,
        timeout: tuple[float, float] = TIMEOUT,
        told: Callable[[str, int], None] | None = None,
    ) -> None:
        self._session = session
        self._base = base.rstrip("/")
        self._auth = auth or Auth()
        self._timeout = timeout
        self._told = told or (lambda _path, _status: None)

    def read(self, path: str, *, method: Method = "GET", **options: Any) -> Answer:
        """Asks something that may be asked twice, and asks it once more when no answer came or it was 5xx.

        Raises Unreachable (no answer, 429, 5xx), Misconfigured `erp_credentials` (401, 403 with whatever is newest),
        Refused `erp_refused` (any other 4xx but 404, whose answer is returned).
        """
        try:
            return self._ask(method, path, options)
        except Unreachable as failure:
            if failure.retry_after:
                raise
            return self._ask(method, path, options)

    def write(self, path: str, *, method: Method = "POST", refusals: bool = False, **options: Any) -> Answer:
        """Asks for something that happens each time it is asked: never sent twice. Raises as `read`; an Unreachable is
        `ambiguous` unless it certainly did not arrive. With `refusals` any other 4xx is returned like an answer, for
        systems that say there why not."""
        try:
            return replace(self._ask(method, path, options, refusals), written=True)
        except Unreachable as failure:
            # A 5xx or a lost answer says nothing about whether it was done.
            failure.ambiguous = failure.code not in ("connect_timeout", "too_many") and (
                failure.code != "connection_failed" or failure.ambiguous
            )
            raise

    def _ask(self, method: Method, path: str, options: Mapping[str, Any], refusals: bool = False) -> Answer:
        response = self._send(method, path, options)
        # Whoever is not let in has done nothing: with a newer token even a write may be sent again.
        if response.status_code in (401, 403) and self._auth.renew():
            response = self._send(method, path, options)
        status = response.status_code
        if status in (401, 403):
            raise Misconfigured("erp_credentials", f"HTTP {status}")
        if status == 429:
            raise Unreachable("too_many", retry_after=_seconds(response.headers.get("Retry-After", "")))
        if status >= 500:
            raise Unreachable("erp_error", f"HTTP {status}")
        if status >= 400 and status != 404 and not refusals:
            raise Refused("erp_refused", f"HTTP {status}")
        return Answer(status, response.content, response.headers.get("Content-Type", "").partition(";")[0])

    def _send(self, method: Method, path: str, options: Mapping[str, Any]) -> requests.Response:
        merged: dict[str, Any] = {**options}
        for name, value in self._auth.options().items():
            own = merged.get(name)
            merged[name] = {**value, **own} if isinstance(own, Mapping) else own or value
        response = send(
            self._session, method, f"{self._base}{path}", timeout=self._timeout, allow_redirects=False, **merged
        )
        self._told(path, response.status_code)
        return response


def _seconds(text: str) -> float:
    return float(text) if text.isdigit() else 30.0
