"""IXC Provedor: its webservice, which answers in text, sometimes in HTML, and keeps documents in two ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from billing.caller import Caller
from billing.erp_kind import Connecting, ErpKind, chosen, web_address
from billing.invoices import order_for_payment
from billing.ixc import papers, people, titles
from billing.ixc.books import Books, by_number, parts
from billing.ixc.forms import Forms, Login, Row, is_error, is_ours_to_mend, message
from billing.offering import Offering
from billing.ports import Capability
from billing.reading import Unreadable, mapping, typed_line, words
from billing.records import Connection, Contract, Customer, Invoice, Plan, SecondCopy, TicketState, Unlocked
from billing.records import TicketStatus as Status
from core.document import Document
from core.errors import Misconfigured, Refused
from core.field import Field

_ABLE: tuple[Capability, ...] = (
    "find_by_phone",
    "pdf",
    "line",
    "pix",
    "link",
    "paid_invoices",
    "trust_unlock",
    "connection_status",
    "plans",
)
_TICKETS: tuple[Capability, ...] = ("ticket", "follow_ticket")
_TICKET: dict[str, Status] = {"N": "open", "S": "done", "C": "cancelled"}
_REFUSALS = {"106": "unknown_contract", "109": "not_eligible", "113": "already_used"}
_ALREADY_ACTIVE = "107"


@dataclass(frozen=True)
class Choices:
    """What differs from one IXC to the next."""

    zone: str
    subject: str
    department: str
    priority: str
    phone_fields: tuple[str, ...]
    ddd: str
    late_is_blocked: bool
    reissue: bool


class IxcErp(Offering):
    """An Erp over IXC. A contract's ref is the customer's number and its own, an invoice's the number of its title."""

    def __init__(self, forms: Forms, choices: Choices) -> None:
        self._forms = forms
        self._books = Books(forms)
        self._choices = choices

    def capabilities(self) -> frozenset[Capability]:
        return frozenset(_ABLE + (_TICKETS if self._choices.subject and self._choices.department else ()))

    def find_by_phone(self, match_key: str) -> tuple[Customer, ...]:
        found: dict[str, Customer] = {}
        for field in self._choices.phone_fields:
            # What is kept may have a mask, a country, a ninth digit or none of them: its last eight digits have not.
            for tail in (match_key[-8:], f"{match_key[-8:-4]}-{match_key[-4:]}"):
                for row in self._forms.list("cliente", field, tail, oper="L"):
                    one = people.customer(row, self._choices.ddd)
                    if one and match_key in one.phones:
                        found[one.ref] = one
        return tuple(found[ref] for ref in sorted(found, key=by_number))

    def find_by_document(self, document: Document) -> Customer | None:
        for written in (document.formatted, document.number):
            listed = self._forms.list("cliente", "cnpj_cpf", written)
            for row in sorted(listed, key=lambda row: words(row.get("ativo")).upper() == "N"):
                one = people.customer(row, self._choices.ddd)
                if one and one.document == document:
                    return one
        return None

    def customer(self, ref: str) -> Customer | None:
        row = self._books.one("cliente", ref)
        return people.customer(row, self._choices.ddd) if row else None

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        owner = self._books.one("cliente", customer_ref)
        if owner is None:
            return ()
        rows = self._books.contracts(customer_ref)
        plans = self._books.plans_of(rows)
        logins = {
            words(row.get("id_contrato")): words(row.get("login")) or None for row in self._books.logins(customer_ref)
        }
        return tuple(
            people.contract(
                row,
                owner,
                plans.get(words(row.get("id_vd_contrato"))),
                logins.get(words(row.get("id"))),
                self._choices.late_is_blocked,
            )
            for row in rows
        )

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        # The way IXC's own examples ask for what is open; what comes is looked at all the same.
        rows = self._books.titles(contract_ref, ("liberado", "=", "S"), ("status", "!=", "R"))
        return tuple(order_for_payment(self._invoice(row, contract_ref) for row in rows if titles.is_open(row)))

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        # No filter by day: some installations read it the American way. A title that tells no day is left out.
        rows = self._books.titles(contract_ref, ("status", "=", "R"))
        late = [(day, row) for row in rows if (day := titles.paid_on(row)) and day >= since]
        paid = [self._invoice(row, contract_ref) for _, row in sorted(late, key=lambda one: one[0], reverse=True)]
        return tuple(invoice for invoice in paid if invoice.status == "paid")

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        row = self._books.open_title(invoice_ref)
        sheet = papers.pdf(self._forms.ask("get_boleto", self._boleto_order(invoice_ref)).body)
        if self._choices.reissue or not words(row.get("linha_digitavel")):
            # The line is made when the boleto is printed first; a reissue moves the due date and the amount.
            row = self._books.open_title(invoice_ref)
        code = papers.pix(mapping(self._forms.ask("get_pix", {"id_areceber": invoice_ref}).json(), "pix"))
        line = typed_line("".join(c for c in words(row.get("linha_digitavel")) if c.isdigit()))
        link = words(row.get("gateway_link")) or None
        if not (sheet or line or code or link):
            raise Refused("no_document")
        invoice = self._invoice(row, self._books.contract_ref(row))
        return SecondCopy(invoice, sheet, f"fatura-{invoice_ref}.pdf", line, code, link)

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        self.require("ticket")
        customer, number = self._books.contract(contract_ref)
        protocol = self._forms.protocol()
        order = {
            "tipo": "C",
            "protocolo": protocol,
            "id_cliente": customer,
            "id_contrato": number,
            "id_assunto": self._choices.subject,
            "titulo": subject,
            "id_ticket_setor": self._choices.department,
            "prioridade": self._choices.priority,
            "menssagem": text,
            "su_status": "N",
        }
        self._forms.insert("su_ticket", order)
        return protocol

    def ticket(self, protocol: str) -> TicketState | None:
        rows = self._forms.list("su_ticket", "protocolo", protocol, most=1)
        row = next((row for row in rows if words(row.get("protocolo")) == protocol), None)
        if row is None:
            return None
        status = _TICKET.get(words(row.get("su_status")).upper(), "in_progress")
        return TicketState(protocol, status, words(row.get("titulo")))

    def trust_unlock(self, contract_ref: str, days: int) -> Unlocked:
        """See Erp. IXC takes no number of days: its own rule counts them and it does not tell the end."""
        _, number = parts(contract_ref)
        if not number:
            raise Refused("unknown_contract")
        said = self._forms.do("desbloqueio_confianca", {"id": number})
        if words(said.get("codigo")) == _ALREADY_ACTIVE:
            return Unlocked(already=True)
        if is_error(said):
            if not words(said.get("codigo")) and is_ours_to_mend(said):
                raise Misconfigured("erp_credentials", message(said))
            raise Refused(_REFUSALS.get(words(said.get("codigo")), "not_eligible"), message(said))
        if words(said.get("type") or said.get("tipo")).lower() not in ("sucesso", "success"):
            failure = Unreadable("tipo")
            failure.ambiguous = True
            raise failure
        return Unlocked()

    def connection(self, contract_ref: str) -> Connection:
        customer, number = parts(contract_ref)
        mine = [row for row in self._books.logins(customer) if words(row.get("id_contrato")) == number]
        if not mine:
            return Connection(online=None)
        row = next((row for row in mine if _is_online(row)), mine[0])
        return Connection(_is_online(row), words(row.get("login")) or None, None, words(row.get("motivo_desconexao")))

    def plans(self) -> tuple[Plan, ...]:
        rows = self._forms.list("vd_contratos", "id", "0", oper=">")
        sold = [people.plan(row) for row in rows if words(row.get("Ativo") or row.get("ativo") or "S").upper() == "S"]
        return tuple(sorted(sold, key=lambda plan: (plan.price_cents, plan.name)))

    def _invoice(self, row: Row, contract_ref: str) -> Invoice:
        return titles.invoice(row, contract_ref, self._choices.zone)

    def _boleto_order(self, ref: str) -> dict[str, str]:
        reissue = "S" if self._choices.reissue else "N"
        charges = {"juro": reissue, "multa": reissue, "atualiza_boleto": reissue}
        return {"boletos": ref, **charges, "tipo_boleto": "arquivo", "base64": "S"}


