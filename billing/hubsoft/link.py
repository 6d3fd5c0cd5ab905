"""Asks HubSoft: JSON whose `status` says whether it worked, spelled in two ways; invoices in pages by due date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.caller import Answer, Caller
from billing.reading import Unreadable, day, mapping, rows, words
from billing.refusal import found_nothing, in_words
from core.errors import Misconfigured, Refused

API = "/api/v1/integracao"
_WELL = frozenset({"success", "suscess", "sucess", "sucesso"})
_INVOICES, _PAGES = 50, 100
_END_OF_TIME = "2099-12-31"

Row = Mapping[str, Any]


class HubsoftLink:
    """One HubSoft."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def found(self, path: str, query: Mapping[str, str], name: str) -> tuple[Row, ...]:
        """The entries under `name`. "Nothing found" is an empty list, any other error is Refused."""
        said = _said(self._caller.read(f"{API}{path}", params=dict(query)))
        if words(said.get("status")).lower() in _WELL:
            if name not in said:
                raise Unreadable(name)
            return rows(said[name], name)
        if found_nothing(said.get("msg")):
            return ()
        raise Refused("erp_refused", in_words(said.get("msg")))

    def done(self, path: str, body: Mapping[str, Any]) -> tuple[bool, Row]:
        """Whether it was done, and what was said. Raises as Caller.write."""
        said = _said(self._caller.write(f"{API}{path}", json=dict(body), refusals=True))
        return words(said.get("status")).lower() in _WELL, said

    def invoices(self, service: str, *, pending: bool) -> tuple[Row, ...]:
        """The invoices of a service, all of them.

        HubSoft gives at most 50 and has no pages: what comes after is asked for from the last due date on. Raises
        Unreadable where that leads nowhere: a list that may lack something is no list of debts.
        """
        query = {
            "busca": "id_cliente_servico",
            "termo_busca": service,
            "apenas_pendente": "sim" if pending else "nao",
            "limit": str(_INVOICES),
            "order_by": "data_vencimento",
            "order_type": "asc",
        }
        found: dict[str, Row] = {}
        for _ in range(_PAGES):
            page = self.found("/cliente/financeiro", query, "faturas")
            known = len(found)
            found |= {words(row.get("id_fatura")): row for row in page}
            if len(page) < _INVOICES:
                return tuple(found.values())
            if len(found) == known:
                break
            last = max(day(row.get("data_vencimento"), "data_vencimento") for row in page)
            query |= {"data_inicio": last.isoformat(), "data_fim": _END_OF_TIME}
        raise Unreadable("faturas")


def _said(answer: Answer) -> Row:
    if answer.status == 404 and answer.content_type != "application/json":
        raise Misconfigured("erp_address", "HTTP 404")
    try:
        return mapping(answer.json(), "answer")
    except Unreadable as failure:
        failure.ambiguous = answer.written
        raise
