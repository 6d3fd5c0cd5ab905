"""What is to be paid in Voalle, and the documents to pay it with."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import quote

from billing.reading import amount, mapping, rows, typed_line, words
from billing.records import SecondCopy
from billing.voalle.api import VoalleApi
from billing.voalle.people import ident
from billing.voalle.titles import Title, code, title
from core.document import Document
from core.errors import Refused, Unreachable


class Receivables:
    """Titles of persons and billets of contracts. `registers_pix`: a title without Pix gets one when a copy is made."""

    def __init__(self, api: VoalleApi, *, registers_pix: bool) -> None:
        self._api = api
        self._registers_pix = registers_pix
        self._registered: dict[str, Mapping[str, Any]] = {}

    def billets(self, contract: str) -> Mapping[str, Mapping[str, Any]]:
        """The open ones of a contract by their ids: they tell a link and a line, and no amount."""
        told = rows(self._api.ask(f"getcontractbillets/{quote(contract)}"), "response")
        return {ident(row.get("id"), "id"): row for row in told}

    def titles(self, document: Document, wanted: AbstractSet[str]) -> Mapping[str, Title]:
        """The person's open titles by their ids, and all of them where a wanted one is not among the open ones: those
        leave out what is due after next month."""
        told = rows(self._api.ask(f"getopentitlesbytxid/{quote(document.number)}"), "response")
        found = {one.ident: one for one in (title(row, among_open=True) for row in told)}
        return found if wanted <= found.keys() else {**self.all_titles(document), **found}

    def all_titles(self, document: Document) -> Mapping[str, Title]:
        """Whatever was ever charged to the person, paid and cancelled ones too."""
        told = rows(self._api.ask(f"gettitlesbytxid/{quote(document.number)}"), "response")
        return {one.ident: one for one in (title(row, among_open=False) for row in told)}

    def copy(self, found: Title, billet: Mapping[str, Any], contract_ref: str, zone: str) -> SecondCopy:
        """What the title is paid with. Raises Refused `erp_refused` where Voalle has nothing at all."""
        copy = SecondCopy(
            invoice=found.invoice(contract_ref, zone),
            pdf=self._api.pdf(f"GetBillet/{found.ident}"),
            filename=f"fatura-{found.file_name}.pdf",
            line=found.line or typed_line(billet.get("typefulLine")),
            pix=found.pix or code(billet.get("pixQRCode")) or self._registered_pix(found),
            link=words(billet.get("link")) or self._link(found.ident),
        )
        if not (copy.pdf or copy.line or copy.pix or copy.link):
            raise Refused("erp_refused", "no document")
        return copy

    def _link(self, ident: str) -> str | None:
        told = self._api.ask(f"GetBilletLink/{ident}")
        return words(told.get("link") if isinstance(told, Mapping) else told) or None

    def _registered_pix(self, found: Title) -> str | None:
        """The code of a title that has none yet. Registering is asked for once in the life of this object, as nobody
        knows whether Voalle makes a second charge of it. None where it refuses, does not answer, or asks for another
        amount than the boleto."""
        if not self._registers_pix:
            return None
        if found.ident not in self._registered:
            try:
                told = self._api.do("billings/registerpix", {}, {"receivableId": found.ident})
            except (Refused, Unreachable):
                return None
            self._registered[found.ident] = mapping(told, "response")
        told = self._registered[found.ident]
        same = amount(told.get("totalAmount"), "totalAmount") == found.amount_cents
        return code(told.get("qrCode")) if same else None