def _is_online(row: Row) -> bool:
    # SS is seen too: a session that another server keeps.
    return words(row.get("online")).upper().startswith("S")


def _connect(connecting: Connecting) -> IxcErp:
    given = connecting.fields
    base, auth = f"{web_address(given['url'])}/webservice/v1", Login(given["user"], given["token"])
    choices = Choices(
        zone=connecting.zone,
        subject=given["ticket_subject"],
        department=given["ticket_department"],
        priority=given["ticket_priority"],
        phone_fields=tuple(given["phone_fields"].replace(",", " ").split()),
        ddd=given["ddd"],
        late_is_blocked=chosen(given, "late_is_blocked"),
        reissue=chosen(given, "reissue"),
    )
    return IxcErp(Forms(Caller(connecting.session, base, auth)), choices)


ERP = ErpKind(
    kind="ixc",
    title="IXC Provedor",
    fields=(
        Field("url", "Endereço", about="https://ixc.seuprovedor.com.br"),
        Field("user", "ID do usuário da API", about="O número antes dos dois-pontos do token."),
        Field("token", "Token", secret=True, about="O que vem depois dos dois-pontos."),
        Field("ticket_subject", "ID do assunto dos atendimentos", required=False, about="su_ticket.id_assunto"),
        Field("ticket_department", "ID do setor dos atendimentos", required=False, about="su_ticket.id_ticket_setor"),
        Field("ticket_priority", "Prioridade dos atendimentos", default="M", about="B, M, A ou C."),
        Field("phone_fields", "Campos de telefone", default="telefone_celular, whatsapp, fone"),
        Field("ddd", "DDD dos telefones gravados sem DDD", required=False),
        Field("late_is_blocked", "FA conta como bloqueio", default="S", about="S ou N: financeiro em atraso."),
        Field("reissue", "Atualizar boleto vencido", default="N", about="S ou N: juros, multa e novo vencimento."),
    ),
    connect=_connect,
)
