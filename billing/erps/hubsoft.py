"""HubSoft as an ERP: customers, services, invoices and releases through its integration interface."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from billing import own_pdf, refusal
from billing.caller import Caller
from billing.client_token import ClientToken
from billing.erp_kind import Connecting, ErpKind
from billing.hubsoft import answers
from billing.hubsoft.link import HubsoftLink
from billing.invoices import order_for_payment
from billing.offering import Offering
from billing.ports import Capability
from billing.reading import Unreadable, after_writing, day_ends, mapping, typed_line, words, yes
from billing.records import Connection, Contract, Customer, Invoice, SecondCopy, TicketState, Unlocked
from core import phone
from core.dates import local_date
from core.document import Document
from core.errors import Misconfigured, Refused
from core.field import Field

OFFERED: frozenset[Capability] = frozenset(
    {
        "find_by_phone",
        "pdf",
        "line",
        "pix",
        "link",
        "paid_invoices",
        "ticket",
        "follow_ticket",
        "trust_unlock",
        "connection_status",
        "outages",
    }
)
Row = Mapping[str, Any]


class HubsoftErp(Offering):
    """An Erp. Refs are HubSoft's numbers, the wider one first: customer "421", its service "421.11201", an invoice of
    it "421.11201.36403"."""

    def __init__(self, link: HubsoftLink, plain: Caller, fields: Mapping[str, str], zone: str) -> None:
        self._link = link
        self._plain = plain
        self._fields = fields
        self._zone = zone

    def capabilities(self) -> frozenset[Capability]:
        return OFFERED

    def find_by_phone(self, match_key: str) -> tuple[Customer, ...]:
        found: dict[str, Customer] = {}
        for form in phone.forms(match_key):
            national = form.removeprefix("+55").removeprefix("+")
            for customer in map(answers.customer, self._clients("telefone", national)):
                # HubSoft also finds parts of numbers.
                if customer and match_key in customer.phones:
                    found[customer.ref] = customer
        return tuple(found.values())

    def find_by_document(self, document: Document) -> Customer | None:
        # HubSoft looks for the text as it was typed in, which may be with its dots.
        for written in (document.number, document.formatted):
            for customer in map(answers.customer, self._clients("cpf_cnpj", written)):
                if customer and customer.document == document:
                    return customer
        return None

    def customer(self, ref: str) -> Customer | None:
        row = self._client(ref)
        return answers.customer(row) if row else None

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        row = self._client(customer_ref)
        found = [answers.contract(service, customer_ref) for service in _services(row)]
        return tuple(sorted(found, key=lambda c: (len(c.number), c.number)))

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        return tuple(order_for_payment(i for _, i in self._invoices(contract_ref, pending=True) if i.amount_cents > 0))

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        paid = [(i.paid_at, i) for _, i in self._invoices(contract_ref, pending=False) if i.paid_at]
        recent = [(at, i) for at, i in paid if local_date(at, self._zone) >= since]
        return tuple(invoice for _, invoice in sorted(recent, key=lambda found: found[0], reverse=True))

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        contract_ref = invoice_ref.rpartition(".")[0]
        found = self._one(contract_ref, invoice_ref, pending=True) or self._one(
            contract_ref, invoice_ref, pending=False
        )
        if found is None:
            raise Refused("unknown_invoice")
        row, invoice = found
        if invoice.status != "open" or invoice.amount_cents <= 0:
            raise Refused("invoice_not_open")
        line, link = typed_line(row.get("linha_digitavel")), words(row.get("link")) or None
        code = row.get("pix_copia_cola") or row.get("pix_copia_e_cola")
        pix = str(code) if code else None
        if not (line or pix or link):
            # Direct debit has nothing to pay with.
            raise Refused("nothing_to_pay_with", words(row.get("tipo_cobranca")))
        pdf = own_pdf.fetch(self._plain, self._fields["url"], link)
        return SecondCopy(invoice, pdf, f"fatura-{invoice.number}.pdf", line, pix, link)

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        client, service = self._service(contract_ref)
        if client is None or service is None:
            raise Refused("unknown_contract")
        customer = answers.customer(client)
        number = customer.phones[0].removeprefix("+55") if customer and customer.phones else ""
        body: dict[str, Any] = {
            "id_cliente_servico": words(service.get("id_cliente_servico")),
            "descricao": f"{subject}: {text}",
            "nome": words(client.get("nome_razaosocial")),
            "telefone": number,
            "email": words(client.get("email_principal")),
            "abrir_os": yes(self._fields["service_order"], "service_order"),
        }
        if body["abrir_os"] and self._fields["service_order_type"]:
            body["parametros_ordem_servico"] = {
                "id_tipo_ordem_servico": self._fields["service_order_type"],
                "status": "pendente",
            }
        done, said = self._link.done("/atendimento", body)
        if not done:
            raise Refused("erp_refused", refusal.in_words(said.get("msg")))
        with after_writing():
            protocol = words(mapping(said.get("atendimento"), "atendimento").get("protocolo"))
            if not protocol:
                raise Unreadable("protocolo")
        return protocol

    def ticket(self, protocol: str) -> TicketState | None:
        query = {"busca": "protocolo", "termo_busca": protocol, "apenas_pendente": "nao"}
        found = map(answers.ticket, self._link.found("/cliente/atendimento", query, "atendimentos"))
        return next((state for state in found if state.protocol == protocol), None)

    def trust_unlock(self, contract_ref: str, days: int) -> Unlocked:
        """See Erp. HubSoft refuses more days than its own rule allows, so no more than `max_days` are asked for."""
        client, service = self._service(contract_ref)
        if client is None or service is None:
            raise Refused("unknown_contract")
        status = answers.contract(service, "").status
        if status == "active":
            return Unlocked(already=True)
        if status != "blocked":
            raise Refused("not_eligible")
        wanted = str(max(1, min(days, int(self._fields["max_days"]))))
        body = {"id_cliente_servico": words(service.get("id_cliente_servico")), "dias_desbloqueio": wanted}
        done, said = self._link.done("/cliente/desbloqueio_confianca", body)
        if not done:
            raise refusal.of_unlock(said.get("msg"))
        with after_writing():
            last = answers.promised_until(said.get("msg"))
        return Unlocked(day_ends(last, self._zone) if last else None)

    def connection(self, contract_ref: str) -> Connection:
        _, service = self._service(contract_ref)
        return answers.connection(service, self._zone) if service else Connection(None)

    def outage_notice(self, contract_ref: str) -> str | None:
        client, _ = self._service(contract_ref)
        return answers.outage(client) if client else None

    def _clients(self, by: str, what: str) -> tuple[Row, ...]:
        query = {"busca": by, "termo_busca": what, "limit": "100", "cancelado": "sim", "ultima_conexao": "sim"}
        return self._link.found("/cliente", query, "clientes")

    def _client(self, ref: str) -> Row | None:
        if not ref.isdigit():
            return None
        return next(
            (row for row in self._clients("codigo_cliente", ref) if words(row.get("codigo_cliente")) == ref), None
        )

    def _service(self, contract_ref: str) -> tuple[Row | None, Row | None]:
        client_ref, _, number = contract_ref.partition(".")
        client = self._client(client_ref)
        mine = (one for one in _services(client) if words(one.get("id_cliente_servico")) == number)
        return client, next(mine, None)

    def _invoices(self, contract_ref: str, *, pending: bool) -> Iterable[tuple[Row, Invoice]]:
        service = contract_ref.partition(".")[2]
        if not service.isdigit():
            return ()
        found = self._link.invoices(service, pending=pending)
        return [(row, answers.invoice(row, contract_ref, self._zone)) for row in found if answers.belongs(row, service)]

    def _one(self, contract_ref: str, invoice_ref: str, *, pending: bool) -> tuple[Row, Invoice] | None:
        found = self._invoices(contract_ref, pending=pending)
        return next((one for one in found if one[1].ref == invoice_ref), None)


def _services(client: Row | None) -> tuple[Row, ...]:
    return tuple(client.get("servicos") or ()) if client else ()


def connect(to: Connecting) -> HubsoftErp:
    """See ErpKind."""
    url = to.fields["url"].rstrip("/")
    if not url.startswith(("https://", "http://")):
        raise Misconfigured("erp_fields", "url")
    if not to.fields["max_days"].isdigit():
        raise Misconfigured("erp_fields", "max_days")
    plain = Caller(to.session, url)
    wanted = ("client_id", "client_secret", "username", "password")
    grant = {"grant_type": "password", **{name: to.fields[name] for name in wanted}}
    # Without it, errors come as pages.
    as_json = {"headers": {"Accept": "application/json"}}
    token = ClientToken(plain, "/oauth/token", {"json": grant, **as_json}, as_json)
    link = HubsoftLink(Caller(to.session, url, token))
    return HubsoftErp(link, plain, {**to.fields, "url": url}, to.zone)


ERP = ErpKind(
    "hubsoft",
    "HubSoft",
    (
        Field("url", "Endereço", about="https://api.suaempresa.hubsoft.com.br, sem caminho"),
        Field("client_id", "Client ID"),
        Field("client_secret", "Client secret", secret=True),
        Field("username", "Usuário da API"),
        Field("password", "Senha da API", secret=True),
        Field("max_days", "Máximo de dias do desbloqueio", default="3", about="como está configurado no HubSoft"),
        Field(
            "service_order", "Abrir ordem de serviço", default="não", about="sim: cada atendimento abre também uma O.S."
        ),
        Field("service_order_type", "Tipo da ordem de serviço", required=False, about="código do tipo no HubSoft"),
    ),
    connect,
)
