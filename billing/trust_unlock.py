"""Who may have the signal back on trust before paying: the provider's policy as a pure decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from billing.invoices import late_fee_cents, overdue, total_cents
from billing.records import Contract, CustomerKind, Invoice

Rule = Literal[
    "cancelled",
    "active_already",
    "not_blocked",
    "other_block",
    "no_debt",
    "plan",
    "kind",
    "broken_promise",
    "broken_often",
    "used_recently",
    "too_many_open",
    "too_old",
    "weekday",
]
# Until a person has decided, it is no debt to promise anything for. What is being settled is: the unlock bridges it.
NOT_OWED_NOW = ("disputed", "negotiation")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
EVERYBODY: tuple[CustomerKind, ...] = get_args(CustomerKind)


@dataclass(frozen=True)
class Policy:
    """The provider's terms. No regulation asks for trust unlocks: they are a courtesy, so all of this is a choice.

    Defaults: 72 hours and once in 30 days are what providers and ERPs (SGP: 3 days, MK: once a month) commonly give.
    `weekdays` are those on which it is given, 1 (Monday) to 7 (Sunday). `plans` are the plans that may have it, all
    where none is named; `hours_by_plan` gives some another time. `kinds` are the customers (residential, business).
    More than `max_open_invoices` overdue ones refuse it (0: no limit), and so do `max_broken` promises that were broken
    within the last `broken_within_days` (0: no limit).
    """

    hours: int = 72
    once_per_days: int = 30
    max_overdue_days: int = 60
    refuse_after_broken_promise: bool = True
    weekdays: tuple[int, ...] = EVERY_DAY
    plans: tuple[str, ...] = ()
    hours_by_plan: Mapping[str, int] = field(default_factory=dict)
    kinds: tuple[CustomerKind, ...] = EVERYBODY
    max_open_invoices: int = 0
    max_broken: int = 0
    broken_within_days: int = 365

    def __post_init__(self) -> None:
        if min(self.hours, *self.hours_by_plan.values(), self.hours) < 1:
            raise ValueError("hours: pelo menos uma hora, também em hours_by_plan")
        if self.once_per_days < 0 or self.max_overdue_days < 1:
            raise ValueError("max_overdue_days: pelo menos 1; once_per_days: 0 ou mais")
        if not self.weekdays or not set(self.weekdays) <= set(EVERY_DAY):
            raise ValueError("weekdays: pelo menos um dia, de 1 (segunda) a 7 (domingo)")
        if not self.kinds or not set(self.kinds) <= set(EVERYBODY):
            raise ValueError(f"kinds: pelo menos um de {', '.join(EVERYBODY)}")
        if min(self.max_open_invoices, self.max_broken) < 0 or self.broken_within_days < 1:
            raise ValueError("max_open_invoices e max_broken: 0 ou mais; broken_within_days: pelo menos 1")

    def hours_of(self, plan: str) -> int:
        """How long it lasts on a plan."""
        return self.hours_by_plan.get(plan, self.hours)


@dataclass(frozen=True)
class Promise:
    """An earlier unlock that really happened (a refused or failed one is none). `kept` is None until it is judged."""

    granted_at: datetime
    expires_at: datetime
    kept: bool | None = None


@dataclass(frozen=True)
class Eligible:
    """The unlock may be offered: until when, and the overdue debt (cents, oldest due date) that stays to be paid.

    `late_fee_cents` is what being late adds to it today; None where the ERP alone knows.
    """

    until: datetime
    amount_cents: int
    oldest_due: date
    late_fee_cents: int | None = None


@dataclass(frozen=True)
class Denied:
    """The rule that forbids it, with what the explanation needs.

    `available_at`: for `used_recently`, from when it may be asked again; for `active_already`, when the running one
    ends. `available_on`: for `weekday`, the next day on which it is given. `overdue_days` and `limit_days`: for
    `too_old`. An automated refusal can always be reviewed by a person
    (LGPD art. 20), so whoever shows this also offers one.
    """

    rule: Rule
    available_at: datetime | None = None
    available_on: date | None = None
    overdue_days: int | None = None
    limit_days: int | None = None


def assess(
    contract: Contract,
    open_invoices: Sequence[Invoice],
    history: Sequence[Promise],
    policy: Policy,
    now: datetime,
    today: date,
    kind: CustomerKind = "residential",
) -> Eligible | Denied:
    """Whether this contract may be released on trust at `now` (UTC); `today` is the provider's calendar day,
    `kind` the customer's.

    The first rule that applies is given, from those that end the matter to those that pass with time:
    - `cancelled`, `not_blocked`: there is nothing to release;
    - `active_already`: one is running, a second would only prolong it;
    - `other_block`: blocked at the customer's own request or for another reason, which paying does not cure;
    - `no_debt`: blocked, but no invoice of this contract is overdue, or a person decides about those that are (only
      the contract in debt may be blocked or released, RGC, so invoices of other contracts do not count);
    - `plan`, `kind`: the provider does not offer it to these;
    - `broken_promise`: the latest promise was not kept (common policy; IXC answers its code 113 until it is paid);
    - `broken_often`: `max_broken` of them were broken within `broken_within_days`;
    - `used_recently`: the latest was less than `once_per_days` ago (MK: once a month; SGP: a number per month);
    - `too_old`: debt older than `max_overdue_days` is for collection; at 60 days suspended the contract may end (RGC);
    - `too_many_open`: more than `max_open_invoices` are overdue;
    - `weekday`: it is not given on this day of the week.
    The ERP's own refusal wins over an Eligible. Pure: ask as often as wanted.
    """
    standing = _about_the_contract(contract, history, now)
    if standing:
        return standing
    mine = (i for i in open_invoices if i.contract_ref == contract.ref and i.hold not in NOT_OWED_NOW)
    debt = overdue(mine, today)
    if not debt:
        return Denied("no_debt")
    refused = (
        _about_the_customer(contract, kind, policy)
        or _about_the_past(debt, history, policy, now)
        or _about_the_debt(debt, policy, today)
        or _about_the_day(policy, today)
    )
    return refused or Eligible(
        now + timedelta(hours=policy.hours_of(contract.plan)),
        total_cents(debt),
        debt[0].late_from,
        late_fee_cents(debt),
    )


def reservation_key(contract_ref: str, today: date) -> str:
    """The key under which an unlock is reserved before anything is called: two requests in one day are one unlock."""
    return f"{contract_ref}:{today.isoformat()}"


def _about_the_contract(contract: Contract, history: Sequence[Promise], now: datetime) -> Denied | None:
    if contract.status == "cancelled":
        return Denied("cancelled")
    running = [p for p in history if p.kept is None and p.granted_at <= now < p.expires_at]
    if running:
        return Denied("active_already", available_at=max(p.expires_at for p in running))
    if contract.status != "blocked":
        return Denied("not_blocked")
    return Denied("other_block") if contract.blocked_for != "debt" else None


def _about_the_customer(contract: Contract, kind: CustomerKind, policy: Policy) -> Denied | None:
    if policy.plans and contract.plan not in policy.plans:
        return Denied("plan")
    return None if kind in policy.kinds else Denied("kind")


def _about_the_debt(debt: Sequence[Invoice], policy: Policy, today: date) -> Denied | None:
    days = max(invoice.overdue_days(today) for invoice in debt)
    if days > policy.max_overdue_days:
        return Denied("too_old", overdue_days=days, limit_days=policy.max_overdue_days)
    if policy.max_open_invoices and len(debt) > policy.max_open_invoices:
        return Denied("too_many_open")
    return None


def _about_the_day(policy: Policy, today: date) -> Denied | None:
    if today.isoweekday() in policy.weekdays:
        return None
    days = (today + timedelta(days=ahead) for ahead in EVERY_DAY)
    return Denied("weekday", available_on=next(day for day in days if day.isoweekday() in policy.weekdays))


def _about_the_past(
    debt: Sequence[Invoice], history: Sequence[Promise], policy: Policy, now: datetime
) -> Denied | None:
    if not history:
        return None
    last = max(history, key=lambda p: p.granted_at)
    if policy.refuse_after_broken_promise and _is_broken(last, debt, now):
        return Denied("broken_promise")
    since = now - timedelta(days=policy.broken_within_days)
    broken = sum(_is_broken(promise, debt, now) for promise in history if promise.granted_at >= since)
    if policy.max_broken and broken >= policy.max_broken:
        return Denied("broken_often")
    again = last.granted_at + timedelta(days=policy.once_per_days)
    return Denied("used_recently", available_at=again) if now < again else None


def _is_broken(promise: Promise, debt: Sequence[Invoice], now: datetime) -> bool:
    """Judged broken, or over and not judged yet while what it was given for is still unpaid (as IXC's code 113)."""
    if promise.kept is not None:
        return not promise.kept
    return promise.expires_at <= now and debt[0].late_from < promise.granted_at.date()
