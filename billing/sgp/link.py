"""Asks SGP: form posts that carry token and app, answers that are errors with 200, lists in pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from billing.caller import Answer, Auth, Caller, Method
from billing.reading import Unreadable, mapping, rows, words
from billing.refusal import found_nothing, in_words
from core.errors import Misconfigured, Refused

_LOCKED_OUT = re.compile(r"token|credencia|n[ãa]o autorizad|autentica|aplica[çc][ãa]o inv", re.IGNORECASE)
_PAGES = 200


class SgpAuth(Auth):
    """Token and app in the form of every request. `nao_gerar_os` keeps a question from opening a service order."""

    def __init__(self, token: str, app: str) -> None:
        self.form = {"token": token, "app": app, "nao_gerar_os": "1"}

    def options(self) -> Mapping[str, Any]:
        return {"data": self.form}


class SgpLink:
    """One SGP. `list_method` is how the lists without filters are asked for: installations differ."""

    def __init__(self, caller: Caller, auth: SgpAuth, list_method: Method) -> None:
        self._caller = caller
        self._auth = auth
        self._list_method = list_method

    def ask(self, path: str, form: Mapping[str, str]) -> Any:
        """The answer to a question, which may be asked twice. Raises as Caller.read."""
        return self._understood(self._caller.read(path, method="POST", data=dict(form)))

    def do(self, path: str, form: Mapping[str, str]) -> Any:
        """The answer to something that happens by asking. Raises as Caller.write."""
        return self._understood(self._caller.write(path, data=dict(form), refusals=True))

    def listed(self, path: str, *names: str) -> tuple[Mapping[str, Any], ...]:
        """All entries of a list that takes no filter, under whichever of `names` it stands, or bare."""
        if self._list_method == "POST":
            return entries(self.ask(path, {}), *names)
        return entries(self._understood(self._caller.read(path, params=self._auth.form)), *names)

    def paged(self, path: str, form: Mapping[str, str], size: int, *names: str) -> Iterator[Mapping[str, Any]]:
        """The entries of all pages. Raises Unreadable where the pages do not come to an end."""
        offset = 0
        for _ in range(_PAGES):
            answer = self.ask(path, {**form, "limit": str(size), "offset": str(offset)})
            page = entries(answer, *names)
            yield from page
            offset += len(page)
            total = _total(answer)
            if not page or offset >= total or (total == 0 and len(page) < size):
                return
        raise Unreadable("paginacao")

    def _understood(self, answer: Answer) -> Any:
        if answer.status == 404:
            raise Misconfigured("erp_address", "HTTP 404")
        said = answer.json()
        if isinstance(said, Mapping):
            message = words(said.get("msg") or said.get("detail"))
            if len(said) <= 3 and _LOCKED_OUT.search(message):
                raise Misconfigured("erp_credentials")
        if answer.status >= 400:
            raise Refused("erp_refused", in_words(said.get("msg")) if isinstance(said, Mapping) else "")
        return said


def entries(answer: Any, *names: str) -> tuple[Mapping[str, Any], ...]:
    """The list in an answer, under one of `names` or bare. "Nothing found" is an empty one; anything else that has no
    list raises Unreadable: of money nothing is concluded from an answer that makes no sense."""
    if isinstance(answer, list):
        return rows(answer, names[0])
    said = mapping(answer, names[0])
    for name in names:
        if name in said:
            return rows(said[name], name)
    if found_nothing(said.get("msg")):
        return ()
    raise Unreadable(names[0])


def _total(answer: Any) -> int:
    pages = answer.get("paginacao") if isinstance(answer, Mapping) else None
    total = words(pages.get("total")) if isinstance(pages, Mapping) else ""
    return int(total) if total.isdigit() else 0
