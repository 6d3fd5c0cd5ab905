"""How an ERP describes itself: its name, the fields its connection needs, and which of them are secret."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import requests

from billing.ports import Erp
from billing.reading import Unreadable, yes
from core.document import Document
from core.errors import Misconfigured
from core.field import Field


@dataclass(frozen=True)
class Connecting:
    """What an ERP is connected with: the filled-in fields, a session (core.http.make_session), and the provider's zone
    (IANA), in which the ERP's own times are meant.

    `document_of` gives the document of a customer by the `ref` that the ERP told once, from what was kept of that
    answer: an ERP that wants the CPF in every question is asked through it, and refs stay free of personal data.
    `invoices_of` likewise gives the refs of the invoices that the ERP told of a contract while they were open, for one
    that tells no contract of what was paid.
    """

    fields: Mapping[str, str]
    session: requests.Session
    zone: str
    document_of: Callable[[str], Document | None] = lambda _ref: None
    invoices_of: Callable[[str], frozenset[str]] = lambda _ref: frozenset()


@dataclass(frozen=True)
class ErpKind:
    """One system. `connect` opens no connection before the first use, and raises Misconfigured for a field that makes
    no sense."""

    kind: str
    title: str
    fields: tuple[Field, ...]
    connect: Callable[[Connecting], Erp]


@cache
def erp_kinds() -> Mapping[str, ErpKind]:
    """Every ERP by its kind: the modules of `billing.erps` that have an ERP."""
    from billing import erps as folder

    found = (
        importlib.import_module(f"{folder.__name__}.{item.name}") for item in pkgutil.iter_modules(folder.__path__)
    )
    return {module.ERP.kind: module.ERP for module in found if hasattr(module, "ERP")}


def web_address(text: str) -> str:
    """The address of a system, without a slash at its end. Raises Misconfigured `erp_url` where it is none."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise Misconfigured("erp_url", "https://...")
    return text.strip().rstrip("/")


def chosen(fields: Mapping[str, str], name: str) -> bool:
    """Whether a field that takes S or N says S. Raises Misconfigured `erp_field` for anything else."""
    try:
        return yes(fields[name], name)
    except Unreadable:
        raise Misconfigured("erp_field", name) from None
