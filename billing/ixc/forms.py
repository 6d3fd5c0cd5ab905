"""Asks IXC's webservice: lists of a form, page by page, and actions; its errors come with 200 too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from billing.caller import Answer, Auth, Caller
from billing.reading import Unreadable, mapping, rows, words
from core.errors import Failure, Misconfigured, Refused
from core.masking import mask_personal_data

PAGE = 200
# Nobody has more rows than this of anything that is asked for; whoever answers the same page for ever is not believed.
MOST_PAGES = 500
Row = Mapping[str, Any]
Where = tuple[str, str, str]
"""A further condition: field, operator, value."""

_LISTING = {"ixcsoft": "listar"}
_OURS_TO_MEND = ("token", "usuário", "usuario", "permiss", "autoriz", "acesso", "credenc")


class Login(Auth):
    """The API user and his token, which never runs out."""

    def __init__(self, user: str, token: str) -> None:
        self._auth = (user, token)

    def options(self) -> Mapping[str, Any]:
        return {"auth": self._auth}


class Forms:
    """The forms (tables) of one IXC."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self, form: str, field: str, value: str, *where: Where, oper: str = "=", by: str = "id", most: int | None = None
    ) -> tuple[Row, ...]:
        """All rows whose `field` is `value`, in the order of `by`; `most` ends the reading early.

        `total` is only ever a reason to read on: it comes as a number, as text, or wrong.
        """
        found: dict[str, Row] = {}
        for page in range(1, MOST_PAGES + 1):
            body = _listing(form, field, value, where, oper, by, page)
            said = self._said(self._caller.read(f"/{form}", method="POST", headers=_LISTING, json=body))
            got = _rows(said)
            fresh = {_id(row): row for row in got if _id(row) not in found}
            found |= fresh
            enough = most is not None and len(found) >= most
            if enough or not fresh or (len(got) < PAGE and words(said.get("total")) == str(len(found))):
                break
        return tuple(found.values())

    def ask(self, action: str, body: Row) -> Answer:
        """An action that changes nothing, or only what may change twice; its answer as it came."""
        return self._caller.read(f"/{action}", method="POST", headers=_LISTING, json=body)

    def protocol(self) -> str:
        """A new protocol number. One that is not used later does no harm."""
        answer = self._caller.read("/gerar_protocolo_atendimento", method="POST", json={})
        said = answer.json()
        number = words(said.get("protocolo") if isinstance(said, Mapping) else said)
        if not number.isalnum():
            raise Unreadable("protocolo")
        return number

    def do(self, action: str, body: Row) -> Row:
        """An action that happens each time it is asked for, whatever IXC answers to it.

        A page of HTML says nothing about whether it was done: that is ambiguous, as a lost answer is.
        """
        answer = self._caller.write(f"/{action}", json=body)
        try:
            return mapping(answer.json(), action)
        except Failure as failure:
            failure.ambiguous = True
            raise

    def insert(self, form: str, body: Row) -> None:
        """One more row. Raises Refused `erp_refused` with IXC's words, Misconfigured where it is about who asks."""
        judge(self.do(form, body))

    def _said(self, answer: Answer) -> Row:
        return judge(mapping(answer.json(), "registros"))


def is_error(said: Row) -> bool:
    """Whether an answer with 200 is one of IXC's errors."""
    return words(said.get("type") or said.get("tipo")).lower() in ("error", "erro")


def message(said: Row) -> str:
    """IXC's own words, free of personal data."""
    return mask_personal_data(words(said.get("message") or said.get("mensagem")))[:300]


def is_ours_to_mend(said: Row) -> bool:
    """Whether an error is about who asks: the token, or what its user may do."""
    return any(word in message(said).lower() for word in _OURS_TO_MEND)


def judge(said: Row) -> Row:
    """The answer, unless it is an error: Refused, or Misconfigured where it is about token or permission."""
    if not is_error(said):
        return said
    if is_ours_to_mend(said):
        raise Misconfigured("erp_credentials", message(said))
    raise Refused("erp_refused", message(said))


def _listing(
    form: str, field: str, value: str, where: tuple[Where, ...], oper: str, by: str, page: int
) -> dict[str, str]:
    body = {
        "qtype": f"{form}.{field}",
        "query": value,
        "oper": oper,
        "page": str(page),
        "rp": str(PAGE),
        "sortname": f"{form}.{by}",
        "sortorder": "asc",
    }
    if where:
        body["grid_param"] = json.dumps([{"TB": f"{form}.{name}", "OP": op, "P": text} for name, op, text in where])
    return body


def _rows(said: Row) -> tuple[Row, ...]:
    """`registros`, or `rows` with their fields by name; cells without names could be anything."""
    if said.get("registros") is not None:
        return rows(said["registros"], "registros")
    return tuple(_named(row) for row in rows(said.get("rows"), "rows"))


def _named(row: Row) -> Row:
    if "cell" not in row:
        return row
    return {"id": row.get("id"), **mapping(row["cell"], "cell")}


def _id(row: Row) -> str:
    found = words(row.get("id"))
    if not found:
        raise Unreadable("id")
    return found
