"""Speaks to Voalle: answers in an envelope, and no's that come as 200."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from billing.caller import Answer, Caller
from billing.reading import Unreadable, after_writing, mapping, words, yes
from core.errors import Refused
from core.masking import mask_personal_data

PREFIX = "/external/integrations/thirdparty"
_NOTHING_FOUND = re.compile(r"\bn[ãa]o\s+(foi\s+|foram\s+)?(encontrad|localizad|exist|possui)|inexistente|nenhum", re.I)


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
