"""What the billing values tell about themselves."""

from __future__ import annotations

from datetime import date

import pytest

from billing.records import CustomerKind
from tests.unit.billing.build import TODAY, a_contract, a_customer, an_invoice


@pytest.mark.parametrize(
    ("name", "kind", "first"),
    [
        ("Ana Souza", "residential", "Ana"),
        ("ANA SOUZA", "residential", "Ana"),
        ("fábio nunes", "residential", "Fábio"),
        ("McArthur Lima", "residential", "McArthur"),
        ("", "residential", ""),
        ("Padaria Sol Nascente LTDA", "business", "Padaria Sol Nascente"),
        ("Padaria Sol Nascente Ltda.", "business", "Padaria Sol Nascente"),
        ("ME", "business", "ME"),
    ],
)
def test_first_name_is_how_one_addresses_the_customer(name: str, kind: CustomerKind, first: str) -> None:
    assert a_customer(name=name, kind=kind).first_name == first


@pytest.mark.parametrize(
    ("address", "street", "short"),
    [
        ("Rua Nova, 6, Oeste", "Rua Nova", "Rua Nova, 6"),
        ("Sítio Boa Vista, km 7, Oeste", "Sítio Boa Vista", "Sítio Boa Vista, km 7"),
        ("Centro", "Centro", "Centro"),
        ("", "", ""),
    ],
)
def test_street_is_short_enough_for_a_picker(address: str, street: str, short: str) -> None:
    contract = a_contract(address=address)
    assert (contract.street, contract.short_address) == (street, short)


@pytest.mark.parametrize(
    ("due", "status", "days"),
    [
        (date(2026, 11, 21), "open", 1),
        (TODAY, "open", 0),
        (date(2026, 11, 23), "open", 0),
        (date(2026, 10, 22), "open", 31),
        (date(2026, 10, 22), "paid", 0),
        (date(2026, 10, 22), "cancelled", 0),
    ],
)
def test_overdue_days_count_from_the_day_after_the_due_date(due: date, status: str, days: int) -> None:
    assert an_invoice(due_date=due, status=status).overdue_days(TODAY) == days
