"""What the adapter for MikWeb makes of published and of odd answers."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.erps.mikweb import ERP, MikWebErp
from billing.mikweb import billings, called, people
from billing.mikweb.api import plain
from billing.reading import Unreadable
from core.errors import Failure, Misconfigured, Refused, Unreachable
from tests.contract.erps.rigs.mikweb import connecting, filled
from tests.contract.erps.scene import BRUNO, FABIO, STRANGER, ZONE
from tests.contract.erps.server import Answered, Asked
from tests.contract.erps.servers.mikweb import Billing, MikWebServer
from tests.vectors import load

BRUNOS = "1993147.40002"
FABIOS_CANCELLED, FABIOS_ACTIVE = "1993148.40003", "1993148.40001"


@pytest.fixture
def server() -> Iterator[MikWebServer]:
    made = filled(MikWebServer())
    yield made
    made.stop()


def an_erp(server: MikWebServer) -> MikWebErp:
    made = ERP.connect(connecting(server))
    assert isinstance(made, MikWebErp)
    return made


def published() -> dict[str, Any]:
    return {operation["op"]: operation for operation in load("erp/mikweb_operations.json")["operations"]}


def answering(server: MikWebServer, part: str, answered: Answered) -> None:
    """From now on everything whose path has `part` in it is answered so."""
    real = server.answer

    def answer(asked: Asked) -> Answered:
        return answered if part in asked.path else real(asked)

    server.answer = answer  # type: ignore[method-assign]


def a_billing(**changes: Any) -> dict[str, Any]:
    values = {"id": 9, "customer_id": 1993147, "value": 99.9, "situation_name": "Aberto", "due_day": "2026-11-10"}
    return values | changes


def test_the_published_customer_is_found_and_is_one_contract(server: MikWebServer) -> None:
    answer = published()["find_customer"]["response"]
    answering(server, "/customers", Answered(answer))
    found = an_erp(server).find_by_document(STRANGER)
    assert found is not None
    assert (found.ref, found.name, found.phones) == ("1993147", "CLIENTE EXEMPLO", ("+5537999990001",))
    only = people.the_only_contract(answer["customers"][0])
    assert (only.ref, only.number, only.plan) == ("1993147.0", "1993147", "300MB")
    assert (only.monthly_fee_cents, only.status, only.due_day) == (9990, "active", 10)
    assert only.pppoe_login == "cliente.exemplo"


def test_the_published_invoice_is_read() -> None:
    (row,) = published()["list_invoices"]["response"]["billings"]
    invoice = billings.invoice(row, "1993147.0", ZONE)
    assert (invoice.ref, invoice.amount_cents, invoice.due_date) == ("1993147.0.1", 9990, date(2026, 11, 10))
    assert (invoice.status, invoice.description) == ("open", "11/2026")


def test_the_published_empty_invoice_is_no_invoice(server: MikWebServer) -> None:
    answering(server, "/billings/1", Answered(published()["invoice"]["response"]))
    with pytest.raises(Refused, match="unknown_invoice"):
        an_erp(server).second_copy("1993147.0.1")


def test_the_published_error_is_no_success_as_200_either(server: MikWebServer) -> None:
    answering(server, "/billings", Answered(published()["error"]["response"], 200))
    with pytest.raises(Refused) as refusal:
        an_erp(server).open_invoices(BRUNOS)
    assert (refusal.value.code, refusal.value.detail) == ("erp_refused", "y")


@pytest.mark.parametrize(("code", "kind"), [(401, Misconfigured), (403, Misconfigured), (429, Unreachable)])
def test_an_error_in_a_200_is_told_by_its_code(server: MikWebServer, code: int, kind: type[Failure]) -> None:
    answering(server, "/billings", Answered({"error": "x", "message": "y", "statusCode": code}, 200))
    with pytest.raises(kind):
        an_erp(server).open_invoices(BRUNOS)


def test_nothing_found_in_a_200_is_nothing(server: MikWebServer) -> None:
    answering(server, "/customers/", Answered({"error": "x", "message": "y", "statusCode": 404}, 200))
    assert an_erp(server).contracts("1993147") == ()


@pytest.mark.parametrize(
    ("name", "status", "hold"),
    [
        ("Em aberto", "open", ""),
        ("VENCIDO", "open", ""),
        ("Em Observação", "open", "negotiation"),
        ("Pago", "paid", ""),
        ("Cancelado", "cancelled", ""),
    ],
)
def test_a_situation_is_told_by_its_name_and_never_by_its_number(name: str, status: str, hold: str) -> None:
    for number in (1, 2, 3):
        invoice = billings.invoice(a_billing(situation_name=name, situation_id=number), BRUNOS, ZONE)
        assert (invoice.status, invoice.hold) == (status, hold)


@pytest.mark.parametrize(
    "money",
    [
        {"value_paid": "99,90"},
        {"value_paid": 105.0},
        {"date_payment": "2026-11-12"},
        {"date_payment": "2026-11-12", "value_paid": Decimal("99.90"), "situation_name": "Baixa automática"},
    ],
)
def test_money_that_came_in_counts_before_the_situation(money: dict[str, Any]) -> None:
    assert billings.invoice(a_billing(**money), BRUNOS, ZONE).status == "paid"


def test_a_part_that_came_in_is_taken_off() -> None:
    invoice = billings.invoice(a_billing(value_paid="40.00", date_payment="2026-11-12"), BRUNOS, ZONE)
    assert (invoice.status, invoice.amount_cents, invoice.paid_cents) == ("open", 5990, 4000)
    assert invoice.paid_at is None


@pytest.mark.parametrize(
    "changes",
    [
        {"value": None},
        {"value": "a combinar"},
        {"value": Decimal("10.005")},
        {"value_paid": "?"},
        {"due_day": None},
        {"due_day": 10},
        {"due_day": "10/13/2026"},
        {"situation_name": "Protestado"},
        {"situation_name": None},
        {"id": "abc"},
    ],
)
def test_a_billing_whose_money_day_or_state_makes_no_sense_is_unreadable(changes: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        billings.invoice(a_billing(**changes), BRUNOS, ZONE)


@pytest.mark.parametrize("code", ["00020126580014br.gov.bcb.pix0136ção 6304ABCD", "000201 6304"])
def test_a_pix_in_base64_comes_out_byte_for_byte(code: str) -> None:
    wrapped = base64.b64encode(code.encode()).decode()
    assert plain(wrapped) == code
    assert plain(f"{wrapped[:20]}\n{wrapped[20:]}") == code
    assert plain(code) == code


@pytest.mark.parametrize("value", [None, "", "  ", "no base64!", "////", 7])
def test_a_pix_that_is_none_is_left_out(value: Any) -> None:
    assert plain(value) is None


def test_a_copy_without_line_and_pix_is_made_of_what_there_is(server: MikWebServer) -> None:
    row = a_billing(id=880001, digitable_line=None, pix_copy_paste_base64="", integration_link="")
    answering(server, "/billings/880001", Answered({"billing": row}))
    with pytest.raises(Refused, match="no document"):
        an_erp(server).second_copy(f"{BRUNOS}.880001")
    answering(server, "/billings/880001", Answered({"billing": row | {"integration_link": "https://pague.example"}}))
    copy = an_erp(server).second_copy(f"{BRUNOS}.880001")
    assert (copy.pdf, copy.line, copy.pix, copy.link) == (None, None, None, "https://pague.example")


def test_an_invoice_of_another_customer_is_unknown(server: MikWebServer) -> None:
    with pytest.raises(Refused, match="unknown_invoice"):
        an_erp(server).second_copy(f"{FABIOS_ACTIVE}.880001")


def test_a_billing_that_names_no_contract_belongs_to_the_first_living_one(server: MikWebServer) -> None:
    server.billings[77] = Billing(77, 1993148, 99.9, date(2026, 12, 1), 9990)
    erp = an_erp(server)
    assert [one.number for one in erp.open_invoices(FABIOS_ACTIVE)] == ["77"]
    assert erp.open_invoices(FABIOS_CANCELLED) == ()


def test_a_billing_that_names_its_contract_belongs_to_it(server: MikWebServer) -> None:
    row = a_billing(customer_id=1993148, customer_contract_id=40003)
    answering(server, "/billings", Answered({"billings": [row]}))
    erp = an_erp(server)
    assert [one.number for one in erp.open_invoices(FABIOS_CANCELLED)] == ["9"]
    assert erp.open_invoices(FABIOS_ACTIVE) == ()


def test_invoices_of_others_are_not_believed_to_be_the_customers(server: MikWebServer) -> None:
    answering(server, "/billings", Answered({"billings": [a_billing(), a_billing(id=10, customer_id=5)]}))
    assert [one.number for one in an_erp(server).open_invoices(BRUNOS)] == ["9"]


def test_a_customer_without_contracts_is_one(server: MikWebServer) -> None:
    server.contracts = {number: one for number, one in server.contracts.items() if one.customer != 1993147}
    erp = an_erp(server)
    (contract,) = erp.contracts("1993147")
    assert contract.ref == "1993147.0"
    assert len(erp.open_invoices(contract.ref)) == 2


def test_a_search_that_finds_others_is_compared(server: MikWebServer) -> None:
    row = {"id": 3, "full_name": "Outra Pessoa", "cpf_cnpj": FABIO.formatted, "status": "Ativo"}
    answering(server, "/customers", Answered({"customers": [row, {"id": 4, "cpf_cnpj": "", "status": "Ativo"}]}))
    erp = an_erp(server)
    assert erp.find_by_document(BRUNO) is None
    assert erp.find_by_phone("+5512981110002") == ()


@pytest.mark.parametrize(
    ("changes", "status", "blocked_for"),
    [
        ({}, "active", "debt"),
        ({"msg_payment_mk": "L"}, "active", "debt"),
        ({"msg_payment_mk": "B"}, "blocked", "debt"),
        ({"financial_status": "Bloqueado"}, "blocked", "debt"),
        ({"access_status": "cm"}, "blocked", "other"),
        ({"status": "Bloqueado"}, "blocked", "debt"),
        ({"status": "Suspenso"}, "blocked", "request"),
        ({"status": "Cancelado", "msg_payment_mk": "B"}, "cancelled", "debt"),
        ({"status": "Pendente"}, "pending", "debt"),
    ],
)
def test_a_status_is_told_by_several_fields(changes: dict[str, str], status: str, blocked_for: str) -> None:
    contract = people.the_only_contract({"id": 1, "status": "Ativo", **changes})
    assert (contract.status, contract.blocked_for) == (status, blocked_for)


def test_an_unknown_status_is_not_guessed() -> None:
    with pytest.raises(Unreadable, match="status"):
        people.the_only_contract({"id": 1, "status": "Em análise"})


@pytest.mark.parametrize("told", [{"called": {"id": 5}}, {"id": 5}, {"calledy": {"id": "5"}, "message": "ok"}])
def test_the_number_of_a_ticket_is_found_in_every_shape(told: dict[str, Any]) -> None:
    assert called.number(told) == "5"


def test_a_ticket_without_a_number_may_be_open(server: MikWebServer) -> None:
    answering(server, "/calledies", Answered({"message": "Chamado criado"}, 201))
    with pytest.raises(Unreadable) as lost:
        an_erp(server).open_ticket(BRUNOS, "Sem sinal", "luz vermelha")
    assert lost.value.ambiguous


@pytest.mark.parametrize(("status", "means"), [(0, "open"), ("2", "in_progress"), (4, "done"), ("Finalizado", "done")])
def test_the_state_of_a_ticket_is_read(status: Any, means: str) -> None:
    assert called.state({"id": 5, "status": status, "subject": "Ação"}, "5").status == means


def test_a_thousand_invoices_come_in_pages_and_each_once(server: MikWebServer) -> None:
    server.most_per_page = 100
    for ident in range(1, 1001):
        server.billings[ident] = Billing(ident, 1993147, "119.90", date(2026, 11, 1 + ident % 28), 11990)
    invoices = an_erp(server).open_invoices(BRUNOS)
    assert len({one.ref for one in invoices}) == len(invoices) == 1002


def test_a_list_whose_pages_are_all_the_same_ends(server: MikWebServer) -> None:
    meta = {"pages": {"current_page": 1, "next_page": 2, "total_pages": 9}}
    answering(server, "/billings", Answered({"billings": [a_billing()], "meta": meta}))
    assert len(an_erp(server).open_invoices(BRUNOS)) == 1


def test_a_list_under_another_name_is_unreadable_and_not_empty(server: MikWebServer) -> None:
    answering(server, "/billings", Answered({"data": []}))
    with pytest.raises(Unreadable):
        an_erp(server).open_invoices(BRUNOS)


def test_an_address_that_is_none_is_ours_to_mend(server: MikWebServer) -> None:
    with pytest.raises(Misconfigured):
        ERP.connect(connecting(server, url="mikweb"))
