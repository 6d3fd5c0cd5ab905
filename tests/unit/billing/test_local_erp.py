"""What the local ERP makes itself: codes that match the invoice and survive strange data."""

from __future__ import annotations

from datetime import UTC, date, datetime
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
from tests.unit.billing.test_invoice_pdf import read_codes, read_text
from tests.vectors import load


def an_erp(provider: Provider | None = None, *rows: Customer | Contract | Invoice) -> LocalErp:
    store = FakeStore([a_customer()], [a_contract()], [an_invoice()])
    for row in rows:
        store.put(row)
    # On that day the builders' invoice, due on a bank holiday, can still be paid in time.
    return LocalErp(store, lambda: provider or a_provider(), now=lambda: datetime(2026, 11, 3, 15, tzinfo=UTC))


def late_erp(at: datetime, **changes: Any) -> LocalErp:
    store = FakeStore([a_customer()], [a_contract()], [an_invoice(**changes)])
    return LocalErp(store, a_provider, now=lambda: at)


def test_second_copy_of_an_overdue_invoice_is_reissued_with_fine_interest_and_a_new_due_date() -> None:
    copy = late_erp(datetime(2026, 11, 22, 15, tzinfo=UTC)).second_copy("i-1")
    assert (copy.invoice.fine_cents, copy.invoice.interest_cents, copy.invoice.amount_cents) == (240, 80, 12310)
    assert (copy.invoice.due_date, copy.invoice.original_due_date) == (date(2026, 11, 25), date(2026, 11, 2))
    assert copy.pdf is not None
    codes = read_codes(copy.pdf)
    slip = boleto.parse(codes["ITF"])
    assert slip is not None
    assert (slip.line, slip.amount_cents, slip.due_date(TODAY)) == (copy.line, 12310, date(2026, 11, 25))
    assert codes["QRCode"] == copy.pix
    assert pix.decode(codes["QRCode"]).amount_cents == 12310
    printed = read_text(copy.pdf)
    for part in ("Vencimento original 02/11/2026", "multa R$ 2,40", "juros R$ 0,80", "R$ 123,10"):
        assert part in printed


def test_open_invoices_tell_what_the_second_copy_of_today_adds() -> None:
    late, in_time = late_erp(datetime(2026, 11, 22, 15, tzinfo=UTC)), an_erp()
    (listed,) = late.open_invoices(an_invoice().contract_ref)
    assert (listed.amount_cents, listed.late_fee_cents) == (11990, 320)
    assert listed.amount_cents + 320 == late.second_copy("i-1").invoice.amount_cents
    assert [one.late_fee_cents for one in in_time.open_invoices(an_invoice().contract_ref)] == [0]


def test_second_copy_is_the_same_all_day_in_the_providers_zone() -> None:
    morning, night = (late_erp(datetime(2026, 11, day, hour, tzinfo=UTC)) for day, hour in ((22, 3), (23, 2)))
    assert morning.second_copy("i-1") == night.second_copy("i-1")
    assert late_erp(datetime(2026, 11, 23, 4, tzinfo=UTC)).second_copy("i-1") != night.second_copy("i-1")


@pytest.mark.parametrize("hold", ["disputed", "settling"])
def test_second_copy_adds_nothing_while_the_invoice_is_disputed_or_settling(hold: str) -> None:
    copy = late_erp(datetime(2026, 11, 22, 15, tzinfo=UTC), hold=hold).second_copy("i-1")
    assert copy.invoice == an_invoice(hold=hold)


def test_second_copy_puts_no_interest_on_what_an_earlier_reissue_added() -> None:
    earlier = {"amount_cents": 12300, "fine_cents": 240, "interest_cents": 70, "original_due_date": date(2026, 11, 2)}
    copy = late_erp(datetime(2026, 11, 22, 15, tzinfo=UTC), due_date=date(2026, 11, 20), **earlier).second_copy("i-1")
    assert copy.invoice.amount_cents == 12310


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
