"""How long a payment takes to become known: the provider's words for "já paguei"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from billing.business_days import add_business_days


@dataclass(frozen=True)
class Settlement:
    """Policy `settlement`. Pix settles within minutes and boletos within one to three business days (the usual terms of
    banks; no rule gives them): the longest is said, so that nobody is told too soon that a payment is missing. One that
    became known here is to be entered in the provider's own ERP within `enter_hours` (a choice)."""

    pix_minutes: int = 10
    boleto_business_days: int = 3
    enter_hours: int = 24

    def __post_init__(self) -> None:
        if self.pix_minutes < 1 or not 0 <= self.boleto_business_days <= 10:
            raise ValueError("pix_minutes: pelo menos 1; boleto_business_days: de 0 a 10")
        if self.enter_hours < 1:
            raise ValueError("enter_hours: pelo menos 1")

    def boleto_known_by(self, paid_on: date, state: str) -> date:
        """The last day on which a boleto that was paid on `paid_on` becomes known, in that state's business days."""
        return add_business_days(paid_on, self.boleto_business_days, state)
