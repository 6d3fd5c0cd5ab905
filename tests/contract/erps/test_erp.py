"""What every ERP must do, whatever system is behind it. A new adapter adds one file to `rigs`."""

from __future__ import annotations

from datetime import date

import pypdfium2
import pytest

from billing import boleto, pix
from billing.ports import Erp
from core.document import Document
from core.errors import Refused
from tests.contract.erps.scene import BRUNO, FABIO, STRANGER, Rig, rigs

RIGS = rigs()


@pytest.fixture(params=sorted(RIGS))
def rig(request: pytest.FixtureRequest) -> Rig:
    return RIGS[request.param](request)


@pytest.fixture
def erp(rig: Rig) -> Erp:
    return rig.erp


def contract_of(erp: Erp, document: Document) -> str:
    customer = erp.find_by_document(document)
    assert customer is not None
    return erp.contracts(customer.ref)[0].ref


def test_find_by_document_gives_the_customer_and_nobody_for_a_stranger(erp: Erp) -> None:
    customer = erp.find_by_document(BRUNO)
    assert customer is not None
    assert (customer.name, customer.document) == ("Bruno Lima", BRUNO)
    assert erp.find_by_document(STRANGER) is None


def test_find_by_phone_finds_both_ways_of_writing_a_mobile(erp: Erp) -> None:
    if "find_by_phone" not in erp.capabilities():
        with pytest.raises(Refused, match="not_offered"):
            erp.find_by_phone("+5512981110002")
        return
    assert [c.name for c in erp.find_by_phone("+5512981110002")] == ["Bruno Lima"]
    # The ERP keeps Fábio's number without the ninth digit.
    assert [c.name for c in erp.find_by_phone("+5512981110006")] == ["Fábio Nunes"]


def test_find_by_phone_gives_everyone_when_a_number_is_shared_and_nobody_when_unknown(erp: Erp) -> None:
    if "find_by_phone" not in erp.capabilities():
        with pytest.raises(Refused, match="not_offered"):
            erp.find_by_phone("+551233334444")
        return
    assert {c.name for c in erp.find_by_phone("+551233334444")} == {"Bruno Lima", "Fábio Nunes"}
    assert erp.find_by_phone("+5512981119999") == ()


def test_customer_is_found_again_by_the_id_that_an_earlier_answer_gave(erp: Erp) -> None:
    found = erp.find_by_document(FABIO)
    assert found is not None
    assert erp.customer(found.ref) == found
    assert erp.customer("nobody") is None


def test_contracts_come_in_order_with_cancelled_ones(erp: Erp) -> None:
    customer = erp.find_by_document(FABIO)
    assert customer is not None
    contracts = erp.contracts(customer.ref)
    assert [(c.number, c.status) for c in contracts] == [("1006", "cancelled"), ("1007", "active")]
    assert {c.customer_ref for c in contracts} == {customer.ref}
    assert erp.contracts("nobody") == ()


def test_open_invoices_come_earliest_first_and_without_settled_ones(erp: Erp) -> None:
    contract = contract_of(erp, BRUNO)
    invoices = erp.open_invoices(contract)
    assert [(i.due_date, i.amount_cents, i.status, i.contract_ref) for i in invoices] == [
        (date(2026, 11, 2), 11990, "open", contract),
        (date(2026, 12, 2), 11990, "open", contract),
    ]
    assert erp.open_invoices("nothing") == ()


def test_second_copy_can_be_paid_with_whatever_the_erp_promises(erp: Erp) -> None:
    invoice = erp.open_invoices(contract_of(erp, BRUNO))[0]
    copy = erp.second_copy(invoice.ref)
    # A reissue has the amount and the due date of its day, and still says which invoice it is.
    assert (copy.invoice.ref, copy.invoice.late_from) == (invoice.ref, invoice.late_from)
    assert copy.invoice.amount_cents - copy.invoice.fine_cents - copy.invoice.interest_cents == invoice.amount_cents
    assert copy.filename.endswith(".pdf")
    promised = erp.capabilities()
    assert ("pdf" in promised) == (copy.pdf is not None)
    assert ("line" in promised) == (copy.line is not None)
    assert ("pix" in promised) == (copy.pix is not None)
    assert ("link" in promised) == (copy.link is not None)
    assert copy.pdf or copy.line or copy.pix or copy.link
    if copy.pdf:
        assert len(pypdfium2.PdfDocument(copy.pdf)) >= 1
    if copy.line:
        slip = boleto.parse(copy.line)
        assert slip is not None
        assert (slip.line, slip.amount_cents) == (copy.line, copy.invoice.amount_cents)
    if copy.pix:
        assert pix.check(copy.pix) == ()


def test_second_copy_is_the_same_when_asked_twice(erp: Erp) -> None:
    first, second = erp.open_invoices(contract_of(erp, BRUNO))
    assert erp.second_copy(first.ref) == erp.second_copy(first.ref)
    one, other = erp.second_copy(first.ref), erp.second_copy(second.ref)
    assert one.pix is None or one.pix != other.pix
    assert one.line is None or one.line != other.line
    assert one.link is None or one.link != other.link


