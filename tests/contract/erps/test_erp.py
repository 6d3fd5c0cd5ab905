"""What every ERP must do, whatever system is behind it. A new adapter adds one entry to RIGS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pypdfium2
import pytest

from billing import boleto, pix
from billing.erps.local import LocalErp
from billing.fake_store import FakeStore
from billing.local_store import SqlStore
from billing.ports import Erp
from billing.provider_row import load_provider
from core.db import Database
from core.document import Document
from core.errors import Refused
from tests.integration import billing_rows
from tests.unit.billing.build import a_contract, a_customer, a_provider, an_invoice

BRUNO, FABIO = Document("cpf", "11144477735"), Document("cpf", "85739201659")
STRANGER = Document("cpf", "52998224725")


@dataclass(frozen=True)
class Rig:
    """An ERP with Bruno (one blocked contract, an overdue invoice, a paid one) and Fábio (two contracts).

    Bruno and Fábio share the landline +551233334444. `pay` settles an invoice on the ERP's own side.
    """

    erp: Erp
    pay: Callable[[str], None]


SHARED = "+551233334444"
CUSTOMERS = (
    a_customer(phones=("+5512981110002", SHARED)),
    a_customer(ref="fabio", name="Fábio Nunes", document=FABIO, phones=("+551281110006", SHARED)),
)
CONTRACTS = (
    a_contract(ref="c-1007", number="1007", customer_ref="fabio", status="active"),
    a_contract(),
    a_contract(ref="c-1006", number="1006", customer_ref="fabio", status="cancelled"),
)
INVOICES = (
    an_invoice(ref="i-next", number="F-1002-2", due_date=date(2026, 12, 2)),
    an_invoice(ref="i-late"),
    an_invoice(ref="i-paid", number="F-1002-0", status="paid", paid_at=datetime(2026, 10, 1, tzinfo=UTC)),
)


def local_rig(_: pytest.FixtureRequest) -> Rig:
    store = FakeStore(CUSTOMERS, CONTRACTS, INVOICES)
    return Rig(LocalErp(store, a_provider), lambda ref: store.pay(ref, datetime(2026, 11, 22, tzinfo=UTC)))


def local_sql_rig(request: pytest.FixtureRequest) -> Rig:
    """The local ERP over real PostgreSQL."""
    db: Database = request.getfixturevalue("db")
    billing_rows.store_provider(db)
    billing_rows.store(db, CUSTOMERS, CONTRACTS, INVOICES)
    return Rig(LocalErp(SqlStore(db), lambda: load_provider(db)), lambda ref: billing_rows.pay(db, ref))


RIGS: dict[str, Callable[[pytest.FixtureRequest], Rig]] = {"local": local_rig, "local over PostgreSQL": local_sql_rig}


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
    assert [c.name for c in erp.find_by_phone("+5512981110002")] == ["Bruno Lima"]
    # The ERP keeps Fábio's number without the ninth digit.
    assert [c.name for c in erp.find_by_phone("+5512981110006")] == ["Fábio Nunes"]


def test_find_by_phone_gives_everyone_when_a_number_is_shared_and_nobody_when_unknown(erp: Erp) -> None:
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
    assert erp.second_copy(first.ref).pix != erp.second_copy(second.ref).pix
    assert erp.second_copy(first.ref).line != erp.second_copy(second.ref).line


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
