"""Voalle (Elleven): customers and titles by CPF, contracts by id, a boleto whose Pix may have to be registered."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import quote, urlsplit

from billing.caller import Caller
from billing.client_token import ClientToken
from billing.erp_kind import Connecting, ErpKind, chosen, web_address
from billing.offering import Offering
from billing.ports import Capability
from billing.reading import Unreadable, after_writing, mapping, rows, yes
from billing.records import Contract, Customer, Invoice, SecondCopy, Unlocked
from billing.voalle import people, tickets
from billing.voalle.api import VoalleApi
from billing.voalle.receivables import Receivables
from core.document import Document
from core.errors import Misconfigured, Refused, Unreachable
from core.field import Field

AUTH_PORT, API_PORT = 45700, 45715
_PAGE, _MOST_PAGES = 100, 50
_USED = re.compile(r"\bj[áa]\b|limite|excedid|quantidade", re.IGNORECASE)
_FREE = re.compile(r"n[ãa]o\s+(est[áa]|se encontra)\s+bloquead", re.IGNORECASE)


class VoalleErp(Offering):
    """An Erp over Voalle's integrations for third parties.

    A ref is the person's id, then the contract's, then the title's, divided by points. Most questions want the CPF
    instead: it is remembered from when the person was found, and else asked for with `document_of`.
    """

    def __init__(self, api: VoalleApi, connecting: Connecting) -> None:
        self._api = api
        self._fields = connecting.fields
        self._zone = connecting.zone
        self._document_of = connecting.document_of
        self._invoices_of = connecting.invoices_of
        self._documents: dict[str, Document] = {}
        self._receivables = Receivables(api, registers_pix=chosen(connecting.fields, "register_pix"))

    def capabilities(self) -> frozenset[Capability]:
        can: set[Capability] = {"pdf", "line", "pix", "link", "paid_invoices", "trust_unlock", "outages"}
        if self._fields["incident_type"]:
            can.add("ticket")
        return frozenset(can)

    def find_by_document(self, document: Document) -> Customer | None:
        told = self._api.ask(f"people/txid/{quote(document.number)}")
        if not told:
            return None
        found = people.customer(mapping(told, "response"), document)
        self._documents[found.ref] = document
        return found

    def customer(self, ref: str) -> Customer | None:
        document = self._document(ref)
        found = self.find_by_document(document) if document else None
        return found if found and found.ref == ref else None

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        document = self._document(customer_ref)
        if document is None:
            return ()
        found: dict[str, Contract] = {}
        for page in range(1, _MOST_PAGES + 1):
            asked = {"txId": document.number, "onlyActiveContracts": False, "page": page, "pageSize": _PAGE}
            told = self._api.ask("contract/getpaged", asked)
            data = rows(mapping(told, "response").get("data"), "data") if told else ()
            fresh = [people.contract(row, customer_ref) for row in data]
            # A page that tells nothing new is the last one, also where the page's number is ignored.
            if not [one for one in fresh if one.ref not in found]:
                break
            found |= {one.ref: one for one in fresh}
            if len(data) < _PAGE:
                break
        return tuple(sorted(found.values(), key=lambda one: (len(one.number), one.number)))

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        """See Erp. Which they are is told by contract, what they amount to by person: both are read."""
        document, contract = self._document_and_id(contract_ref)
        billets = self._receivables.billets(contract) if document else {}
        if document is None or not billets:
            return ()
        known = self._receivables.titles(document, billets.keys())
        if not billets.keys() <= known.keys():
            raise Unreadable("titles")
        found = [known[ident].invoice(contract_ref, self._zone) for ident in billets]
        return tuple(sorted((i for i in found if i.status == "open"), key=lambda i: (i.due_date, i.number)))

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        """See Erp. Paid titles do not tell their contract: of somebody who has had several, those are told that the
        contract was seen with while they were open."""
        document, contract = self._document_and_id(contract_ref)
        if document is None or not contract:
            return ()
        owned = self.contracts(contract_ref.partition(".")[0])
        known = self._receivables.all_titles(document) if contract_ref in {one.ref for one in owned} else {}
        mine = list(known.values())
        if len(owned) > 1:
            seen = self._invoices_of(contract_ref)
            mine = [one for one in mine if f"{contract_ref}.{one.ident}" in seen]
        paid = [(one.paid_on, one) for one in mine if one.status == "paid" and one.paid_on]
        recent = sorted((pair for pair in paid if pair[0] >= since), key=lambda pair: pair[0], reverse=True)
        return tuple(one.invoice(contract_ref, self._zone) for _, one in recent)

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        contract_ref, _, ident = invoice_ref.rpartition(".")
        document, contract = self._document_and_id(contract_ref)
        title = self._receivables.titles(document, {ident}).get(ident) if document and contract else None
        if title is None:
            raise Refused("unknown_invoice")
        if title.status != "open":
            raise Refused("invoice_not_open")
        billet = self._receivables.billets(contract).get(ident, {})
        return self._receivables.copy(title, billet, contract_ref, self._zone)

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        self.require("ticket")
        contract = self._contract(contract_ref)
        body = tickets.body(self._fields, contract, subject, text)
        told = self._api.do("opendetailedsolicitation", body)
        # Without its protocol it is open all the same.
        with after_writing():
            return tickets.protocol(told)

    def trust_unlock(self, contract_ref: str, days: int) -> Unlocked:
        contract = self._contract(contract_ref)
        if contract.status == "active":
            return Unlocked(already=True)
        if (contract.status, contract.blocked_for) != ("blocked", "debt"):
            raise Refused("not_eligible")
        try:
            self._api.do(f"contracts/unlock/{quote(contract.number)}", {})
        except Refused as refused:
            code = "not_blocked" if _FREE.search(refused.detail) else "already_used"
            known = _FREE.search(refused.detail) or _USED.search(refused.detail)
            raise Refused(code if known else "not_eligible", refused.detail) from None
        return Unlocked()

    def outage_notice(self, contract_ref: str) -> str | None:
        """See Erp. It is the maintenance of the access points where the person hangs with any contract."""
        person = contract_ref.partition(".")[0]
        told = self._api.ask(f"getaccesspointstatusbyclient/{person}") if person.isdecimal() else None
        maintained = [row for row in rows(told, "response") if yes(row.get("inMaintenance"), "inMaintenance")]
        return "; ".join(dict.fromkeys(tickets.maintenance(row) for row in maintained)) or None

    def _document(self, customer_ref: str) -> Document | None:
        """The CPF or CNPJ behind a ref; None for what is no ref. Unreachable where nobody remembers it: that says
        nothing about the person."""
        if not customer_ref.isdecimal():
            return None
        found = self._documents.get(customer_ref) or self._document_of(customer_ref)
        if found is None:
            raise Unreachable("document_forgotten")
        self._documents[customer_ref] = found
        return found

    def _document_and_id(self, contract_ref: str) -> tuple[Document | None, str]:
        customer_ref, _, contract = contract_ref.partition(".")
        return (self._document(customer_ref), contract) if contract else (None, "")

    def _contract(self, contract_ref: str) -> Contract:
        owned = self.contracts(contract_ref.partition(".")[0])
        found = next((one for one in owned if one.ref == contract_ref), None)
        if found is None:
            raise Refused("unknown_contract")
        return found


def _address(url: str, port: int) -> str:
    """`url` with the port that Voalle uses, where it names none."""
    where = urlsplit(web_address(url))
    try:
        named = where.port
    except ValueError:
        raise Misconfigured("erp_url", "port") from None
    return f"{where.scheme}://{where.netloc}{'' if named else f':{port}'}{where.path}"


def connect(connecting: Connecting) -> VoalleErp:
    """The Erp of these fields. Asks nobody yet. Raises Misconfigured for a field that makes no sense."""
    fields = connecting.fields
    tickets.check(fields)
    form = {"grant_type": "client_credentials", "scope": "syngw"}
    form |= {name: fields[name] for name in ("client_id", "client_secret", "syndata")}
    door = Caller(connecting.session, _address(fields["auth_url"] or fields["url"], AUTH_PORT))
    token = ClientToken(door, "/connect/token", {"data": form})
    api = Caller(connecting.session, _address(fields["url"], API_PORT), token)
    return VoalleErp(VoalleApi(api), connecting)


ERP = ErpKind(
    kind="voalle",
    title="Voalle (Elleven)",
    fields=(
        Field("url", "Endereço do ERP", about="https://erp.provedor.com.br, sem porta: 45715 e 45700 são as do Voalle"),
        Field("auth_url", "Endereço da autenticação", required=False, about="só se for outro, como em homologação"),
        Field("client_id", "Usuário integrador", about="Suíte > Configurações > Usuários, marcado como Integrador"),
        Field("client_secret", "Senha do integrador", secret=True),
        Field("syndata", "Syndata", secret=True, about="Suíte > Configurações > Parâmetros > Integração/Mapa"),
        Field("register_pix", "Registrar o Pix que falta", required=False, default="sim", about="sim ou não"),
        *tickets.FIELDS,
    ),
    connect=connect,
)
