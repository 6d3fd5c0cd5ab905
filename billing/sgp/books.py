"""Finds customers, contracts and titles in SGP, and takes nothing for an answer that was not asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.reading import document, yes
from billing.records import Customer, Invoice
from billing.sgp import answers
from billing.sgp.link import SgpLink, entries
from core import phone
from core.document import Document
from core.errors import Failure

_TITLES, _CLIENTS = 250, 100


class SgpBooks:
    """What SGP keeps. A ref that cannot be one of its numbers is looked up nowhere."""

    def __init__(self, link: SgpLink, zone: str) -> None:
        self._link = link
        self._zone = zone

    def by_phone(self, match_key: str) -> tuple[Customer, ...]:
        """The customers who really have this number: SGP also finds parts of numbers."""
        found: dict[str, Customer] = {}
        for form in phone.forms(match_key):
            national = form.removeprefix("+55").removeprefix("+")
            asked = {"telefone": national, "omitir_titulos": "1", "omitir_contatos": "1"}
            for row in self._link.paged("/api/ura/clientes/", asked, _CLIENTS, "clientes"):
                who = document(row.get("cpfcnpj"))
                customer = answers.customer(self.rows_of(who)) if who else None
                if customer and match_key in customer.phones:
                    found[customer.ref] = customer
        return tuple(found.values())

    def rows_of(self, who: Document) -> tuple[Mapping[str, Any], ...]:
        """The contracts of whoever has this document."""
        # Some installations look for the text as it was typed in, with its dots.
        for written in (who.number, who.formatted):
            said = self._link.ask("/api/ura/consultacliente/", {"cpfcnpj": written})
            rows = entries(said, "contratos")
            mine = [row for row in rows if document(row.get("cpfCnpj")) == who]
            if mine:
                return tuple(mine)
        return ()

    def rows_of_customer(self, ref: str) -> tuple[Mapping[str, Any], ...]:
        """The contracts of the customer with this number."""
        if not ref.isdigit():
            return ()
        asked = {"cliente_id": ref, "omitir_titulos": "1", "omitir_contatos": "1", "limit": "2"}
        clients = entries(self._link.ask("/api/ura/clientes/", asked), "clientes")
        client = next((row for row in clients if answers.number_of(row, "id") == ref), None)
        who = document(client.get("cpfcnpj")) if client else None
        return tuple(row for row in self.rows_of(who) if answers.number_of(row, "clienteId") == ref) if who else ()

    def contract(self, contract_ref: str) -> Mapping[str, Any] | None:
        """The contract with this number."""
        if not contract_ref.isdigit():
            return None
        rows = entries(self._link.ask("/api/ura/consultacliente/", {"contrato": contract_ref}), "contratos")
        return next((row for row in rows if answers.number_of(row, "contratoId") == contract_ref), None)

    def titles(self, contract_ref: str, status: str) -> tuple[Invoice, ...]:
        """The titles of a contract that are `abertos` or `pagos`, from all pages."""
        if not contract_ref.isdigit():
            return ()
        asked = {"contrato": contract_ref, "status": status, "ordenar": "data_vencimento", "ordenar_ordem": "asc"}
        rows = self._link.paged("/api/ura/titulos/", asked, _TITLES, "titulos", "faturas")
        found = (answers.invoice(row, contract_ref, self._zone) for row in rows if _is_of(row, contract_ref))
        return tuple({invoice.ref: invoice for invoice in found}.values())

    def title(self, contract_ref: str, title: str) -> Mapping[str, Any] | None:
        """One title of a contract, whatever its state."""
        if not (contract_ref.isdigit() and title.isdigit()):
            return None
        asked = {"contrato": contract_ref, "titulo_id": title, "limit": "2"}
        rows = entries(self._link.ask("/api/ura/titulos/", asked), "titulos", "faturas")
        mine = (row for row in rows if _is_of(row, contract_ref))
        return next((row for row in mine if answers.number_of(row, "id", "titulo_id") == title), None)

    def pix(self, row: Mapping[str, Any], contract_ref: str, title: str, *, needed: bool) -> str | None:
        """The title's Pix, byte for byte; made now where SGP has not made it yet. A failure counts only if `needed`."""
        code = answers.pick(row, "codigopix", "codigoPix")
        if code is not None or not yes(row.get("gerapix", "1"), "gerapix"):
            return None if code is None else str(code)
        try:
            said = self._link.do(f"/api/ura/pagamento/pix/{title}", {"contrato": contract_ref})
        except Failure:
            if needed:
                raise
            return None
        made = answers.pick(said, "pix", "codigoPix", "codigopix") if isinstance(said, Mapping) else None
        return None if made is None else str(made)


def _is_of(row: Mapping[str, Any], contract_ref: str) -> bool:
    return answers.number_of(row, "contrato", "contratoId") in ("", contract_ref)
