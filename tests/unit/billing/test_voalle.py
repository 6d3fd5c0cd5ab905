"""What the adapter for Voalle makes of published and of odd answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.erp_kind import Connecting
from billing.erps.voalle import ERP, VoalleErp
from billing.reading import Unreadable
from billing.voalle import people, tickets
from billing.voalle.titles import title
from core.document import Document
from core.errors import Misconfigured, Refused, Unreachable
from core.field import fill_in
from core.http import make_session
from tests.contract.erps.rigs.voalle import connecting, filled
from tests.contract.erps.scene import BRUNO, FABIO, STRANGER, ZONE
from tests.contract.erps.server import Answered, Asked
from tests.contract.erps.servers.voalle import Contract, Title, VoalleServer, refused, told
from tests.vectors import load


@pytest.fixture
def server() -> Iterator[VoalleServer]:
    made = filled(VoalleServer())
    yield made
    made.stop()


def an_erp(server: VoalleServer, **changes: str) -> VoalleErp:
    made = ERP.connect(connecting(server, **changes))
    assert isinstance(made, VoalleErp)
    made.find_by_document(BRUNO)
    return made


def published() -> dict[str, Any]:
    return {operation["op"]: operation for operation in load("erp/voalle_operations.json")["operations"]}


def answering(server: VoalleServer, part: str, answered: Answered) -> None:
    """From now on everything whose path has `part` in it is answered so."""
    real = server.answer

    def answer(asked: Asked) -> Answered:
        return answered if part in asked.path else real(asked)

    server.answer = answer  # type: ignore[method-assign]


def a_row(**billet: Any) -> dict[str, Any]:
    amount = {"value": 99.9, "finalValue": Decimal("104.31"), "fine": 2, "interest": "2.41"}
    return {"id": 7, "billet": {"title": "FAT7", "expirationDate": "2026-11-10", "amount": amount, **billet}}


def test_the_published_open_title_is_read_with_its_final_value() -> None:
    found = title(published()["open_invoices"]["response"]["response"][0], among_open=True)
    assert (found.ident, found.number, found.due) == ("123456", "FAT000000000000000", date(2018, 8, 20))
    assert (found.amount_cents, found.status) == (0, "open")
    assert found.pix == "0123456br.gov.bcb.pix2563..."
    assert found.line is None, "zeros are no line to pay with"


def test_the_published_billets_of_a_contract_are_read(server: VoalleServer) -> None:
    answering(server, "getcontractbillets", Answered(published()["open_invoices_by_contract"]["response"]))
    server.titles[123123] = Title(123123, "FAT123456789", 502, date(2021, 5, 30), 9990)
    (invoice,) = an_erp(server).open_invoices("70001.502")
    assert (invoice.ref, invoice.amount_cents) == ("70001.502.123123", 9990)
    assert (invoice.number, invoice.due_date) == ("FAT123456789", date(2021, 5, 30))


def test_the_published_contract_without_a_status_is_not_guessed() -> None:
    (row,) = published()["contracts"]["response"]["response"]["data"]
    with pytest.raises(Unreadable, match="v_status"):
        people.contract(row, "70001")
    assert people.contract({**row, "v_status": 6}, "70001").ref == "70001.123"


@pytest.mark.parametrize(
    ("code", "status", "blocked_for"),
    [
        ("1", "active", None),
        ("2", "active", None),
        ("3", "active", None),
        ("4", "cancelled", None),
        ("5", "blocked", "request"),
        ("6", "blocked", "debt"),
        ("7", "blocked", "other"),
        ("9", "cancelled", None),
    ],
)
def test_every_published_status_of_a_contract_is_known(code: str, status: str, blocked_for: str | None) -> None:
    facts = load("erp/voalle_operations.json")["contract_status_v_status"]
    for written in (code, int(code), facts[code], {"id": int(code), "name": facts[code]}):
        contract = people.contract({"contractNumber": 1, "v_status": written}, "7")
        assert contract.status == status
        assert blocked_for in (None, contract.blocked_for)


def test_the_published_link_access_point_and_solicitation_are_read(server: VoalleServer) -> None:
    answering(server, "GetBilletLink", Answered(published()["boleto_link"]["response"]))
    answering(server, "getaccesspointstatusbyclient", Answered(published()["connection_status"]["response"]))
    erp = an_erp(server)
    links = [erp.second_copy(one.ref).link for one in erp.open_invoices("70001.502")]
    assert "https://HOST/financial_receivable_titles/check_bank/abc?validationCode=x" in links
    assert erp.outage_notice("70001.502") is None
    assert tickets.protocol(published()["open_ticket"]["response"]["response"]) == "202611220001"


def test_a_contract_that_is_not_approved_yet_is_pending() -> None:
    row = {"contractNumber": "CTR-9", "status": 1, "stage": 2}
    assert people.contract(row, "7").status == "pending"
    assert people.contract({**row, "stage": 5}, "7").status == "cancelled"


def test_a_title_with_fine_and_interest_is_charged_by_its_final_value() -> None:
    found = title(a_row(typefulLine=None, pixQRCode=None), among_open=True)
    assert (found.amount_cents, found.fine_cents, found.interest_cents) == (10431, 200, 241)
    assert (found.line, found.pix) == (None, None)


@pytest.mark.parametrize(
    "billet",
    [
        {"amount": {"value": 99.9}},
        {"amount": {"finalValue": "muito"}},
        {"amount": {"finalValue": Decimal("10.005")}},
        {"amount": None},
        {"expirationDate": None},
        {"expirationDate": "2026-13-40"},
        {"receipts": {"ammount": 50}},
    ],
)
def test_a_title_whose_money_or_day_makes_no_sense_is_unreadable(billet: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        title(a_row(**billet), among_open=True)


def test_a_title_with_an_unknown_status_is_neither_open_nor_paid() -> None:
    with pytest.raises(Unreadable, match="status"):
        title(a_row(status="Em análise"), among_open=False)


def test_the_token_is_fetched_once_and_again_when_it_is_refused(server: VoalleServer) -> None:
    erp = an_erp(server)
    erp.contracts("70001")
    assert server.issued == 1
    server.tokens.clear()
    assert erp.open_invoices("70001.502")
    assert server.issued == 2


def test_a_token_that_is_not_given_is_ours_to_mend(server: VoalleServer) -> None:
    wrong = ERP.connect(connecting(server, client_secret="wrong"))
    with pytest.raises(Misconfigured) as failure:
        wrong.find_by_document(BRUNO)
    assert failure.value.code == "erp_credentials"
    assert "wrong" not in str(failure.value)


def test_a_no_that_comes_as_200_is_no_success(server: VoalleServer) -> None:
    erp = an_erp(server)
    answering(server, "getcontractbillets", refused(f"Sem permissão para o CPF {BRUNO.formatted}"))
    with pytest.raises(Refused) as failure:
        erp.open_invoices("70001.502")
    assert failure.value.code == "erp_refused"
    assert BRUNO.formatted not in failure.value.detail


def test_an_answer_about_somebody_else_is_unreadable(server: VoalleServer) -> None:
    answering(server, "people/txid", told({"id": 5, "name": "Outra", "txId": FABIO.number}))
    with pytest.raises(Unreadable):
        ERP.connect(connecting(server)).find_by_document(STRANGER)


def test_a_company_is_found_by_letters_too(server: VoalleServer) -> None:
    company = Document("cnpj", "12ABC34501DE35")
    answering(server, "people/txid/12ABC34501DE35", told({"id": 5, "name": "Padaria Ação", "txId": company.formatted}))
    found = an_erp(server).find_by_document(company)
    assert found is not None
    assert (found.kind, found.name, found.phones) == ("business", "Padaria Ação", ())


def test_a_ref_is_asked_for_by_the_document_that_was_kept(server: VoalleServer) -> None:
    base = connecting(server)
    later = ERP.connect(Connecting(base.fields, base.session, ZONE, lambda ref: {"70001": BRUNO}.get(ref)))
    assert [one.number for one in later.contracts("70001")] == ["1002"]
    assert later.open_invoices("70001.502")
    with pytest.raises(Unreachable, match="document_forgotten"):
        later.contracts("70002")


def test_refs_hold_no_document(server: VoalleServer) -> None:
    erp = an_erp(server)
    contract = erp.contracts("70001")[0]
    refs = f"{contract.ref} {[one.ref for one in erp.open_invoices(contract.ref)]}"
    assert BRUNO.number not in refs


def test_a_pix_is_registered_once_and_only_where_there_is_none(server: VoalleServer) -> None:
    erp = an_erp(server)
    for _ in range(2):
        for invoice in erp.open_invoices("70001.502"):
            erp.second_copy(invoice.ref)
    assert server.registered == 1


def test_a_pix_over_another_amount_is_left_out(server: VoalleServer) -> None:
    answering(server, "registerpix", told({"qrCode": "000201", "totalAmount": 121.5}))
    copies = [an_erp(server).second_copy(one.ref) for one in an_erp(server).open_invoices("70001.502")]
    assert [bool(copy.pix) for copy in copies].count(False) == 1
    assert all(copy.line for copy in copies)


def test_no_pix_is_registered_where_that_is_not_wanted(server: VoalleServer) -> None:
    erp = an_erp(server, register_pix="não")
    assert {bool(erp.second_copy(one.ref).pix) for one in erp.open_invoices("70001.502")} == {True, False}
    assert server.registered == 0


def test_what_falls_due_after_next_month_is_found_among_all_titles(server: VoalleServer) -> None:
    server.titles[9] = Title(9, "FAT9", 502, date(2027, 3, 2), 11990)
    erp = an_erp(server)
    assert [one.number for one in erp.open_invoices("70001.502")][-1] == "FAT9"
    assert erp.second_copy("70001.502.9").invoice.due_date == date(2027, 3, 2)


def test_a_billet_without_an_amount_anywhere_is_unreadable(server: VoalleServer) -> None:
    answering(server, "gettitlesbytxid", told([]))
    answering(server, "getopentitlesbytxid", told([]))
    with pytest.raises(Unreadable):
        an_erp(server).open_invoices("70001.502")


def test_paid_titles_of_somebody_with_two_contracts_are_those_of_the_contract_they_were_seen_with(
    server: VoalleServer,
) -> None:
    refs = [f"70002.{one.id}" for one in server.contracts.values() if one.person == 70002]
    assert len(refs) == 2
    for ident in (900, 901):
        server.titles[ident] = Title(
            ident, f"FAT{ident}", int(refs[0][6:]), date(2026, 11, 10), 9990, status="Paga", paid_on="2026-11-09"
        )
    seen = {refs[0]: frozenset({f"{refs[0]}.900"})}
    erp = ERP.connect(replace(connecting(server), invoices_of=lambda ref: seen.get(ref, frozenset())))
    erp.find_by_document(FABIO)
    assert [one.ref for one in erp.paid_invoices(refs[0], date(2026, 1, 1))] == [f"{refs[0]}.900"]
    assert erp.paid_invoices(refs[1], date(2026, 1, 1)) == ()


def test_three_hundred_contracts_come_in_pages(server: VoalleServer) -> None:
    for number in range(3000, 3300):
        server.contracts[number] = Contract(number, number, 70001, 1, "Fibra", 9990, "Rua Ação, 1, Centro")
    contracts = an_erp(server).contracts("70001")
    assert len(contracts) == 301
    assert [one.number for one in contracts[:2]] == ["1002", "3000"]


def test_a_thousand_titles_are_read(server: VoalleServer) -> None:
    for ident in range(1, 1001):
        server.titles[ident] = Title(ident, f"FAT{ident:04d}", 502, date(2026, 11, 1 + ident % 28), 100 + ident)
    invoices = an_erp(server).open_invoices("70001.502")
    assert len(invoices) == 1002
    assert list(invoices) == sorted(invoices, key=lambda one: (one.due_date, one.number))


@pytest.mark.parametrize("status", [5, 7, 4])
def test_only_a_block_for_debt_is_released_on_trust(server: VoalleServer, status: int) -> None:
    server.contracts[502].status = status
    with pytest.raises(Refused) as refusal:
        an_erp(server).trust_unlock("70001.502", 3)
    assert refusal.value.code == "not_eligible"
    assert not [call for call in server.calls if "unlock" in call.path]


def test_a_maintenance_without_words_is_told_by_its_access_point() -> None:
    assert tickets.maintenance({"title": "OLT 1", "maintenance": None}) == "OLT 1: em manutenção"
    assert tickets.maintenance({"maintenance": "Troca de fonte até 18h"}) == "Troca de fonte até 18h"


def test_tickets_are_offered_once_their_type_is_known(server: VoalleServer) -> None:
    erp = an_erp(server, incident_type="")
    assert "ticket" not in erp.capabilities()
    with pytest.raises(Refused, match="not_offered"):
        erp.open_ticket("70001.502", "Sem sinal", "luz vermelha")


@pytest.mark.parametrize("changes", [{"incident_type": "suporte"}, {"register_pix": "talvez"}, {"url": "erp"}])
def test_a_field_that_makes_no_sense_is_ours_to_mend(server: VoalleServer, changes: dict[str, str]) -> None:
    with pytest.raises(Misconfigured):
        ERP.connect(connecting(server, **changes))


def test_the_ports_are_those_of_voalle_where_the_address_names_none() -> None:
    given = {"url": "https://erp.example.com", "client_id": "a", "client_secret": "b", "syndata": "c"}
    session = make_session()
    asked: list[str] = []

    def request(method: str, url: str, **_: Any) -> Any:
        asked.append(url)
        raise ConnectionRefusedError

    session.request = request  # type: ignore[method-assign,assignment]
    with pytest.raises(ConnectionRefusedError):
        ERP.connect(Connecting(fill_in(ERP.fields, given), session, ZONE)).find_by_document(BRUNO)
    assert asked == ["https://erp.example.com:45700/connect/token"]
