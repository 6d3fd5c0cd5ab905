"""MK Solutions: services with the token in their address; contracts with connections, and bills of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from billing import reading
from billing.caller import Caller
from billing.erp_kind import Connecting, ErpKind, chosen, web_address
from billing.invoices import order_for_payment
from billing.mk import bills, letters, people
from billing.mk.books import Books, is_number, number_of, parts
from billing.mk.papers import Papers
from billing.mk.people import BETWEEN, code
from billing.mk.services import Services, Session, is_error, message
from billing.offering import Offering
from billing.ports import Capability
from billing.reading import mapping, rows, words
from billing.records import Contract, Customer, Invoice, SecondCopy, Unlocked
from core.document import Document
from core.errors import Refused
from core.field import Field

LONGEST_INFO = 300
_USED_UP = ("indispon", "já foi", "ja foi", "limite", "mês", "mes ")
_DEBT = "financ, débito, debito, inadimpl, atras, cobran, fatura, pagamento, automátic, automatic"


@dataclass(frozen=True)
class Choices:
    """What differs from one MK to the next."""

    zone: str
    process: str
    classification: str
    origin: str
    debt_words: tuple[str, ...]
    settled_bills: bool
    send_days: bool
    ddd: str


class MkErp(Offering):
    """An Erp over MK. A contract's ref is the person's number and its own, an invoice's the person's and the bill's."""

    def __init__(self, services: Services, papers: Papers, choices: Choices) -> None:
        self._services = services
        self._books = Books(services, choices.debt_words)
        self._papers = papers
        self._choices = choices

    def capabilities(self) -> frozenset[Capability]:
        able: set[Capability] = {"pdf", "line", "link", "trust_unlock"}
        if self._choices.settled_bills:
            able.add("paid_invoices")
        if self._choices.process and self._choices.classification:
            able.add("ticket")
        return frozenset(able)

    def find_by_document(self, document: Document) -> Customer | None:
        said = self._services.ask("WSMKConsultaDoc", doc=document.number)
        return people.customer(mapping(said, "CodigoPessoa"), document, self._choices.ddd) if said else None

    def customer(self, ref: str) -> Customer | None:
        """See Erp. Takes two questions: MK finds a person by number without telling what it tells by document."""
        first = ref.partition(BETWEEN)[0]
        if not is_number(first):
            return None
        said = self._services.ask("WSMKConsultaClientes", cd_cliente=first)
        listed = rows(said.get("Clientes") if isinstance(said, Mapping) else said, "Clientes")
        mine = next((row for row in listed if words(row.get("CodigoPessoa")) == first), None)
        document = reading.document(mine.get("CPF_CNPJ")) if mine else None
        return self.find_by_document(document) if document else None

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        persons = [person for person in customer_ref.split(BETWEEN) if is_number(person)]
        found = [one for person in persons for one in self._books.contracts(person, customer_ref)]
        return tuple(sorted(found, key=lambda one: (int(one.number), one.ref)))

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        person, number = parts(contract_ref)
        if not person:
            return ()
        return tuple(
            order_for_payment(
                bills.pending(bill, person, contract_ref)
                for bill in self._books.pending(person)
                if self._books.contract_of(bill, person) == number
            )
        )

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        self.require("paid_invoices")
        person, number = parts(contract_ref)
        if not person:
            return ()
        today = datetime.now(ZoneInfo(self._choices.zone)).date()
        months = max(1, (today.year - since.year) * 12 + today.month - since.month + 1)
        listed = self._books.settled(person, months)
        late = [(day, bill) for bill in listed if (day := bills.settled_on(bill)) and day >= since]
        return tuple(
            bills.settled(bill, person, contract_ref, self._choices.zone)
            for _, bill in sorted(late, key=lambda one: one[0], reverse=True)
            if self._books.contract_of(bill, person) == number
        )

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        person, number = parts(invoice_ref)
        if not person:
            raise Refused("unknown_invoice")
        bill = next((one for one in self._books.pending(person) if words(one.get("codfatura")) == number), None)
        line = self._books.line(person, number)
        if bill is None:
            raise Refused("invoice_not_open" if line is not None else "unknown_invoice")
        invoice = bills.pending(bill, person, f"{person}.{self._books.contract_of(bill, person)}")
        said = self._services.ask("WSMKSegundaViaCobranca", cd_fatura=number)
        link = words(mapping(said, "PathDownload").get("PathDownload")) if said else ""
        whole = self._papers.whole(link) if link else None
        if not (line or whole):
            raise Refused("no_document")
        pdf = self._papers.fetch(whole) if whole else None
        return SecondCopy(invoice, pdf, f"fatura-{number}.pdf", line or None, None, whole)

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        self.require("ticket")
        person, number = parts(contract_ref)
        if not person or number not in {one.number for one in self._books.contracts(person, person)}:
            raise Refused("unknown_contract")
        said = self._services.do(
            "WSMKNovoAtendimento",
            cd_cliente=person,
            cd_processo=self._choices.process,
            cd_classificacao_ate=self._choices.classification,
            origem_contato=self._choices.origin,
            info=letters.fit(f"{subject}: {text}", LONGEST_INFO),
            cd_contrato=number,
            conexao_associada="",
        )
        if is_error(said):
            raise Refused("erp_refused", message(said))
        protocol = words(said.get("Protocolo")) or words(said.get("CodigoAtendimento"))
        if not protocol:
            failure = reading.Unreadable("Protocolo")
            failure.ambiguous = True
            raise failure
        return protocol

    def trust_unlock(self, contract_ref: str, days: int) -> Unlocked:
        """See Erp. Every connection of the contract that is held for debt is released, one after the other, and refused
        is what none of them is released of. MK does not tell the end."""
        person, number = parts(contract_ref)
        mine = [one for one in self._books.connections(person) if number_of(one) == number] if person else []
        if not mine:
            raise Refused("unknown_contract")
        if not any(map(people.is_held, mine)):
            return Unlocked(already=True)
        held = [one for one in mine if people.is_held_for_debt(one, self._choices.debt_words)]
        answers = [self._release(code(one.get("codconexao"), "codconexao"), days) for one in held]
        refused = [message(said) for said in answers if is_error(said)]
        if len(refused) < len(answers):
            return Unlocked()
        text = refused[0] if refused else ""
        raise Refused("already_used" if any(word in text.lower() for word in _USED_UP) else "not_eligible", text)

    def _release(self, connection: str, days: int) -> Mapping[str, object]:
        asked = str(days) if self._choices.send_days else ""
        return self._services.do("WSMKAutoDesbloqueio", cd_conexao=connection, diasexcecao=asked)


