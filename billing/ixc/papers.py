"""The documents of a title: the PDF in whatever wrapping it comes, the Pix text byte for byte."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any

from billing.ixc.forms import Row, is_error
from billing.reading import words


def pdf(body: bytes) -> bytes | None:
    """The PDF of an answer of `get_boleto`: as it is, as base64, or as base64 somewhere in JSON; None without one."""
    if body.startswith(b"%PDF"):
        return body
    try:
        said = json.loads(body)
    except ValueError:
        said = body.decode("ascii", "ignore")
    return next((found for text in _texts(said) if (found := _decoded(text))), None)


def pix(said: Row) -> str | None:
    """The copy-and-paste text of an answer of `get_pix`, unchanged; None where there is none that can be paid."""
    if is_error(said):
        return None
    whole = _part(said, "pix")
    about = _part(whole, "dadosPix")
    if words(about.get("status")).upper() not in ("", "ATIVA"):
        return None
    code = about.get("pixCopiaECola") or _part(whole, "qrCode").get("qrcode")
    return code if isinstance(code, str) and code.strip() else None


def _part(said: Row, name: str) -> Row:
    found = said.get(name)
    return found if isinstance(found, Mapping) else {}


def _texts(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping):
        for item in said.values():
            yield from _texts(item)
    elif isinstance(said, list):
        for item in said:
            yield from _texts(item)


def _decoded(text: str) -> bytes | None:
    plain = "".join(text.rpartition("base64,")[2].split())
    if not plain.startswith("JVBER"):
        return None
    try:
        return base64.b64decode(plain, validate=True)
    except binascii.Error:
        return None
