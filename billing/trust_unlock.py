"""Who may have the signal back on trust before paying: the provider's policy as a pure decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from billing.invoices import overdue, total_cents
from billing.records import Contract, Invoice

Rule = Literal["cancelled", "active_already", "not_blocked", "no_debt", "broken_promise", "used_recently", "too_old"]


@dataclass(frozen=True)
class Policy:
    """The provider's terms. No regulation asks for trust unlocks: they are a courtesy, so all of this is a choice.

    Defaults: 72 hours and once in 30 days are what providers and ERPs (SGP: 3 days, MK: once a month) commonly give.
    """

    hours: int = 72
    once_per_days: int = 30
    max_overdue_days: int = 60
    refuse_after_broken_promise: bool = True

    def __post_init__(self) -> None:
        if self.hours < 1 or self.once_per_days < 0 or self.max_overdue_days < 1:
            raise ValueError("a trust unlock lasts at least an hour and covers at least one overdue day")


@dataclass(frozen=True)
class Promise:
    """An earlier unlock that really happened (a refused or failed one is none). `kept` is None until it is judged."""

    granted_at: datetime
    expires_at: datetime
    kept: bool | None = None


@dataclass(frozen=True)
class Eligible:
    """The unlock may be offered: until when, and the overdue debt (cents, oldest due date) that stays to be paid."""

    until: datetime
    amount_cents: int
    oldest_due: date


@dataclass(frozen=True)
class Denied:
    """The rule that forbids it, with what the explanation needs.

    `available_at`: for `used_recently`, from when it may be asked again; for `active_already`, when the running one
    ends. `overdue_days` and `limit_days`: for `too_old`. An automated refusal can always be reviewed by a person
    (LGPD art. 20), so whoever shows this also offers one.
    """

    rule: Rule
    available_at: datetime | None = None
    overdue_days: int | None = None
    limit_days: int | None = None


def assess(
    contract: Contract,
    open_invoices: Sequence[Invoice],
    history: Sequence[Promise],
    policy: Policy,
    now: datetime,
    today: date,
) -> Eligible | Denied:
    """Whether this contract may be released on trust at `now` (UTC); `today` is the provider's calendar day.

    The first rule that applies is given, from those that end the matter to those that pass with time:
    - `cancelled`, `not_blocked`: there is nothing to release;
    - `active_already`: one is running, a second would only prolong it;
    - `no_debt`: blocked, but no invoice of this contract is overdue (only the contract in debt may be blocked or
      released, RGC, so invoices of the customer's other contracts do not count);
    - `broken_promise`: the latest promise was not kept (common policy; IXC answers its code 113 until it is paid);
    - `used_recently`: the latest was less than `once_per_days` ago (MK: once a month; SGP: a number per month);
    - `too_old`: debt older than `max_overdue_days` is for collection; at 60 days suspended the contract may end (RGC).
    The ERP's own refusal wins over an Eligible. Pure: ask as often as wanted.
    """
    standing = _about_the_contract(contract, history, now)
    if standing:
        return standing
    debt = overdue((i for i in open_invoices if i.contract_ref == contract.ref), today)
    if not debt:
        # Blocked for something that paying does not cure: a request of his own, fraud, a fault of the records.
        return Denied("no_debt")
    past = _about_the_past(debt, history, policy, now)
    if past:
        return past
    days = debt[0].overdue_days(today)
    if days > policy.max_overdue_days:
        return Denied("too_old", overdue_days=days, limit_days=policy.max_overdue_days)
    return Eligible(now + timedelta(hours=policy.hours), total_cents(debt), debt[0].due_date)


def reservation_key(contract_ref: str, today: date) -> str:
    """The key under which an unlock is reserved before anything is called: two requests in one day are one unlock."""
    return f"{contract_ref}:{today.isoformat()}"


def _about_the_contract(contract: Contract, history: Sequence[Promise], now: datetime) -> Denied | None:
    if contract.status == "cancelled":
        return Denied("cancelled")
    running = [p for p in history if p.kept is None and p.granted_at <= now < p.expires_at]
    if running:
        return Denied("active_already", available_at=max(p.expires_at for p in running))
    return Denied("not_blocked") if contract.status == "active" else None


def _about_the_past(
    debt: Sequence[Invoice], history: Sequence[Promise], policy: Policy, now: datetime
) -> Denied | None:
    if not history:
        return None
    last = max(history, key=lambda p: p.granted_at)
    if policy.refuse_after_broken_promise and _is_broken(last, debt, now):
        return Denied("broken_promise")
    again = last.granted_at + timedelta(days=policy.once_per_days)
    return Denied("used_recently", available_at=again) if now < again else None


def _is_broken(promise: Promise, debt: Sequence[Invoice], now: datetime) -> bool:
    """Judged broken, or over and not judged yet while what it was given for is still unpaid (as IXC's code 113)."""
    if promise.kept is not None:
        return not promise.kept
    return promise.expires_at <= now and debt[0].due_date <= promise.granted_at.date()
