"""SGP (TSMX) as an ERP: the provider's customers, contracts, invoices and releases through its URA interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from billing import own_pdf, refusal
from billing.caller import Caller, Method
from billing.erp_kind import Connecting, ErpKind
from billing.invoices import order_for_payment
from billing.offering import Offering
from billing.ports import Capability
from billing.reading import Unreadable, after_writing, day_ends, mapping, optional_day, typed_line, words, yes
from billing.records import Connection, Contract, Customer, Invoice, Plan, SecondCopy, TicketState, Unlocked
from billing.sgp import answers
from billing.sgp.books import SgpBooks
from billing.sgp.link import SgpAuth, SgpLink, entries
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
        "plans",
    }
)


class SgpErp(Offering):
    """An Erp. Contracts are SGP's contracts; an invoice is named by contract and title ("17402.999")."""

    def __init__(
        self,
        link: SgpLink,
        plain: Caller,
        fields: Mapping[str, str],
        zone: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._link = link
        self._books = SgpBooks(link, zone)
        self._plain = plain
        self._fields = fields
        self._zone = zone
        self._now = now

    def capabilities(self) -> frozenset[Capability]:
        return OFFERED

    def find_by_phone(self, match_key: str) -> tuple[Customer, ...]:
        return self._books.by_phone(match_key)

    def find_by_document(self, document: Document) -> Customer | None:
        return answers.customer(self._books.rows_of(document))

    def customer(self, ref: str) -> Customer | None:
        return answers.customer(self._books.rows_of_customer(ref))

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        found: dict[str, Contract] = {}
        for row in self._books.rows_of_customer(customer_ref):
            contract = answers.contract(row)
            found.setdefault(contract.ref, contract)
        return tuple(sorted(found.values(), key=lambda c: (len(c.number), c.number)))

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        return tuple(order_for_payment(i for i in self._books.titles(contract_ref, "abertos") if i.amount_cents > 0))

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        paid = [(i.paid_at, i) for i in self._books.titles(contract_ref, "pagos") if i.paid_at and i.status == "paid"]
        recent = [(at, i) for at, i in paid if local_date(at, self._zone) >= since]
        return tuple(invoice for _, invoice in sorted(recent, key=lambda found: found[0], reverse=True))

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        contract_ref, _, title = invoice_ref.partition(".")
        row = self._books.title(contract_ref, title)
        if row is None:
            raise Refused("unknown_invoice")
        invoice = answers.invoice(row, contract_ref, self._zone)
        if invoice.status != "open" or invoice.amount_cents <= 0:
            raise Refused("invoice_not_open")
        form = {"contrato": contract_ref, "faturas_abertas_todas": "1", "link_pdf": "1"}
        links = entries(self._link.ask("/api/ura/fatura2via/", form), "links")
        copy = next((link for link in links if answers.number_of(link, "id") == title), None)
        if copy is not None:
            invoice, row = answers.reissued(invoice, copy), {**row, **{k: v for k, v in copy.items() if v}}
        line = typed_line(answers.pick(row, "linhadigitavel", "linhaDigitavel"))
        link = words(row.get("link")) or None
        pdf = own_pdf.fetch(self._plain, self._fields["url"], link)
        pix = self._books.pix(row, contract_ref, title, needed=not (line or link))
        if not (line or pix or link):
            raise Refused("nothing_to_pay_with")
        return SecondCopy(invoice, pdf, f"fatura-{invoice.number}.pdf", line, pix, link)

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        if self._books.contract(contract_ref) is None:
            raise Refused("unknown_contract")
        form = {
            "contrato": contract_ref,
            "ocorrenciatipo": self._fields["ticket_type"],
            "conteudo": f"{subject}\n{text}",
            "conteudolimpo": "1",
        }
        if not yes(self._fields["service_order"], "service_order"):
            form["desativa_os"] = "1"
        said = self._link.do("/api/ura/chamado/", form)
        with after_writing():
            told = mapping(said[0] if isinstance(said, list) and said else said, "chamado")
            protocol = answers.number_of(told, "protocolo", "numero", "ocorrencia")
            if protocol:
                return protocol
            if words(told.get("status")) in ("0", "2"):
                raise Refused("erp_refused", refusal.in_words(told.get("msg")))
            raise Unreadable("protocolo")

    def ticket(self, protocol: str) -> TicketState | None:
        found = entries(
            self._link.ask("/api/ura/ocorrencia/list/", {"ocorrencia": protocol, "limit": "20"}), "ocorrencias"
        )
        return next((state for state in map(answers.ticket, found) if state.protocol == protocol), None)

    def trust_unlock(self, contract_ref: str, days: int) -> Unlocked:
        """See Erp. `days` is never sent: a date of ours would override the rule that the provider set in SGP."""
        row = self._books.contract(contract_ref)
        if row is None:
            raise Refused("unknown_contract")
        status = answers.contract(row).status
        if status == "active":
            return Unlocked(already=True)
        if status != "blocked":
            raise Refused("not_eligible")
        said = self._link.do("/api/ura/liberacaopromessa/", {"contrato": contract_ref})
        with after_writing():
            told = mapping(said, "liberacaopromessa")
            if "liberado" not in told and "status" not in told:
                raise Unreadable("liberado")
            if not yes(told.get("liberado", words(told.get("status")) == "1"), "liberado"):
                raise refusal.of_unlock(told.get("msg"))
            return Unlocked(self._until(told), words(told.get("protocolo")))

    def connection(self, contract_ref: str) -> Connection:
        if not contract_ref.isdigit():
            return Connection(None)
        form = {"contrato": contract_ref, "status_all": "1"}
        said = self._link.ask("/api/ura/verificaacesso/", form)
        told = mapping(said[0] if isinstance(said, list) and said else said, "verificaacesso")
        online = {"1": True, "2": False}.get(words(told.get("status")))
        return Connection(online, words(told.get("login")) or None, reason=refusal.in_words(told.get("msg")))

    def outage_notice(self, contract_ref: str) -> str | None:
        row = self._books.contract(contract_ref)
        if row is None:
            return None
        pop = answers.number_of(row, "popId")
        outages = self._link.listed("/api/ura/manutencao/list/", "manutencoes", "manutencao", "result", "data")
        texts = dict.fromkeys(answers.outage_text(one) for one in outages if answers.concerns(one, pop))
        return "\n".join(text for text in texts if text) or None

    def plans(self) -> tuple[Plan, ...]:
        found = map(answers.plan, self._link.listed("/api/ura/consultaplano/", "planos", "result", "data"))
        return tuple(sorted(found, key=lambda plan: (plan.price_cents, plan.name)))

    def _until(self, told: Mapping[str, Any]) -> datetime | None:
        last = optional_day(told.get("data_promessa"), "data_promessa")
        days = words(told.get("liberado_dias"))
        if last is None and days.isdigit():
            last = local_date(self._now(), self._zone) + timedelta(days=int(days))
        return day_ends(last, self._zone) if last else None


def connect(to: Connecting) -> SgpErp:
    """See ErpKind."""
    url = to.fields["url"].rstrip("/")
    methods: dict[str, Method] = {"POST": "POST", "GET": "GET"}
    method = methods.get(to.fields["list_method"].upper())
    if not url.startswith(("https://", "http://")) or method is None:
        raise Misconfigured("erp_fields", "url" if method else "list_method")
    auth = SgpAuth(to.fields["token"], to.fields["app"])
    plain = Caller(to.session, url)
    return SgpErp(SgpLink(Caller(to.session, url, auth), auth, method), plain, {**to.fields, "url": url}, to.zone)


ERP = ErpKind(
    "sgp",
    "SGP (TSMX)",
    (
        Field("url", "Endereço", about="https://suaempresa.sgp.net.br, sem caminho"),
        Field("app", "Aplicação", about="nome da aplicação criada em Sistema › Ferramentas › Token"),
        Field("token", "Token", secret=True),
        Field("ticket_type", "Tipo de ocorrência", default="5", about="código do tipo com que os chamados são abertos"),
        Field("service_order", "Abrir ordem de serviço", default="não", about="sim: cada chamado abre também uma O.S."),
        Field("list_method", "Método das listas", default="POST", about="GET, se manutenção e planos recusam POST"),
    ),
    connect,
)
