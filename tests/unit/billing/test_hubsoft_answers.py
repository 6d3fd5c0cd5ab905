"""HubSoft's example answers, and the odd ones it also gives."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests

from billing.caller import Caller
from billing.erp_kind import Connecting, erp_kinds
from billing.erps.hubsoft import HubsoftErp
from billing.hubsoft import answers
from billing.hubsoft.link import HubsoftLink
from billing.ports import Erp
from billing.reading import Unreadable
from core.errors import Misconfigured, Refused, Unreachable
from core.field import fill_in
from tests.contract.erps.rigs.hubsoft import over_http
from tests.contract.erps.scene import BRUNO, ZONE, Rig
from tests.contract.erps.servers.hubsoft import API, GRANT, HubsoftServer
from tests.unit.billing.answering import answering
from tests.vectors import load

INVOICE = {"id_fatura": 1, "valor": 10, "data_vencimento": "10/06/2018", "data_pagamento": None}
SERVICE = {"id_cliente_servico": 5, "status_prefixo": "suspenso_debito", "nome": "4M", "valor": "119,90"}
CLIENT = {"codigo_cliente": 421, "cpf_cnpj": "529.982.247-25", "nome_razaosocial": "X", "servicos": [SERVICE]}
KNOWN = {"status": "success", "clientes": [CLIENT]}


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> Rig:
    return over_http(request)


def server_of(rig: Rig) -> HubsoftServer:
    assert isinstance(rig.server, HubsoftServer)
    return rig.server


def example(section: str, name: str, which: int = 0) -> Any:
    operations = load("erp/hubsoft_operations.json")["operations"]
    found = next(one for one in operations if (one["section"], one["name"]) == (section, name))
    return found["responses"][which]["body"]


def saying(**by_path: Any) -> Erp:
    """A HubSoft whose paths, by their last word, say what is given."""
    session = answering(lambda path: by_path[path.split("/")[-1]])
    caller = Caller(session, "https://hubsoft.test")
    fields = {"url": "https://hubsoft.test", "max_days": "3", "service_order": "não", "service_order_type": ""}
    return HubsoftErp(HubsoftLink(caller), caller, fields, ZONE)


def test_a_customer_with_its_service_is_read_from_the_example() -> None:
    erp = saying(cliente=example("/Clientes", "Consultar"))
    customer = erp.customer("421")
    assert customer is not None
    assert (customer.document.number, customer.phones) == ("52998224725", ("+5537999990001",))
    (contract,) = erp.contracts("421")
    assert (contract.ref, contract.number, contract.status) == ("421.11201", "11201", "active")
    assert (contract.monthly_fee_cents, contract.olt, contract.pon) == (11990, "OLT XPTO", "PON5")
    assert contract.address.startswith("RUA EXEMPLO, 100")
    connection = erp.connection(contract.ref)
    assert connection.online is True
    assert connection.since == datetime(2019, 12, 15, 21, 22, 24, tzinfo=UTC)
    notice = erp.outage_notice(contract.ref)
    assert notice is not None
    assert "rompimento de fibra no bairro Centro" in notice


def test_invoices_are_read_from_the_example_although_it_says_suscess() -> None:
    erp = saying(financeiro=example("/Clientes/Financeiro", "Consultar Faturas"))
    paid = erp.paid_invoices("1162.22703", date(2017, 1, 1))
    assert [(i.ref, i.amount_cents, i.due_date) for i in paid] == [
        ("1162.22703.36403", 1000, date(2017, 11, 9)),
        ("1162.22703.36397", 5495, date(2017, 10, 10)),
    ]
    assert paid[0].paid_at == datetime(2018, 6, 25, 3, tzinfo=UTC)
    assert [i.ref for i in erp.open_invoices("1162.22703")] == ["1162.22703.43653"]
    with pytest.raises(Refused, match="invoice_not_open"):
        erp.second_copy("1162.22703.36403")
    with pytest.raises(Refused, match="unknown_invoice"):
        erp.second_copy("1162.22703.7")


@pytest.mark.parametrize("which", [0, 1])
def test_the_other_list_of_invoices_reads_alike(which: int) -> None:
    found = example("/Financeiro/Fatura", "Listar", which)["faturas"]
    read = [answers.invoice(row, "1.2", ZONE) for row in found]
    assert (read[0].amount_cents, read[0].status) == ((2827, "open"), (11990, "paid"))[which]


def test_a_second_copy_of_the_example_has_its_line_in_digits_and_its_pix_as_it_came() -> None:
    said = example("/Clientes/Financeiro", "Consultar Faturas")
    for row in said["faturas"]:
        row["data_pagamento"] = None
    debit, slip, *_ = saying(financeiro=said).open_invoices("1162.22703")
    by_pix = saying(financeiro=said).second_copy(debit.ref)
    assert (by_pix.line, by_pix.link, by_pix.pix) == (None, None, said["faturas"][0]["pix_copia_cola"])
    by_slip = saying(financeiro=said).second_copy(slip.ref)
    assert (by_slip.line, by_slip.pix) == ("75691316620100672610127210000017773380000001000", None)
    assert by_slip.link == said["faturas"][1]["link"]
    # The link is of another host: it is given, and not fetched by us.
    assert by_slip.pdf is None


def test_direct_debit_without_a_pix_has_nothing_to_pay_with() -> None:
    row = {**INVOICE, "linha_digitavel": "", "link": None, "tipo_cobranca": "debito_conta_corrente"}
    with pytest.raises(Refused, match="nothing_to_pay_with"):
        saying(financeiro={"status": "success", "faturas": [row]}).second_copy("421.5.1")


def test_an_unlock_of_the_example_holds_until_the_end_of_its_day() -> None:
    said = example("/Clientes/Outros", "Desbloqueio em Confiança")
    unlocked = saying(cliente=KNOWN, desbloqueio_confianca=said).trust_unlock("421.5", 3)
    # Brazil still had its summer time in 2018.
    assert unlocked.until == datetime(2018, 11, 27, 1, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("O desbloqueio em confiança já foi utilizado neste mês", "already_used"),
        ("Quantidade máxima atingida: limite de 1 desbloqueio", "already_used"),
        ("O serviço não está suspenso", "not_blocked"),
        ("O valor informado para os dias não é permitido, login: bruno.lima", "not_eligible"),
        (None, "not_eligible"),
    ],
)
def test_an_unlock_is_refused_in_hubsofts_words_without_the_login(message: str | None, code: str) -> None:
    erp = saying(cliente=KNOWN, desbloqueio_confianca={"status": "error", "msg": message, "errors": []})
    with pytest.raises(Refused) as refused:
        erp.trust_unlock("421.5", 3)
    assert refused.value.code == code
    assert "bruno" not in refused.value.detail


def test_a_ticket_is_opened_and_followed_as_in_the_examples() -> None:
    said = example("/Atendimento", "Adicionar")
    assert saying(cliente=KNOWN, atendimento=said).open_ticket("421.5", "Sem sinal", "...") == "201811161058216"
    listed = example("/Clientes/Atendimento", "Consultar")
    state = saying(atendimento=listed).ticket("201806191505251")
    assert state is not None
    assert (state.status, state.subject) == ("open", "TÉCNICO - QUEDAS DE CONEXÃO")
    closed = {**listed["atendimentos"][0], "data_fechamento": "20/06/2018", "descricao_fechamento": "Cabo trocado"}
    assert answers.ticket(closed).status == "done"
    assert answers.ticket(closed).text == "Cabo trocado"


@pytest.mark.parametrize("said", [{"status": "success"}, {"status": "success", "atendimento": {"protocolo": None}}, []])
def test_a_ticket_without_a_protocol_may_have_been_opened(said: Any) -> None:
    with pytest.raises(Unreachable) as unclear:
        saying(cliente=KNOWN, atendimento=said).open_ticket("421.5", "Sem sinal", "...")
    assert unclear.value.ambiguous


@pytest.mark.parametrize(
    ("prefix", "status", "reason"),
    [
        ("suspenso_parcialmente", "blocked", "debt"),
        ("suspenso_pedido_cliente", "blocked", "request"),
        ("suspenso_judicial", "blocked", "other"),
        ("aguardando_instalacao", "pending", "debt"),
        ("cancelado", "cancelled", "debt"),
    ],
)
def test_a_status_says_whether_paying_helps(prefix: str, status: str, reason: str) -> None:
    contract = answers.contract({**SERVICE, "status_prefixo": prefix}, "421")
    assert (contract.status, contract.blocked_for) == (status, reason)


@pytest.mark.parametrize("last", [[], None, {}])
def test_a_service_that_never_connected_tells_nothing(last: Any) -> None:
    assert answers.connection({**SERVICE, "ultima_conexao": last}, ZONE).online is None


@pytest.mark.parametrize("alert", [{}, {"alerta": "0"}, {"alerta": True}, {"alerta": True, "alerta_mensagens": []}])
def test_an_alert_without_a_text_is_no_outage(alert: dict[str, Any]) -> None:
    assert answers.outage(alert) is None


@pytest.mark.parametrize("broken", [{"valor": None}, {"valor": "dez"}, {"data_vencimento": "31/02/2018"}])
def test_money_and_days_that_make_no_sense_are_unreadable(broken: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        saying(financeiro={"status": "success", "faturas": [{**INVOICE, **broken}]}).open_invoices("421.5")


def test_an_answer_without_its_list_says_nothing_about_debts() -> None:
    with pytest.raises(Unreadable):
        saying(financeiro={"status": "success"}).open_invoices("421.5")
    with pytest.raises(Refused, match="erp_refused"):
        saying(financeiro={"status": "error", "msg": "Parâmetro inválido"}).open_invoices("421.5")
    nothing = {"status": "error", "msg": "Nenhuma fatura encontrada"}
    assert saying(financeiro=nothing).open_invoices("421.5") == ()
    free = {**INVOICE, "valor": 0}
    foreign = {**INVOICE, "cliente": {"servico": {"id_cliente_servico": "9"}}}
    assert saying(financeiro={"status": "success", "faturas": [free]}).open_invoices("421.5") == ()
    assert saying(financeiro={"status": "success", "faturas": [foreign]}).open_invoices("421.5") == ()


def test_a_thousand_invoices_come_by_their_due_dates(rig: Rig) -> None:
    server = server_of(rig)
    for number in range(1000):
        server.add_invoice(50000 + number, 1002, date(2027, 1 + number // 100, 1 + number % 28), 100 + number)
    assert len(rig.erp.open_invoices("421.1002")) == 1002


def test_a_list_that_cannot_be_read_to_its_end_is_no_list_of_debts(rig: Rig) -> None:
    for number in range(60):
        server_of(rig).add_invoice(50000 + number, 1002, date(2026, 11, 2), 100)
    with pytest.raises(Unreadable):
        rig.erp.open_invoices("421.1002")


def test_a_revoked_token_is_renewed_once_also_for_a_write(rig: Rig) -> None:
    server = server_of(rig)
    rig.erp.find_by_document(BRUNO)
    server.tokens.append("revoked-by-somebody")
    assert rig.erp.open_ticket("421.1002", "Sem sinal", "...")
    assert len(server.tickets) == 1
    asked = [one.path for one in server.calls]
    assert asked.count("/oauth/token") == 2


def test_more_days_than_the_rule_allows_are_not_asked_for(rig: Rig) -> None:
    assert rig.erp.trust_unlock("421.1002", 30).until is not None
    (asked,) = [one for one in server_of(rig).calls if one.path == f"{API}/cliente/desbloqueio_confianca"]
    assert asked.json["dias_desbloqueio"] == "3"


def test_a_password_that_is_refused_is_ours_to_mend_and_stays_unsaid(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kind = erp_kinds()["hubsoft"]
    given = {name: value for name, value in GRANT.items() if name != "grant_type"} | {"password": "senha-velha"}
    fields = fill_in(kind.fields, {"url": server_of(rig).url, **given})
    with pytest.raises(Misconfigured) as refused:
        kind.connect(Connecting(fields, requests.Session(), ZONE)).find_by_document(BRUNO)
    assert "senha-velha" not in f"{refused.value!r} {caplog.text}"


def test_fields_that_make_no_sense_are_refused() -> None:
    kind = erp_kinds()["hubsoft"]
    given = {name: value for name, value in GRANT.items() if name != "grant_type"}
    fields = fill_in(kind.fields, {"url": "https://hubsoft.test", **given})
    for wrong in ({"url": "hubsoft.test"}, {"max_days": "três"}):
        with pytest.raises(Misconfigured):
            kind.connect(Connecting({**fields, **wrong}, requests.Session(), ZONE))
