"""Speaks to MikWeb: one token, lists in pages, and errors that may come as 200."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from billing.caller import Auth, Caller
from billing.reading import Unreadable, after_writing, mapping, rows, words
from core.errors import Misconfigured, Refused, Unreachable
from core.masking import mask_personal_data

_PAGE, _MOST_PAGES = 100, 100


class BearerAuth(Auth):
    """The token that is made once in MikWeb's panel."""

    def __init__(self, token: str) -> None:
        self._headers = {"headers": {"Authorization": f"Bearer {token}"}}

    def options(self) -> Mapping[str, Any]:
        return self._headers


class MikWebApi:
    """The administrator's API."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def one(self, path: str, name: str) -> Mapping[str, Any] | None:
        """The object that is called `name` in the answer, or the answer itself; None where there is none.

        Raises as Caller.read, and as `_checked` for an error in a 200.
        """
        answer = self._caller.read(path)
        body = _checked(answer.json(), name) if answer.status != 404 else None
        if body is None:
            return None
        return mapping(body[name], name) if name in body else body

    def all(self, path: str, name: str, **params: str) -> Iterator[Mapping[str, Any]]:
        """The objects of the list `name` over all pages, each once. Raises as `one`; Unreadable without that list."""
        seen: set[str] = set()
        for page in range(1, _MOST_PAGES + 1):
            answer = self._caller.read(path, params={**params, "page": str(page), "per_page": str(_PAGE)})
            body = _checked(answer.json(), name) if answer.status != 404 else None
            if body is None:
                return
            if name not in body:
                raise Unreadable(name)
            fresh = [row for row in rows(body[name], name) if words(row.get("id")) not in seen]
            seen |= {words(row.get("id")) for row in fresh}
            yield from fresh
            # Where the page's number is ignored, nothing new comes and this is the end, too.
            if not fresh or not _has_next(body, page):
                return

    def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to something that is done once. Raises as Caller.write; ambiguous where it cannot be read."""
        answer = self._caller.write(path, json=body)
        if answer.status == 404:
            raise Refused("erp_refused", "HTTP 404")
        with after_writing():
            told = _checked(answer.json(), "answer")
        if told is None:
            raise Refused("erp_refused", "statusCode 404")
        return told

    def pdf(self, path: str) -> bytes | None:
        """The file, or None where what came is none."""
        try:
            body = self._caller.read(path, params={"valid": "true"}).body
        except Refused:
            return None
        return body if body.startswith(b"%PDF") else None


def plain(value: Any) -> str | None:
    """The text inside a base64 field, byte for byte; None where there is none or it cannot be read.

    A Pix code that is not wrapped is taken as it is: it starts with what no base64 of another code starts with.
    """
    if not isinstance(value, str) or not value.strip():
        return None
    if value.startswith("000201"):
        return value
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode() or None
    except (binascii.Error, UnicodeDecodeError):
        return None


def _checked(told: Any, field: str) -> Mapping[str, Any] | None:
    """The answer, unless it is an error: None for its 404, else the failure that its statusCode means."""
    body = mapping(told, field)
    code = words(body.get("statusCode"))
    if not body.get("error") and not (code.isdecimal() and int(code) >= 400):
        return body
    if code == "404":
        return None
    if code in ("401", "403"):
        raise Misconfigured("erp_credentials", f"statusCode {code}")
    if code == "429" or code.startswith("5"):
        raise Unreachable("erp_error", f"statusCode {code}")
    raise Refused("erp_refused", mask_personal_data(words(body.get("message")) or words(body.get("error"))))


def _has_next(body: Mapping[str, Any], page: int) -> bool:
    meta = body.get("meta")
    pages = meta.get("pages") if isinstance(meta, Mapping) else None
    if not isinstance(pages, Mapping):
        return False
    total = words(pages.get("total_pages"))
    return bool(pages.get("next_page")) or (total.isdecimal() and page < int(total))
