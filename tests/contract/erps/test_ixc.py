"""What IXC's published answers mean, and what happens when it answers oddly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from billing.erps.ixc import IxcErp
from billing.ixc import papers, people, titles
from billing.reading import Unreadable
from core.errors import Misconfigured, Refused, Unreachable
from tests import vectors
from tests.contract.erps.rigs.ixc import connected, filled
from tests.contract.erps.scene import BRUNO, ZONE
from tests.contract.erps.server import Answered, Asked
from tests.contract.erps.servers.ixc import IxcServer

CONTRACT = "2.1002"


def published(name: str) -> Any:
    operations = vectors.load("erp/ixc_operations.json")["operations"]
    return next(one["responses"][0]["body"] for one in operations if one["name"].startswith(name))


@pytest.fixture
def server() -> Iterator[IxcServer]:
    server = filled()
    yield server
    server.stop()


@pytest.fixture
def erp(server: IxcServer) -> IxcErp:
    erp = connected(server)
    assert isinstance(erp, IxcErp)
    return erp


def says(server: IxcServer, place: str, said: Any) -> None:
    """From now on the server answers this at one place."""
    real = server.answer

    def answer(asked: Asked) -> Answered:
        return Answered(said) if asked.path.endswith(f"/{place}") else real(asked)

    server.answer = answer  # type: ignore[method-assign]


def test_the_published_customer_is_read_without_what_it_leaks() -> None:
    (row,) = published("1. Buscar o ID")["registros"]
    customer = people.customer(row, "")
    assert customer is not None
    assert (customer.ref, customer.name, customer.phones) == ("2", "CLIENTE EXEMPLO", ())
    assert customer.document.number == "52998224725"
    assert "***" not in repr(customer).replace(customer.document.masked, "")


def test_the_published_title_is_an_open_invoice_of_its_single_contract() -> None:
    (row,) = published("2. Boletos em Aberto")["registros"]
    assert titles.is_open(row)
    assert titles.contract_of(row) == "2309"
    invoice = titles.invoice(row, "2.2309", ZONE)
    assert (invoice.amount_cents, invoice.due_date, invoice.status) == (2600, date(2024, 11, 21), "open")


def test_the_published_pix_without_a_code_and_answers_without_a_file_give_nothing() -> None:
    assert papers.pix(published("5. Retornar o Pix")) is None
    for name in ("6. Enviar boleto", "7. Enviar boleto"):
        assert papers.pdf(repr(published(name)).encode()) is None


def test_published_rows_whose_cells_have_no_names_are_not_guessed_at(server: IxcServer, erp: IxcErp) -> None:
    says(server, "fn_areceber", published("Radacct"))
    with pytest.raises(Unreadable):
        erp.open_invoices(CONTRACT)


def test_rows_with_named_cells_are_rows(server: IxcServer, erp: IxcErp) -> None:
    row = server.forms["cliente"]["2"]
    says(server, "cliente", {"page": "1", "total": "1", "rows": [{"id": "2", "cell": row}]})
    found = erp.find_by_document(BRUNO)
    assert found is not None
    assert found.name == "Bruno Lima"


@pytest.mark.parametrize("which", range(5))
def test_each_published_answer_to_a_trust_unlock_means_what_it_says(server: IxcServer, erp: IxcErp, which: int) -> None:
    said = vectors.load("erp/ixc_trust_unlock.json")["responses"][which]
    says(server, "desbloqueio_confianca", said)
    refused = {"106": "unknown_contract", "109": "not_eligible", "113": "already_used"}.get(said["codigo"])
    if refused is None:
        assert erp.trust_unlock(CONTRACT, 3).already == (said["codigo"] == "107")
        return
    with pytest.raises(Refused) as refusal:
        erp.trust_unlock(CONTRACT, 3)
    assert refusal.value.code == refused
    assert refusal.value.detail


def test_an_unlock_that_the_user_of_the_api_may_not_ask_for_is_ours_to_mend(server: IxcServer, erp: IxcErp) -> None:
    says(server, "desbloqueio_confianca", {"type": "error", "message": "Usuário sem permissão para este recurso"})
    with pytest.raises(Misconfigured):
        erp.trust_unlock(CONTRACT, 3)


@pytest.mark.parametrize("said", [b"<div>Ocorreu um erro ao processar</div>", {}, [], {"tipo": "talvez"}])
def test_an_unlock_that_is_answered_with_nonsense_may_have_been_done(server: IxcServer, erp: IxcErp, said: Any) -> None:
    says(server, "desbloqueio_confianca", said)
    with pytest.raises(Unreachable) as lost:
        erp.trust_unlock(CONTRACT, 3)
    assert lost.value.ambiguous


@pytest.mark.parametrize("cap", [1000, 200, 7])
@pytest.mark.parametrize("total", [None, 0, "0", "", 5, "999999"])
def test_all_pages_are_read_whatever_the_total_says(server: IxcServer, erp: IxcErp, cap: int, total: Any) -> None:
    model = server.forms["fn_areceber"].pop("145536")
    size = 1000 if cap > 7 else 50
    for number in range(200000, 200000 + size):
        server.add("fn_areceber", **{**model, "id": str(number)})
    server.page_cap, server.total = cap, total
    invoices = erp.open_invoices(CONTRACT)
    assert len({invoice.ref for invoice in invoices}) == size + 1


@pytest.mark.parametrize(
    "changes",
    [
        {"valor_aberto": "muito"},
        {"valor_aberto": "10.005"},
        {"data_vencimento": "0000-00-00"},
        {"data_vencimento": "31/02/2026"},
        {"data_vencimento": None},
        {"status": "Z"},
    ],
)
def test_an_amount_or_a_day_that_makes_no_sense_is_never_guessed(
    server: IxcServer, erp: IxcErp, changes: dict[str, Any]
) -> None:
    server.forms["fn_areceber"]["145535"] |= changes
    with pytest.raises(Unreadable):
        erp.open_invoices(CONTRACT)


@pytest.mark.parametrize(
    ("changes", "amount", "paid", "hold"),
    [
        ({"status": "P", "valor_aberto": "69,90", "valor_recebido": "50.00"}, 6990, 5000, ""),
        ({"valor_aberto": "", "valor": "119.9", "valor_recebido": ""}, 11990, 0, ""),
        ({"valor_aberto": 119.9, "aguardando_confirmacao_pagamento": "S"}, 11990, 0, "settling"),
    ],
)
def test_what_is_paid_in_part_or_waits_is_told(
    server: IxcServer, erp: IxcErp, changes: dict[str, Any], amount: int, paid: int, hold: str
) -> None:
    server.forms["fn_areceber"]["145535"] |= changes
    first = erp.open_invoices(CONTRACT)[0]
    assert (first.amount_cents, first.paid_cents, first.hold) == (amount, paid, hold)


@pytest.mark.parametrize("changes", [{"valor_aberto": "0"}, {"liberado": "N"}, {"status": "C"}])
def test_what_is_not_to_be_paid_is_neither_listed_nor_copied(
    server: IxcServer, erp: IxcErp, changes: dict[str, Any]
) -> None:
    server.forms["fn_areceber"]["145535"] |= changes
    assert "145535" not in {invoice.ref for invoice in erp.open_invoices(CONTRACT)}
    with pytest.raises(Refused, match="invoice_not_open"):
        erp.second_copy("145535")


def test_a_title_without_a_contract_is_told_once(server: IxcServer, erp: IxcErp) -> None:
    loose = {"id": "7", "id_cliente": "13", "id_contrato": "0", "id_contrato_avulso": ""}
    server.add("fn_areceber", **{**server.forms["fn_areceber"]["145535"], **loose})
    assert erp.open_invoices("13.1006") == ()
    assert [invoice.ref for invoice in erp.open_invoices("13.1007")] == ["7"]
    assert erp.second_copy("7").invoice.contract_ref == "13.1007"


def test_a_copy_without_pix_or_line_leaves_them_out_and_one_without_anything_is_refused(
    server: IxcServer, erp: IxcErp
) -> None:
    server.pix.clear()
    server.forms["fn_areceber"]["145535"] |= {"line_when_printed": None, "gateway_link": None}
    copy = erp.second_copy("145535")
    assert (copy.line, copy.pix, copy.link) == (None, None, None)
    assert copy.pdf
    says(server, "get_boleto", {"type": "error", "message": "Boleto não encontrado"})
    with pytest.raises(Refused, match="no_document"):
        erp.second_copy("145535")


@pytest.mark.parametrize("line", ["0", "0" * 47, "Boleto 145535 sem registro"])
def test_a_line_that_nobody_can_pay_is_left_out(server: IxcServer, erp: IxcErp, line: str) -> None:
    server.forms["fn_areceber"]["145535"] |= {"line_when_printed": line}
    assert erp.second_copy("145535").line is None


def test_a_phone_among_others_in_one_field_is_found(server: IxcServer, erp: IxcErp) -> None:
    server.forms["cliente"]["2"] |= {"fone": "(12) 3333-0001 / (12) 98765-0007 (esposa)"}
    assert [one.name for one in erp.find_by_phone("+5512987650007")] == ["Bruno Lima"]


@pytest.mark.parametrize(
    ("status", "access", "expected", "reason"),
    [
        ("A", "FA", "blocked", "debt"),
        ("A", "CM", "blocked", "other"),
        ("A", "AA", "pending", "other"),
        ("A", "??", "blocked", "other"),
        ("P", "A", "pending", "other"),
        ("N", "CA", "cancelled", "other"),
    ],
)
def test_each_state_of_access_is_ours(
    server: IxcServer, erp: IxcErp, status: str, access: str, expected: str, reason: str
) -> None:
    server.forms["cliente_contrato"]["1002"] |= {"status": status, "status_internet": access}
    (contract,) = erp.contracts("2")
    assert (contract.status, contract.blocked_for, contract.pppoe_login) == (expected, reason, "login1002")
    assert contract.monthly_fee_cents == 11990


def test_who_is_late_can_be_called_active(server: IxcServer) -> None:
    server.forms["cliente_contrato"]["1002"]["status_internet"] = "FA"
    assert connected(server, late_is_blocked="N").contracts("2")[0].status == "active"


def test_online_is_told_with_the_reason_of_the_last_end(server: IxcServer, erp: IxcErp) -> None:
    server.forms["radusuarios"]["1002"] |= {"motivo_desconexao": "NAS-Reboot"}
    assert (erp.connection(CONTRACT).online, erp.connection(CONTRACT).reason) == (False, "NAS-Reboot")
    server.forms["radusuarios"]["1002"]["online"] = "SS"
    assert erp.connection(CONTRACT).online
    assert erp.connection("2.99").online is None


def test_letters_come_whole_and_an_error_with_200_is_no_empty_list(server: IxcServer, erp: IxcErp) -> None:
    server.forms["cliente"]["2"]["razao"] = "JOÃO D’ÁVILA 😀"
    found = erp.find_by_document(BRUNO)
    assert found is not None
    assert found.name == "JOÃO D’ÁVILA 😀"
    says(server, "cliente", {"type": "error", "message": "Cliente 111.444.777-35 com defeito"})
    with pytest.raises(Refused) as refused:
        erp.find_by_document(BRUNO)
    assert "111.444" not in refused.value.detail
    says(server, "cliente", {"type": "error", "message": "Token sem permissão"})
    with pytest.raises(Misconfigured):
        erp.find_by_document(BRUNO)


def test_plans_and_protocols_are_read_as_they_come(server: IxcServer, erp: IxcErp) -> None:
    assert [(plan.name, plan.price_cents) for plan in erp.plans()] == [("Fibra 600 Mega", 11990)]
    says(server, "gerar_protocolo_atendimento", {"type": "success", "protocolo": "202607581197"})
    assert erp.open_ticket(CONTRACT, "Sem sinal", "...") == "202607581197"
    assert "ticket" not in connected(server, ticket_subject="").capabilities()


@pytest.mark.parametrize("url", ["", "ixc.example.com", "ftp://ixc", "https://user:pass@ixc"])
def test_an_address_that_is_none_is_ours_to_mend(server: IxcServer, url: str) -> None:
    with pytest.raises((Misconfigured, ValueError)):
        connected(server, url=url)
