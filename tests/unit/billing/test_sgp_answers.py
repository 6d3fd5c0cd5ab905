"""SGP's example answers, and the odd ones it also gives."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests

from billing.caller import Caller
from billing.erp_kind import Connecting, erp_kinds
from billing.erps.sgp import SgpErp
from billing.ports import Erp
from billing.reading import Unreadable
from billing.records import Unlocked
from billing.sgp import answers
from billing.sgp.link import SgpAuth, SgpLink, entries
from core.errors import Misconfigured, Refused, Unreachable
from core.field import fill_in
from tests.contract.erps.rigs.sgp import over_http
from tests.contract.erps.scene import BRUNO, ZONE, Rig
from tests.contract.erps.server import Answered, Asked
from tests.contract.erps.servers.sgp import SgpServer, digits
from tests.unit.billing.answering import answering
from tests.vectors import load

NOW = datetime(2026, 9, 12, 18, tzinfo=UTC)
CONTRACT = {"contratoId": 17402, "clienteId": 1, "cpfCnpj": "529.982.247-25", "contratoStatus": 4}
BLOCKED = {"msg": "Contrato(s) Localizado(s)", "contratos": [CONTRACT]}


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> Rig:
    return over_http(request)


def server_of(rig: Rig) -> SgpServer:
    assert isinstance(rig.server, SgpServer)
    return rig.server


def example(op: str) -> Any:
    operations = load("erp/sgp_operations.json")["operations"]
    return next(one for one in operations if one["op"] == op)["response"]


def saying(**by_path: Any) -> Erp:
    """An SGP whose paths, by their last word, say what is given."""
    session = answering(lambda path: by_path[path.rstrip("/").split("/")[-1]])
    auth = SgpAuth("t", "a")
    link = SgpLink(Caller(session, "https://sgp.test", auth), auth, "POST")
    fields = {"url": "https://sgp.test", "ticket_type": "5", "service_order": "não"}
    return SgpErp(link, Caller(session, "https://sgp.test"), fields, ZONE, lambda: NOW)


def test_a_customer_and_its_contract_are_read_from_the_example() -> None:
    rows = entries(example("find_customer_by_cpf"), "contratos")
    customer = answers.customer(rows)
    assert customer is not None
    assert (customer.ref, customer.document.number, customer.phones) == ("16957", "52998224725", ("+5598999990001",))
    contract = answers.contract(rows[0])
    assert (contract.ref, contract.status, contract.plan) == ("17402", "active", "FIBRA 600")
    assert contract.address == "RUA EXEMPLO, 523, CENTRO, CIDADE"
    assert "***" not in repr(contract)


def test_nothing_found_is_nobody() -> None:
    assert entries(example("find_customer_not_found"), "contratos") == ()
    assert entries(example("second_copy_none"), "links") == ()


def test_a_customer_is_found_by_phone_as_in_the_example() -> None:
    erp = saying(clientes=example("find_customer_by_phone"), consultacliente=example("find_customer_by_cpf"))
    assert [customer.ref for customer in erp.find_by_phone("+5598999990001")] == ["16957"]
    assert erp.find_by_phone("+5598999990002") == ()


def test_an_invoice_is_read_from_the_example_with_what_it_costs_today() -> None:
    invoice = answers.invoice(entries(example("list_invoices"), "titulos", "faturas")[0], "17402", ZONE)
    assert (invoice.ref, invoice.number, invoice.amount_cents) == ("17402.999", "123", 9210)
    assert (invoice.due_date, invoice.original_due_date) == (date(2026, 9, 25), date(2026, 9, 20))
    assert invoice.overdue_days(date(2026, 9, 23)) == 3


def test_a_second_copy_asks_for_what_sgp_reissued() -> None:
    erp = saying(titulos=example("list_invoices"), fatura2via=example("second_copy"))
    copy = erp.second_copy("17402.999")
    assert (copy.invoice.amount_cents, copy.invoice.fine_cents, copy.invoice.interest_cents) == (10235, 200, 35)
    assert (copy.invoice.due_date, copy.invoice.original_due_date) == (date(2026, 9, 28), date(2026, 9, 15))
    # The example's line has twelve digits: nobody can pay that.
    assert (copy.line, copy.pix, copy.link) == (None, "000201...", "https://HOST/boleto/999.pdf")


def test_a_pix_that_was_not_made_yet_is_asked_for_and_comes_as_it_is() -> None:
    bare = {"id": 999, "valor": 89.9, "vencimento": "2026-09-20", "gerapix": "True"}
    erp = saying(
        titulos={"titulos": [bare]}, fatura2via=example("second_copy_none"), **{"999": example("generate_pix")}
    )
    assert erp.second_copy("17402.999").pix == "000201..."
    direct_debit = {**bare, "gerapix": False, "linhadigitavel": None}
    erp = saying(titulos={"titulos": [direct_debit]}, fatura2via=example("second_copy_none"))
    with pytest.raises(Refused, match="nothing_to_pay_with"):
        erp.second_copy("17402.999")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("trust_unlock_ok", Unlocked(datetime(2026, 9, 16, 2, 59, 59, tzinfo=UTC), "260912153100")),
        ("trust_unlock_stringly_typed", Unlocked(datetime(2026, 9, 16, 2, 59, 59, tzinfo=UTC), "9999")),
    ],
)
def test_a_promise_is_kept_until_the_end_of_the_day_that_sgp_names(said: str, expected: Unlocked) -> None:
    assert saying(consultacliente=BLOCKED, liberacaopromessa=example(said)).trust_unlock("17402", 9) == expected


def test_a_promise_is_refused_in_sgps_words() -> None:
    erp = saying(consultacliente=BLOCKED, liberacaopromessa=example("trust_unlock_refused"))
    with pytest.raises(Refused) as refused:
        erp.trust_unlock("17402", 3)
    assert refused.value.code == "already_used"
    assert refused.value.detail.startswith("O recurso de promessa")


def test_a_refusal_names_no_login_and_no_document() -> None:
    told = {"status": 2, "liberado": "False", "msg": "Login: bruno.lima de 111.444.777-35 em contrato encerrado\nmais"}
    with pytest.raises(Refused) as refused:
        saying(consultacliente=BLOCKED, liberacaopromessa=told).trust_unlock("17402", 3)
    assert refused.value.code == "not_eligible"
    assert not [word for word in ("bruno", "111.444", "mais") if word in refused.value.detail]


@pytest.mark.parametrize("said", [{}, {"liberado": "talvez"}, ["?"], None])
def test_an_unlock_that_answers_nonsense_may_have_been_done(said: Any) -> None:
    with pytest.raises(Unreachable) as unclear:
        saying(consultacliente=BLOCKED, liberacaopromessa=said).trust_unlock("17402", 3)
    assert unclear.value.ambiguous


def test_online_and_offline_are_told_apart() -> None:
    assert saying(verificaacesso=example("connection_online")).connection("17402").online is True
    offline = saying(verificaacesso=example("connection_offline")).connection("17405")
    assert (offline.online, offline.login) == (False, "cliente.exemplo2")
    assert saying(verificaacesso={"status": 0, "msg": "Nada encontrado"}).connection("1").online is None


@pytest.mark.parametrize(
    ("code", "status"),
    [(1, "active"), ("2", "cancelled"), (3, "cancelled"), ("4", "blocked"), (5, "cancelled"), (6, "pending")],
)
def test_a_status_is_read_as_number_and_as_text(code: Any, status: str) -> None:
    assert answers.contract({**CONTRACT, "contratoStatus": code}).status == status


def test_a_slowed_contract_is_released_like_a_blocked_one_and_a_suspended_wish_is_no_debt() -> None:
    slowed = answers.contract({**CONTRACT, "contratoStatus": "7"})
    assert (slowed.status, slowed.blocked_for) == ("blocked", "debt")
    wished = answers.contract({**CONTRACT, "motivo_status": "A pedido do cliente"})
    assert (wished.status, wished.blocked_for) == ("blocked", "request")
    unknown = answers.contract({**CONTRACT, "contratoStatus": 99})
    assert (unknown.status, unknown.blocked_for) == ("blocked", "other")


@pytest.mark.parametrize(
    "broken", [{"valor": None}, {"valor": "10.005"}, {"vencimento": "amanhã"}, {"vencimento": None}]
)
def test_money_and_days_that_make_no_sense_are_unreadable(broken: dict[str, Any]) -> None:
    row = {"id": 1, "valor": "1.234,50", "vencimento": "20/09/2026"}
    assert answers.invoice(row, "1", ZONE).amount_cents == 123450
    with pytest.raises(Unreadable):
        answers.invoice({**row, **broken}, "1", ZONE)


def test_an_answer_without_its_list_says_nothing_about_debts() -> None:
    with pytest.raises(Unreadable):
        saying(titulos={"status": 1}).open_invoices("17402")
    assert saying(titulos={"msg": "Nenhum título encontrado"}).open_invoices("17402") == ()
    assert saying(titulos={"titulos": None}).open_invoices("17402") == ()
    assert saying(titulos=[]).open_invoices("17402") == ()
    foreign = {"id": 5, "contrato": 99, "valor": 1, "vencimento": "2026-01-01"}
    free = {"id": 6, "contrato": 17402, "valor": "0.00", "vencimento": "2026-01-01"}
    assert saying(titulos={"titulos": [foreign, free]}).open_invoices("17402") == ()


def test_a_refused_token_is_ours_to_mend_although_it_comes_with_200() -> None:
    with pytest.raises(Misconfigured):
        saying(titulos={"status": 0, "msg": "Token inválido"}).open_invoices("17402")


def test_a_ticket_without_a_protocol_may_have_been_opened() -> None:
    assert saying(consultacliente=BLOCKED, chamado=[{"protocolo": 2611}]).open_ticket("17402", "a", "b") == "2611"
    with pytest.raises(Unreachable) as unclear:
        saying(consultacliente=BLOCKED, chamado={"status": 1}).open_ticket("17402", "a", "b")
    assert unclear.value.ambiguous
    with pytest.raises(Refused, match="erp_refused"):
        saying(consultacliente=BLOCKED, chamado={"status": 0, "msg": "Tipo inválido"}).open_ticket("17402", "a", "b")


def test_an_outage_is_told_only_where_the_contract_hangs() -> None:
    here = {**BLOCKED, "contratos": [{**CONTRACT, "popId": "1"}]}
    elsewhere = {"descricao": "b", "ativa": 1, "olts": [{"id": 4}]}
    everywhere = {"descricao": "São José inteira", "pops": []}
    erp = saying(consultacliente=here, list={"manutencoes": [elsewhere, everywhere, everywhere]})
    assert erp.outage_notice("17402") == "São José inteira"


def test_a_thousand_invoices_come_in_pages(rig: Rig) -> None:
    server = server_of(rig)
    for number in range(1000):
        server.add_title(5000 + number, 1002, date(2027, 1, 1 + number % 28), 100 + number)
    server.calls.clear()
    assert len(rig.erp.open_invoices("1002")) == 1002
    assert len(server.calls) == 5


def test_every_form_carries_the_flag_that_keeps_service_orders_away(rig: Rig) -> None:
    server = server_of(rig)
    customer = rig.erp.find_by_document(BRUNO)
    assert customer is not None
    contract = rig.erp.contracts(customer.ref)[0].ref
    copy = rig.erp.second_copy(rig.erp.open_invoices(contract)[0].ref)
    rig.erp.trust_unlock(contract, 30)
    asked = [one for one in server.calls if one.path.startswith("/api")]
    assert {one.form["nao_gerar_os"] for one in asked} == {"1"}
    assert not [one for one in asked if "data_promessa" in one.form]
    assert not server.occurrences
    assert copy.pdf is not None
    assert "token" not in "".join(one.body.decode() for one in server.calls if not one.path.startswith("/api"))


def test_a_second_copy_of_a_moved_title_carries_the_new_day_in_its_line(rig: Rig) -> None:
    server = server_of(rig)
    server.titles[901] |= {"fine": 250, "moved": date(2026, 11, 25)}
    copy = rig.erp.second_copy("1002.901")
    assert (copy.invoice.amount_cents, copy.invoice.fine_cents) == (12240, 250)
    assert (copy.invoice.due_date, copy.invoice.original_due_date) == (date(2026, 11, 25), date(2026, 11, 2))


def test_a_pdf_that_does_not_come_leaves_the_rest(rig: Rig) -> None:
    server = server_of(rig)
    real = server.answer

    def without_papers(asked: Asked) -> Answered:
        return Answered(b"<html>", 404, "text/html") if "/boleto/" in asked.path else real(asked)

    server.answer = without_papers  # type: ignore[method-assign]
    copy = rig.erp.second_copy("1002.901")
    assert copy.pdf is None
    assert None not in (copy.line, copy.pix)
    assert copy.link is not None
    assert digits(copy.link).endswith("901")


def test_fields_that_make_no_sense_are_refused() -> None:
    kind = erp_kinds()["sgp"]
    given = fill_in(kind.fields, {"url": "https://sgp.test", "app": "a", "token": "t"})
    for wrong in ({"url": "sgp.test"}, {"list_method": "PATCH"}):
        with pytest.raises(Misconfigured):
            kind.connect(Connecting({**given, **wrong}, requests.Session(), ZONE))
