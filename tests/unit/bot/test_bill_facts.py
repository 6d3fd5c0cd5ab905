"""A second copy as the ERP gives it: forwarded to the byte, and what is odd about its Pix is noted for us only."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from billing import pix
from billing.records import SecondCopy
from bot.bill_facts import second_copy
from tests.fake_erp import FakeErp
from tests.unit.billing.build import a_contract, a_customer, an_invoice


@pytest.mark.parametrize(
    ("cents", "said"), [(11990, ""), (None, ""), (9990, "other_amount"), (0, "not_a_br_code")], ids=str
)
def test_pix_is_forwarded_as_it_came_and_what_is_odd_is_logged(
    cents: int | None, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    code = "não é um Pix" if cents == 0 else pix.encode_static("k", "Nome", "Cidade", cents)

    class Erp(FakeErp):
        """Gives this Pix."""

        def second_copy(self, invoice_ref: str) -> SecondCopy:
            return replace(super().second_copy(invoice_ref), pix=code)

    erp = Erp()
    erp.add(a_customer(), a_contract(), an_invoice())
    with caplog.at_level(logging.WARNING):
        copy = second_copy(erp, "i-1")
    assert copy is not None
    assert copy.pix == code
    assert (said in caplog.text) if said else not caplog.records
