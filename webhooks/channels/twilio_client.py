"""Twilio's official client over our own HTTP: our time limits, no retries of its own, addresses from the settings."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import requests
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from core.errors import Misconfigured
from core.http import send

log = logging.getLogger(__name__)

API = "https://api.twilio.com"
CONTENT = "https://content.twilio.com"
# A message and a content resource before it have to fit into the lease of the outbound queue together.
TIMEOUT = (3.0, 12.0)
CONTENT_TIMEOUT = (3.0, 8.0)


class TwilioHttp(HttpClient):  # type: ignore[misc]
    """What the official client sends goes through `core.http`, to the addresses that stand for Twilio's own."""

    def __init__(self, session: requests.Session, *, api_url: str, content_url: str) -> None:
        super().__init__(log, False, None)
        self._session = session
        self._places = {API: (api_url, TIMEOUT), CONTENT: (content_url, CONTENT_TIMEOUT)}

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """The response, whatever its status. Raises Unreachable as `core.http.send` does; redirects are not followed:
        they would take the credentials along."""
        url, limits = self._address(uri)
        as_json = (headers or {}).get("Content-Type") == "application/json"
        content = {"json": data} if as_json else {"data": data}
        options = {"params": params, "headers": headers, "auth": auth, "allow_redirects": False, **content}
        answer = send(self._session, method.upper(), url, timeout=limits, **options)
        return Response(answer.status_code, answer.text, answer.headers)

    def _address(self, uri: str) -> tuple[str, tuple[float, float]]:
        for theirs, (ours, limits) in self._places.items():
            if uri.startswith(f"{theirs}/"):
                return ours + uri.removeprefix(theirs), limits
        raise Misconfigured("twilio_address", "the client asks for an address that is not known")


def make_client(
    session: requests.Session, *, account_sid: str, auth_token: str, api_url: str, content_url: str
) -> Client:
    """The official client for this account. Opens no connection; reads nothing from the environment."""
    http = TwilioHttp(session, api_url=api_url, content_url=content_url)
    return Client(account_sid, auth_token, http_client=http, environment={"none": ""})


def said(error: TwilioException) -> tuple[int, dict[str, int]]:
    """(HTTP status, {"code": Twilio's code} where it gave one) of what the client raised."""
    status = getattr(error, "status", None)
    if isinstance(status, int):
        code = getattr(error, "code", None)
        # Without a code in the answer the client puts the status there.
        return status, {"code": code} if isinstance(code, int) and code != status else {}
    for part in error.args:
        if isinstance(part, Response):
            return part.status_code, _code_in(part.text)
    return 0, {}


def _code_in(text: str) -> dict[str, int]:
    try:
        answer = json.loads(text)
    except ValueError:
        return {}
    code = answer.get("code") if isinstance(answer, dict) else None
    return {"code": code} if isinstance(code, int) else {}