def test_second_copy_is_refused_when_paid_or_unknown(rig: Rig) -> None:
    invoice = rig.erp.open_invoices(contract_of(rig.erp, BRUNO))[0]
    rig.pay(invoice.ref)
    assert invoice not in rig.erp.open_invoices(invoice.contract_ref)
    with pytest.raises(Refused) as refused:
        rig.erp.second_copy(invoice.ref)
    assert refused.value.code == "invoice_not_open"
    with pytest.raises(Refused) as unknown:
        rig.erp.second_copy("nothing")
    assert unknown.value.code == "unknown_invoice"


def test_open_ticket_gives_a_protocol_of_its_own_each_time(erp: Erp) -> None:
    contract = contract_of(erp, BRUNO)
    protocols = {erp.open_ticket(contract, "Sem sinal", "ONU sem luz desde 14h") for _ in range(2)}
    assert len(protocols) == 2
    assert all(protocols)
    with pytest.raises(Refused) as unknown:
        erp.open_ticket("nothing", "Sem sinal", "...")
    assert unknown.value.code == "unknown_contract"


def test_contracts_say_whether_a_block_is_for_debt(erp: Erp) -> None:
    customer = erp.find_by_document(BRUNO)
    assert customer is not None
    (contract,) = erp.contracts(customer.ref)
    assert (contract.status, contract.blocked_for) == ("blocked", "debt")
    assert "Rua do Sol" in contract.address
    assert contract.plan


def test_paid_invoices_are_those_of_late(rig: Rig) -> None:
    erp, contract = rig.erp, contract_of(rig.erp, BRUNO)
    if "paid_invoices" not in erp.capabilities():
        with pytest.raises(Refused, match="not_offered"):
            erp.paid_invoices(contract, date(2026, 1, 1))
        return
    (before,) = erp.paid_invoices(contract, date(2026, 9, 1))
    assert before.status == "paid"
    assert before.paid_at is not None
    assert erp.paid_invoices(contract, date(2026, 11, 1)) == ()
    late = erp.open_invoices(contract)[0]
    rig.pay(late.ref)
    assert [invoice.ref for invoice in erp.paid_invoices(contract, date(2026, 9, 1))] == [late.ref, before.ref]


def test_a_ticket_can_be_followed(erp: Erp) -> None:
    protocol = erp.open_ticket(contract_of(erp, BRUNO), "Sem sinal", "ONU sem luz desde 14h, região São José")
    if "follow_ticket" not in erp.capabilities():
        with pytest.raises(Refused, match="not_offered"):
            erp.ticket(protocol)
        return
    state = erp.ticket(protocol)
    assert state is not None
    assert (state.protocol, state.status) == (protocol, "open")
    assert erp.ticket("9" * 12) is None


def test_a_trust_unlock_releases_once_and_is_refused_by_the_erps_own_rule_after_that(rig: Rig) -> None:
    erp, contract = rig.erp, contract_of(rig.erp, BRUNO)
    if "trust_unlock" not in erp.capabilities():
        with pytest.raises(Refused, match="not_offered"):
            erp.trust_unlock(contract, 3)
        return
    unlocked = erp.trust_unlock(contract, 3)
    assert not unlocked.already
    assert unlocked.until is None or unlocked.until.tzinfo is not None
    customer = erp.find_by_document(BRUNO)
    assert customer is not None
    assert erp.contracts(customer.ref)[0].status == "active"
    assert erp.trust_unlock(contract, 3).already
    assert rig.block is not None
    rig.block(contract)
    with pytest.raises(Refused) as refused:
        erp.trust_unlock(contract, 3)
    assert refused.value.code == "already_used"
    with pytest.raises(Refused) as unknown:
        erp.trust_unlock("nothing", 3)
    assert unknown.value.code == "unknown_contract"


def test_the_connection_of_a_contract_is_known_where_the_erp_tells_it(erp: Erp) -> None:
    contract = contract_of(erp, BRUNO)
    if "connection_status" not in erp.capabilities():
        with pytest.raises(Refused, match="not_offered"):
            erp.connection(contract)
        return
    assert erp.connection(contract).online is False


def test_an_outage_is_told_in_the_erps_own_words(rig: Rig) -> None:
    contract = contract_of(rig.erp, BRUNO)
    if "outages" not in rig.erp.capabilities():
        with pytest.raises(Refused, match="not_offered"):
            rig.erp.outage_notice(contract)
        return
    assert rig.erp.outage_notice(contract) is None
    assert rig.outage is not None
    rig.outage("Rompimento de fibra no Centro")
    assert "Rompimento de fibra" in (rig.erp.outage_notice(contract) or "")


def test_plans_are_sold_cheapest_first(erp: Erp) -> None:
    if "plans" not in erp.capabilities():
        with pytest.raises(Refused, match="not_offered"):
            erp.plans()
        return
    plans = erp.plans()
    assert [plan.price_cents for plan in plans] == sorted(plan.price_cents for plan in plans)
