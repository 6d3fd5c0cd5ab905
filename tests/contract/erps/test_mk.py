"""What MK's published answers mean, and what happens when it answers oddly."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from billing.erps.mk import MkErp
from billing.mk import bills, letters, people
from billing.reading import Unreadable
from core.document import Document
from core.errors import Misconfigured, Refused, Unreachable
from tests import vectors
from tests.contract.erps.rigs.mk import connected, filled
from tests.contract.erps.scene import BRUNO
from tests.contract.erps.server import Answered, Asked
from tests.contract.erps.servers.mk import MkServer

CONTRACT, EXAMPLE = "12345.1002", Document("cpf", "52998224725")


def published(op: str) -> Any:
    return next(
        one["response"] for one in vectors.load("erp/mk_solutions_operations.json")["operations"] if one["op"] == op
    )


@pytest.fixture
def server() -> Iterator[MkServer]:
    server = filled()
    yield server
    server.stop()


@pytest.fixture
def erp(server: MkServer) -> MkErp:
    erp = connected(server)
    assert isinstance(erp, MkErp)
    return erp


def says(server: MkServer, service: str, said: Any) -> None:
    """From now on one service answers this."""
    real = server.answer

    def answer(asked: Asked) -> Answered:
        return Answered(said) if asked.path.endswith(f"/{service}.rule") else real(asked)

    server.answer = answer  # type: ignore[method-assign]


def test_the_published_registrations_of_one_document_are_one_customer(server: MkServer, erp: MkErp) -> None:
    says(server, "WSMKConsultaDoc", published("find_customer_by_cpf"))
    customer = erp.find_by_document(EXAMPLE)
    assert customer is not None
    assert (customer.ref, customer.name) == ("12345+54321", "CLIENTE EXEMPLO")
    assert "+5511999999999" in customer.phones


def test_contracts_of_every_registration_are_the_customers(server: MkServer, erp: MkErp) -> None:
    contracts = erp.contracts("12345+12399")
    assert [contract.ref for contract in contracts] == ["12345.1002", "12399.1006", "12399.1007"]
    assert {contract.customer_ref for contract in contracts} == {"12345+12399"}


@pytest.mark.parametrize("op", ["error_invalid_document", "error_not_found"])
def test_the_published_refusals_of_a_document_are_nobody(server: MkServer, erp: MkErp, op: str) -> None:
    says(server, "WSMKConsultaDoc", published(op))
    assert erp.find_by_document(EXAMPLE) is None


@pytest.mark.parametrize("op", ["error_token_expired", "error_invalid_token"])
def test_the_published_refusals_of_a_token_get_a_new_one_once(server: MkServer, erp: MkErp, op: str) -> None:
    erp.open_invoices(CONTRACT)
    says(server, "WSMKFaturasPendentes", published(op))
    with pytest.raises(Misconfigured):
        erp.open_invoices(CONTRACT)
    assert [call.path.endswith("WSAutenticacao.rule") for call in server.calls].count(True) == 2


def test_a_token_with_one_use_serves_everything_and_opens_one_ticket(server: MkServer, erp: MkErp) -> None:
    server.uses = 1
    assert erp.open_invoices(CONTRACT)
    assert erp.open_ticket(CONTRACT, "Sem sinal", "desde 14h")
    assert len(server.tickets) == 1


def test_a_token_is_kept_and_never_asked_for_without_need(server: MkServer, erp: MkErp) -> None:
    for _ in range(3):
        erp.open_invoices(CONTRACT)
    assert server.logins == 1


def test_wrong_credentials_are_told_without_telling_them(server: MkServer) -> None:
    with pytest.raises(Misconfigured) as wrong:
        connected(server, password="outra-senha").open_invoices(CONTRACT)
    assert "outra-senha" not in repr(wrong.value)


def test_the_published_connection_is_free_and_its_contract_known() -> None:
    (connection,) = published("connections")["Conexoes"]
    assert not people.is_held(connection)
    contract = people.contract("12345", "12345", "67890", {"plano_acesso": "Fibra"}, [connection], ())
    assert (contract.ref, contract.status, contract.street) == ("12345.67890", "active", "1234 Elm Street")
    assert contract.pppoe_login == "cliente.exemplo"


def test_the_published_bill_is_an_invoice() -> None:
    (bill,) = published("pending_invoices")["FaturasPendentes"]
    assert bills.contracts_of(bill) == ("67890",)
    invoice = bills.pending(bill, "12345", "12345.67890")
    assert (invoice.ref, invoice.amount_cents, invoice.due_date) == ("12345.1001", 9990, date(2026, 11, 10))


def test_the_published_line_and_path_are_a_second_copy(server: MkServer, erp: MkErp) -> None:
    says(server, "WSMKLDViaSMS", published("digitable_line"))
    says(server, "WSMKSegundaViaCobranca", {**published("second_copy_pdf"), "PathDownload": "/boletos/1001.pdf"})
    copy = erp.second_copy("12345.1001")
    assert copy.line == "75691316620100672610127210000017773380000001000"
    assert copy.link == f"{server.url}/boletos/1001.pdf"
    assert copy.pdf


def test_a_line_of_somebody_elses_bill_is_not_given(server: MkServer, erp: MkErp) -> None:
    said = published("digitable_line")
    says(server, "WSMKLDViaSMS", {**said, "DadosFatura": [{**said["DadosFatura"][0], "codigopessoa": 999}]})
    assert erp.second_copy("12345.1001").line is None
    with pytest.raises(Refused, match="unknown_invoice"):
        erp.second_copy("12399.1001")


def test_a_line_that_nobody_can_pay_is_left_out(server: MkServer, erp: MkErp) -> None:
    said = published("digitable_line")
    says(server, "WSMKLDViaSMS", {**said, "DadosFatura": [{**said["DadosFatura"][0], "ld": "Fatura 0 sem boleto"}]})
    assert erp.second_copy("12345.1001").line is None


@pytest.mark.parametrize("path", ["https://10.0.0.1/x.pdf", "file:///etc/passwd", "", None, "/nowhere.pdf"])
def test_a_path_that_leads_nowhere_leaves_the_line(server: MkServer, erp: MkErp, path: Any) -> None:
    says(server, "WSMKSegundaViaCobranca", {"status": "OK", "PathDownload": path})
    copy = erp.second_copy("12345.1001")
    assert copy.line
    assert copy.pdf is None


def test_the_published_unlock_and_its_refusal(server: MkServer, erp: MkErp) -> None:
    says(server, "WSMKAutoDesbloqueio", published("trust_unlock"))
    assert not erp.trust_unlock(CONTRACT, 3).already
    assert server.calls[-1].query["diasexcecao"] == ""
    says(server, "WSMKAutoDesbloqueio", published("trust_unlock_refused"))
    with pytest.raises(Refused) as refused:
        erp.trust_unlock(CONTRACT, 3)
    assert (refused.value.code, refused.value.detail) == ("already_used", "Operação indisponível para esta conexão.")
    says(server, "WSMKAutoDesbloqueio", {"status": "ERRO", "mensagem": "Cliente sem permissão"})
    with pytest.raises(Refused, match="not_eligible"):
        erp.trust_unlock(CONTRACT, 3)


def test_of_several_connections_those_held_for_debt_are_released_and_one_is_enough(
    server: MkServer, erp: MkErp
) -> None:
    own = next(one for one in server.connections if one["contrato"] == 1002)
    for number, reason in ((1, "Inadimplência"), (2, "Suspenso a pedido do cliente")):
        server.connections.append({**own, "codconexao": number, "motivo_bloqueio": reason})
    server.released.add(own["codconexao"])
    assert not erp.trust_unlock(CONTRACT, 3).already
    assert server.released == {own["codconexao"], 1}
    with pytest.raises(Refused, match="already_used"):
        erp.trust_unlock(CONTRACT, 3)
    own.update(bloqueada="Não", motivo_bloqueio=None)
    with pytest.raises(Refused, match="not_eligible"):
        erp.trust_unlock(CONTRACT, 3)


def test_an_unlock_answered_with_a_page_may_have_been_done(server: MkServer, erp: MkErp) -> None:
    says(server, "WSMKAutoDesbloqueio", b"<html>erro</html>")
    with pytest.raises(Unreachable) as lost:
        erp.trust_unlock(CONTRACT, 3)
    assert lost.value.ambiguous


def test_days_are_sent_where_the_provider_wants_it(server: MkServer) -> None:
    connected(server, send_days="S").trust_unlock(CONTRACT, 3)
    assert server.calls[-1].query["diasexcecao"] == "3"


def test_the_published_ticket_gives_its_protocol(server: MkServer, erp: MkErp) -> None:
    says(server, "WSMKNovoAtendimento", published("open_ticket"))
    assert erp.open_ticket(CONTRACT, "Sem sinal", "...") == "202611220001"


def test_a_long_text_is_cut_so_that_it_fits_once_it_is_escaped(server: MkServer, erp: MkErp) -> None:
    erp.open_ticket(CONTRACT, "Sem conexão", "ção & não, <luz> vermelha à noite 😀 " * 30)
    info = server.tickets[0]["info"]
    assert info.startswith("Sem conexão: ção & não")
    assert info.endswith("...")
    assert len(html.escape(info).encode("ascii", "xmlcharrefreplace")) <= 300


@pytest.mark.parametrize("room", [3, 10, 300])
def test_what_fits_is_not_touched_and_what_does_not_is_never_longer(room: int) -> None:
    assert letters.fit("a" * room, room) == "a" * room
    assert len(letters.fit("a" * (room + 1), room)) <= room


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"n":"GON\xc3\\u0087ALVES"}', "GONÇALVES"),
        (b'{"n":"CONCEI\xc3\\u0087\xc3\\u0083O"}', "CONCEIÇÃO"),
        (b'{"n":"D\xe2\\u0080\\u0099AGUA"}', "D’AGUA"),
        (b'{"n":"Concei\xc3\xa7\xc3\xa3o"}', "Conceição"),
        (b'{"n":"GON\xc7ALVES"}', "GONÇALVES"),
        (b'{"n":"25\\u00b0 \xc3\xa7\\u00a0b"}', "25° ç\xa0b"),
        (b'{"n":"\xc3\xa7\\\\u0087"}', "ç\\u0087"),
    ],
)
def test_letters_in_halves_are_read_whole(body: bytes, name: str) -> None:
    assert letters.parse(body) == {"n": name}


@pytest.mark.parametrize(
    "changes", [{"valor_total": None}, {"valor_total": "abc"}, {"data_vencimento": "00/00/0000"}, {"codfatura": None}]
)
def test_an_amount_or_a_day_that_makes_no_sense_is_never_guessed(
    server: MkServer, erp: MkErp, changes: dict[str, Any]
) -> None:
    server.bills[0] |= changes
    with pytest.raises(Unreadable):
        erp.open_invoices(CONTRACT)


@pytest.mark.parametrize("said", [{"status": "OK"}, {"status": "OK", "FaturasPendentes": None}, []])
def test_nothing_pending_is_an_empty_list(server: MkServer, erp: MkErp, said: Any) -> None:
    says(server, "WSMKFaturasPendentes", said)
    assert erp.open_invoices(CONTRACT) == ()


def test_a_bill_without_a_contract_is_told_once(server: MkServer, erp: MkErp) -> None:
    server.bills[0] |= {"person": 12399, "contratos": ""}
    assert erp.open_invoices("12399.1006") == ()
    assert len(erp.open_invoices("12399.1007")) == 1


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"bloqueada": "SIM", "motivo_bloqueio": "Inadimplência"}, "blocked", "debt"),
        ({"bloqueada": "Sim", "motivo_bloqueio": "A pedido do cliente"}, "blocked", "request"),
        ({"bloqueada": "Sim", "motivo_bloqueio": None}, "blocked", "other"),
        ({"bloqueada": "Não", "esta_reduzida": "Sim"}, "blocked", "debt"),
        ({"bloqueada": "Não"}, "active", "debt"),
    ],
)
def test_the_reason_of_a_block_is_read_and_not_guessed(
    server: MkServer, erp: MkErp, changes: dict[str, Any], status: str, reason: str
) -> None:
    next(one for one in server.connections if one["contrato"] == 1002).update(changes)
    (contract,) = erp.contracts("12345")
    assert (contract.status, contract.blocked_for) == (status, reason)


def test_an_older_mk_lists_active_contracts_only(server: MkServer, erp: MkErp) -> None:
    server.old = True
    assert [(one.number, one.status) for one in erp.contracts("12399")] == [("1007", "active")]
    assert erp.contracts("12345")[0].status == "blocked"


def test_a_thousand_bills_are_read(server: MkServer, erp: MkErp) -> None:
    model = server.bills[0]
    server.bills += [{**model, "codfatura": number} for number in range(5000, 6000)]
    assert len(erp.open_invoices(CONTRACT)) == 1002


def test_bruno_is_found_by_his_document_only_when_mk_can_be_asked(server: MkServer, erp: MkErp) -> None:
    assert erp.find_by_document(BRUNO)
    says(server, "WSMKConsultaDoc", {"status": "ERRO", "Num. ERRO": "500", "Mensagem": "Falha 111.444.777-35"})
    with pytest.raises(Refused) as refused:
        erp.find_by_document(BRUNO)
    assert "111.444" not in refused.value.detail
