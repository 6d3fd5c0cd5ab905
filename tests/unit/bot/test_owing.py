"""What is owed, told before the bill is sent: the amount of that bill, or why it may be another one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from billing.negotiation import Negotiating, NegotiationPolicy, Terms
from billing.trust_unlock import Promise
from tests.unit.billing.build import an_invoice
from tests.unit.bot.build import NOW, Chat, Reader, known_as, said

TODAY = "R$ 119,90 (hoje R$ 123,10 com multa e juros)"
MAY_GROW = "R$ 119,90 (mais multa e juros pelo atraso, se houver)"
BROKEN = Promise(NOW - timedelta(days=10), NOW - timedelta(days=7), kept=False)
READER = Reader({"quero negociar": "payment_negotiation"})
TABLE = Negotiating(NegotiationPolicy((Terms("tabela", max_instalments=2, min_instalment_cents=2000),)), enters=True)


@pytest.mark.parametrize("words", ["libera meu sinal", "quero negociar"])
@pytest.mark.parametrize("promises", [(), (BROKEN,)])
@pytest.mark.parametrize(
    ("invoice", "told"),
    [
        ({"late_fee_cents": 320}, TODAY),
        ({}, MAY_GROW),
        ({"late_fee_cents": 0}, "R$ 119,90"),
        ({"fine_cents": 240}, "R$ 119,90"),
    ],
)
def test_amount_owed_is_told_with_what_being_late_adds_today(
    invoice: dict[str, Any], told: str, promises: tuple[Promise, ...], words: str
) -> None:
    facts = known_as(invoices=(an_invoice(**invoice),)) | {"promises:c-1002": promises, "negotiating": TABLE}
    text = said(Chat(facts, nlu=READER).say(words))
    assert told in text
    assert ("multa e juros" in text) == ("multa e juros" in told)


def test_others_beside_the_bill_are_told_with_what_being_late_adds_today() -> None:
    other = an_invoice(ref="i-2", number="F-2", due_date=an_invoice().due_date + timedelta(days=1), late_fee_cents=320)
    text = said(Chat(known_as(invoices=(an_invoice(), other))).say("segunda via"))
    assert f"{TODAY} (03/11/2026)" in text