def _connect(connecting: Connecting) -> MkErp:
    given = connecting.fields
    base = web_address(given["url"])
    alone = Caller(connecting.session, f"{base}/mk")
    session = Session(alone, given["user_token"], given["password"], given["service"])
    choices = Choices(
        zone=connecting.zone,
        process=given["ticket_process"],
        classification=given["ticket_classification"],
        origin=given["ticket_origin"],
        debt_words=tuple(word.strip().lower() for word in given["debt_words"].split(",") if word.strip()),
        settled_bills=chosen(given, "settled_bills"),
        send_days=chosen(given, "send_days"),
        ddd=given["ddd"],
    )
    services = Services(Caller(connecting.session, f"{base}/mk", session), session)
    return MkErp(services, Papers(connecting.session, base), choices)


ERP = ErpKind(
    kind="mk",
    title="MK Solutions",
    fields=(
        Field("url", "Endereço", about="https://mk.seuprovedor.com.br, sem /mk no fim."),
        Field("user_token", "Token do usuário", secret=True),
        Field("password", "Contra-senha do perfil de webservice", secret=True),
        Field("service", "Código do serviço", default="9999", about="9999: todos os serviços do perfil."),
        Field("ticket_process", "Código do processo dos atendimentos", required=False, about="cd_processo"),
        Field("ticket_classification", "Código da classificação", required=False, about="cd_classificacao_ate"),
        Field("ticket_origin", "Código da origem do contato", default="2", about="origem_contato"),
        Field("debt_words", "Palavras do motivo de bloqueio que querem dizer dívida", default=_DEBT),
        Field("settled_bills", "Lê faturas pagas (WSMKFaturas)", default="S", about="S ou N"),
        Field("send_days", "Manda os dias no desbloqueio", default="N", about="S ou N: sem eles vale a regra do MK."),
        Field("ddd", "DDD dos telefones gravados sem DDD", required=False),
    ),
    connect=_connect,
)
