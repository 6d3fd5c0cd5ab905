"""Calls SmartOLT: its token in a header, `{"status": false}` as a no, and never faster than it allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import requests

from core.errors import Misconfigured, Refused, Unreachable
from core.http import send
from provisioning.driver import Log
from provisioning.smartolt.ledger import Ledger

_UNKNOWN = re.compile(r"not found|not exist|no onu|unknown onu|invalid onu|wrong onu", re.IGNORECASE)
_LIMIT = re.compile(r"limit|too many", re.IGNORECASE)
RATE_WAIT_SECONDS = 60.0
LIVE_SECONDS = 30.0
"""What SmartOLT asks the ONU itself takes 10 to 15 s."""


class SmartOltClient:
    """One account. `sleep` waits for a turn."""

    def __init__(
        self, url: str, session: requests.Session, ledger: Ledger, log: Log, sleep: Callable[[float], None]
    ) -> None:
        self._url = url.rstrip("/")
        self._session = session
        self._ledger = ledger
        self._log = log
        self._sleep = sleep

    def get(self, path: str, *, live: bool = False) -> Mapping[str, Any]:
        """What the service says of one thing. Raises Refused("unknown_onu") or Refused("olt_refused") for its no."""
        self._sleep(self._ledger.take())
        return self._call("GET", path, LIVE_SECONDS if live else 10.0)

    def list_all(self, path: str, query: Mapping[str, str], *, what: str, every: float) -> Mapping[str, Any]:
        """A whole list, at most once in `every` seconds for `what`: sooner is Unreachable("paced")."""
        self._sleep(self._ledger.take_list(what, every))
        return self._listed(path, query, LIVE_SECONDS)

    def list_some(self, path: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        """A short list of one OLT's."""
        self._sleep(self._ledger.take_count())
        return self._listed(path, query, 10.0)

    def _listed(self, path: str, query: Mapping[str, str], seconds: float) -> Mapping[str, Any]:
        try:
            return self._call("GET", path, seconds, params=dict(query))
        except Refused as error:
            if error.code == "unknown_onu":
                # "No ONUs found" is the service's way to say that a list is empty.
                return {}
            raise

    def post(self, path: str, form: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Changes something. Without an answer nobody knows whether it was done: an ambiguous Unreachable."""
        self._sleep(self._ledger.take())
        return self._call("POST", path, LIVE_SECONDS, data=dict(form or {}))

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def _call(self, method: str, path: str, seconds: float, **options: Any) -> Mapping[str, Any]:
        changes = method == "POST"
        self._log(f"> {method} {path}")
        try:
            response = send(self._session, method, f"{self._url}/{path}", timeout=(3.0, seconds), **options)
        except Unreachable as error:
            raise Unreachable(error.code, error.detail, ambiguous=changes and error.ambiguous) from error
        body = _json(response)
        said = str(body.get("error") or "") if body else ""
        self._log(f"< {response.status_code} {said}".rstrip())
        _judge_code(response, said, changes)
        if body is None:
            raise Unreachable("olt_answer", f"{response.status_code}: no JSON", ambiguous=changes)
        if body.get("status") is False or response.status_code >= 400:
            raise Refused("unknown_onu" if _UNKNOWN.search(said) else "olt_refused", said)
        return body


def _judge_code(response: requests.Response, said: str, changes: bool) -> None:
    code = response.status_code
    if code == 429 or (code in {400, 403} and _LIMIT.search(said)):
        asked = response.headers.get("Retry-After", "")
        raise Unreachable("rate_limited", said, retry_after=float(asked) if asked.isdigit() else RATE_WAIT_SECONDS)
    if code in {401, 403}:
        raise Misconfigured("login", f"SmartOLT answered {code}")
    if code >= 500:
        raise Unreachable("olt_error", str(code), ambiguous=changes)


def _json(response: requests.Response) -> dict[str, Any] | None:
    try:
        body = response.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else {"response": body}
