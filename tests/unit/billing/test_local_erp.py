"""What the local ERP makes itself: codes that match the invoice and survive strange data."""

from __future__ import annotations

from typing import Any

import pytest

from billing import boleto, pix
from billing.erps.local import LocalErp
from billing.fake_store import FakeStore
from billing.provider import Provider
from billing.records import Contract, Customer, Invoice
from core import money, phone
from core.document import parse_document
from core.errors import Misconfigured, Refused
from tests.unit.billing.build import TODAY, a_contract, a_customer, a_provider, an_invoice
from tests.vectors import load


def an_erp(provider: Provider | None = None, *rows: Customer | Contract | Invoice) -> LocalErp:
    store = FakeStore([a_customer()], [a_contract()], [an_invoice()])
    for row in rows:
        store.put(row)
    return LocalErp(store, lambda: provider or a_provider())


def test_second_copy_carries_the_invoice_in_every_code() -> None:
    copy = an_erp().second_copy("i-1")
    assert copy.pix is not None
    assert copy.line is not None
    paid_to = pix.decode(copy.pix)
    assert (paid_to.key, paid_to.amount_cents, paid_to.city) == ("11222333000181", 11990, "Sao Jose dos Ca")
    assert paid_to.txid == pix.txid_for("F-1002-1")
    slip = boleto.parse(copy.line)
    assert slip is not None
    assert (slip.bank, slip.amount_cents, slip.due_date(TODAY)) == ("001", 11990, copy.invoice.due_date)
    assert copy.filename == "fatura-F-1002-1.pdf"


def test_second_copy_tells_invoices_apart_when_only_letters_differ() -> None:
    erp = an_erp(None, an_invoice(ref="x", number="A-7"), an_invoice(ref="y", number="B-7"))
    first, second = erp.second_copy("x"), erp.second_copy("y")
    assert first.line != second.line
    assert first.pix != second.pix


def test_second_copy_has_no_boleto_when_the_provider_has_no_bank() -> None:
    erp = an_erp(a_provider(boleto_bank=None))
    copy = erp.second_copy("i-1")
    assert copy.line is None
    assert copy.pix is not None
    assert "line" not in erp.capabilities()


@pytest.mark.parametrize("change", [{"pix_key": ""}, {"boleto_bank": "1"}, {"city": "日本"}])
def test_second_copy_blames_the_settings_when_the_provider_is_wrong(change: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match="provider"):
        an_erp(a_provider(**change)).second_copy("i-1")


def test_second_copy_is_refused_when_the_contract_is_missing() -> None:
    with pytest.raises(Refused, match="unknown_invoice"):
        an_erp(None, an_invoice(ref="lost", contract_ref="nowhere")).second_copy("lost")


def test_second_copy_keeps_the_file_name_harmless() -> None:
    copy = an_erp(None, an_invoice(number="../a b/ç\n")).second_copy("i-1")
    assert set(copy.filename) <= set("abcdefghijklmnopqrstuvwxyz-.")
    assert "/" not in copy.filename


def test_find_by_phone_finds_every_customer_of_the_demo_provider() -> None:
    for row in load("demo_provider.json")["customers"]:
        key, document = phone.match_key(row["whatsapp"], is_wa_id=True), parse_document(row["document"])
        assert key is not None
        assert document is not None
        fees = [money.cents(contract["monthly_fee"]) for contract in row["contracts"]]
        assert all(fee > 0 for fee in fees)
        customer = a_customer(ref=row["name"], name=row["name"], document=document, phones=(key,))
        erp = LocalErp(FakeStore([customer]), a_provider)
        assert erp.find_by_phone(key) == (customer,)
        assert erp.find_by_document(document) == customer
