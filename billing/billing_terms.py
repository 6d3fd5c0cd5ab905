"""How the local ERP bills: the policy `billing` of the provider, with the source of each rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

FirstPeriod = Literal["pro_rata", "full", "free"]
_HIGHEST_FINE = Decimal(2)


@dataclass(frozen=True)
class BillingTerms:
    """The provider's terms. Raises ValueError for what the law or arithmetic forbids.

    `monthly`: whether invoices are made here every month. Off until somebody says so: a base that is imported is often
    still billed elsewhere.
    `issue_days_before`: days between an invoice's issue and its due date; at least 5 (RGC, Res. Anatel 765/2023).
    `fine_percent`: once, when late; at most 2 (CDC, art. 52, par. 1). `interest_percent_month`: simple, by the day;
    1 a month is custom (CTN, art. 161, par. 1, by way of the Civil Code's art. 406), a contract may say otherwise.
    `grace_days`: days after the due date in which nothing is added: a courtesy.
    `first_period`: what a contract pays for the days before its first whole period: a commercial choice.
    `charge_suspended`: whether days of a suspension are charged. The RGC forbids it for suspensions for debt.
    `reissue_days`: how many days ahead a second copy of an overdue invoice is due: a choice.
    """

    monthly: bool = False
    issue_days_before: int = 10
    fine_percent: Decimal = Decimal(2)
    interest_percent_month: Decimal = Decimal(1)
    grace_days: int = 0
    first_period: FirstPeriod = "pro_rata"
    charge_suspended: bool = False
    reissue_days: int = 3

    def __post_init__(self) -> None:
        if not 5 <= self.issue_days_before <= 25:
            raise ValueError("issue_days_before: de 5 a 25")
        if not 0 <= self.fine_percent <= _HIGHEST_FINE:
            raise ValueError("fine_percent: de 0 a 2")
        if not 0 <= self.interest_percent_month <= Decimal(10):
            raise ValueError("interest_percent_month: de 0 a 10")
        if not (0 <= self.grace_days <= 30 and 0 <= self.reissue_days <= 30):
            raise ValueError("grace_days, reissue_days: de 0 a 30")
        if self.first_period not in get_args(FirstPeriod):
            raise ValueError(f"first_period: um de {', '.join(get_args(FirstPeriod))}")


def billing_terms(given: Mapping[str, Any]) -> BillingTerms:
    """The terms of a policy as it stands in JSON; what it leaves out is as in BillingTerms. Raises ValueError."""
    unknown = given.keys() - {field.name for field in fields(BillingTerms)}
    if unknown:
        raise ValueError(f"não existe: {', '.join(sorted(unknown))}")
    read = dict(given)
    for name in ("fine_percent", "interest_percent_month"):
        if name in read:
            read[name] = _percent(name, read[name])
    for name in ("issue_days_before", "grace_days", "reissue_days"):
        if type(read.get(name, 0)) is not int:
            raise ValueError(f"{name}: um número inteiro de dias")
    for name in ("monthly", "charge_suspended"):
        if type(read.get(name, True)) is not bool:
            raise ValueError(f"{name}: true ou false")
    return BillingTerms(**read)


def _percent(name: str, value: Any) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{name}: um número, como 2 ou 0.33") from None
    if not found.is_finite():
        raise ValueError(f"{name}: um número, como 2 ou 0.33")
    return found
