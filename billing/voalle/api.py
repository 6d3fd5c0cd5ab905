"""Speaks to Voalle: a token from one port, answers in an envelope from another, and no's that come as 200."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from billing.caller import Answer, Auth, Caller
from billing.reading import Unreadable, after_writing, mapping, words, yes
from core.errors import Misconfigured, Refused
from core.masking import mask_personal_data

PREFIX = "/external/integrations/thirdparty"
_EARLY = 60.0
_SHORT_LIFE = 300.0
_NOTHING_FOUND = re.compile(r"\bn[ãa]o\s+(foi\s+|foram\s+)?(encontrad|localizad|exist|possui)|inexistente|nenhum", re.I)


class TokenAuth(Auth):
    """The integrator's OAuth token (client credentials), fetched when needed and a minute before its life ends.

    `caller` speaks to the port of the authentication; `clock` counts seconds.
    """

    def __init__(self, caller: Caller, form: Mapping[str, str], clock: Callable[[], float] = time.monotonic) -> None:
        self._caller = caller
        self._form = dict(form)
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = 0.0

    def options(self) -> Mapping[str, Any]:
        with self._lock:
            if not self._token or self._clock() >= self._good_until:
                self._fetch()
            return {"headers": {"Authorization": f"Bearer {self._token}"}}

    def renew(self) -> bool:
        with self._lock:
            self._token = ""
        return True

    def _fetch(self) -> None:
        try:
            answer = self._caller.read("/connect/token", method="POST", data=self._form)
        except Refused:
            # A wrong id, secret or syndata is answered with 400.
            raise Misconfigured("erp_credentials", "no token") from None
        if answer.status == 404:
            raise Misconfigured("erp_credentials", "no token at this address")
        told = mapping(answer.json(), "token")
        self._token = words(told.get("access_token"))
        if not self._token:
            raise Misconfigured("erp_credentials", "no token")
        life = words(told.get("expires_in"))
        self._good_until = self._clock() + max(0.0, (float(life) if life.isdecimal() else _SHORT_LIFE) - _EARLY)


class VoalleApi:
    """The integrations of third parties at the API's port."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The `response` of a read, with `body` as POST; None where Voalle knows nothing of what was asked for.

        Raises as Caller.read, and Refused `erp_refused` with Voalle's own words for success:false.
        """
        answer = (
            self._caller.read(f"{PREFIX}/{path}")
            if body is None
            else self._caller.read(f"{PREFIX}/{path}", method="POST", json=body)
        )
        if answer.status == 404:
            return None
        try:
            return _response(answer)
        except Refused as refused:
            if _NOTHING_FOUND.search(refused.detail):
                return None
            raise

    def do(self, path: str, body: Mapping[str, Any], params: Mapping[str, str] | None = None) -> Any:
        """The `response` of something that is done once. Raises as Caller.write, and Refused `erp_refused`."""
        answer = self._caller.write(f"{PREFIX}/{path}", json=body, params=params or {})
        if answer.status == 404:
            raise Refused("erp_refused", "HTTP 404")
        with after_writing():
            return _response(answer)

    def pdf(self, path: str) -> bytes | None:
        """The file, or None where what came is none: Voalle answers with an envelope when it has no boleto."""
        try:
            body = self._caller.read(f"{PREFIX}/{path}").body
        except Refused:
            return None
        return body if body.startswith(b"%PDF") else None


def _response(answer: Answer) -> Any:
    envelope = mapping(answer.json(), "answer")
    if "success" not in envelope:
        raise Unreadable("success")
    if not yes(envelope["success"], "success"):
        raise Refused("erp_refused", mask_personal_data(said(envelope.get("messages"))))
    return envelope.get("response")


def said(messages: Any) -> str:
    """The words of `messages`, which is empty, a text, or a list of texts or of objects with a `message`."""
    if isinstance(messages, list):
        return "; ".join(filter(None, (said(one) for one in messages)))
    return words(messages.get("message")) if isinstance(messages, Mapping) else words(messages)
