"""How a provider collects: the steps, their hours, when a contract is suspended; each rule with its source."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal, get_args

from billing.open_hours import Hours, OpenHours
from core.errors import Misconfigured
from models.provider import Provider as ProviderRow

Suspends = Literal["ours", "erp", "off"]
NOTICE = "suspension_notice"
TEMPLATES = ("invoice_reminder", "invoice_due_today", "invoice_overdue", NOTICE)
LEGAL_NOTICE_DAYS, LEGAL_END_DAYS = 15, 60


@dataclass(frozen=True)
class Step:
    """A message `days` after the first due date (before it: negative), by the template `template`."""

    name: str
    days: int
    template: str

    def __post_init__(self) -> None:
        if self.template not in TEMPLATES:
            raise ValueError(f"steps: {self.template!r} não é nenhum de {', '.join(TEMPLATES)}")
        if (self.template == NOTICE) != (self.name == NOTICE) or (self.template == NOTICE and self.days < 1):
            raise ValueError(f"steps: só o aviso de suspensão se chama {NOTICE}, e vem depois do vencimento")


CADENCE = (
    Step("before", -3, "invoice_reminder"),
    Step("due", 0, "invoice_due_today"),
    Step("after_3", 3, "invoice_overdue"),
    Step("after_7", 7, "invoice_overdue"),
    Step(NOTICE, 15, NOTICE),
)
"""What Brazilian providers commonly do; a choice, not a rule."""
WEEKDAYS, SATURDAY, BLOCKING = Hours(8, 20), Hours(9, 14), Hours(8, 16)


@dataclass(frozen=True)
class CollectionsPolicy:
    """The provider's terms of collecting. Amounts in cents, spans in days or hours as their names say.

    `enabled`: with an ERP of its own a provider usually collects from there already, so it is off until somebody
    decides; the local one has nobody else to do it.
    `steps`, `per_minute`, `give_up_after_days` (older debts are people's matter): choices.
    `weekdays`, `saturday`, `holidays`: CDC art. 42 forbids exposing or harassing a debtor; the hours are the usual
    reading of it (8-20, Saturday 9-14, none on Sundays and holidays).
    `contact_messages` in `contact_days`: the same article; the notice that the law asks for is exempt.
    `quiet_after_talk_minutes`: whoever is talking with us is not dunned meanwhile.
    `suspends`: ours (notice, block and restoration by us), erp (it does all of that), off (nobody is cut off).
    `notice_days`: 15 days after the notice (RGC, Res. 765/2023). A micro-provider (<= 5,000 accesses) owes only titles
    II ch. I and III ch. I (art. 90 §5), so it alone may set less.
    `end_after_days`: the contract may end 60 days after the suspension, with notice beforehand (RGC); how long before
    is `end_notice_days`, a choice.
    `restore_hours`: within a day of the payment being known (RGC), without a fee; an alert comes
    `restore_margin_hours` before.
    `block_hours`, `no_block_before_rest`: on working days when somebody can help, and not before a day of rest
    (the rule of Lei 14.015/2020 for public services, taken as a courtesy).
    `batch_above`: more blocks at once wait for a second person.
    `missing_hours`: an invoice that an outside ERP lists no more may come back for so long, with its notice: an ERP can
    stammer; a choice. While it is not listed nobody is suspended for it.
    `dispute_days`: a contested invoice is answered in 30 days (RGC); an alert comes `dispute_margin_days` before.
    """

    enabled: bool = True
    steps: tuple[Step, ...] = CADENCE
    weekdays: Hours = WEEKDAYS
    saturday: Hours = SATURDAY
    block_hours: Hours = BLOCKING
    holidays: tuple[date, ...] = field(default=())
    contact_messages: int = 3
    contact_days: int = 7
    quiet_after_talk_minutes: int = 60
    per_minute: int = 60
    give_up_after_days: int = 120
    suspends: Suspends = "ours"
    notice_days: int = LEGAL_NOTICE_DAYS
    end_after_days: int = LEGAL_END_DAYS
    end_notice_days: int = 10
    restore_hours: int = 24
    restore_margin_hours: int = 4
    no_block_before_rest: bool = True
    batch_above: int = 20
    missing_hours: int = 72
    dispute_days: int = 30
    dispute_margin_days: int = 5

    def __post_init__(self) -> None:
        days = [step.days for step in self.steps]
        if days != sorted(days) or len({step.name for step in self.steps}) != len(days):
            raise ValueError("steps: na ordem dos dias, cada nome uma vez")
        if self.suspends not in get_args(Suspends):
            raise ValueError("suspends: ours, erp ou off")
        counts = ("contact_messages", "contact_days", "per_minute", "notice_days", "batch_above", "end_notice_days")
        if none := [name for name in (*counts, "missing_hours") if getattr(self, name) < 1]:
            raise ValueError(f"{', '.join(none)}: pelo menos 1")
        if self.quiet_after_talk_minutes < 0:
            raise ValueError("quiet_after_talk_minutes: 0 ou mais")
        if self.end_after_days < LEGAL_END_DAYS or not 0 <= self.restore_margin_hours < self.restore_hours <= 24:
            raise ValueError("end_after_days: 60 ou mais; restore_hours: até 24, mais que restore_margin_hours (RGC)")
        if not 0 < self.dispute_margin_days < self.dispute_days <= 30:
            raise ValueError("dispute_days: até 30, mais que dispute_margin_days (RGC)")
        if self.weekdays.start == self.weekdays.end or self.block_hours.start == self.block_hours.end:
            raise ValueError("weekdays e block_hours: pelo menos uma hora")


@dataclass(frozen=True)
class Collecting:
    """The policy with the hours it makes in the provider's place."""

    policy: CollectionsPolicy
    writing: OpenHours
    blocking: OpenHours


def collecting_of(row: ProviderRow, *, local: bool) -> Collecting:
    """The policy `collections` of the row; `local` says that our own tables are the ERP, which changes what it leaves
    out (see CollectionsPolicy). Raises Misconfigured `provider`."""
    terms = dict(row.policies.get("collections") or {})
    terms.setdefault("enabled", local)
    terms.setdefault("suspends", "ours" if local else "erp")
    try:
        policy = CollectionsPolicy(**_read(terms))
        if row.size != "micro" and policy.notice_days < LEGAL_NOTICE_DAYS:
            raise ValueError("notice_days: 15 ou mais, exceto para microprestadoras (RGC)")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Misconfigured("provider", f"policies.collections: {error}") from error
    writing = OpenHours(row.timezone, row.state, policy.weekdays, policy.saturday, policy.holidays)
    blocking = OpenHours(row.timezone, row.state, policy.block_hours, Hours(0, 0), policy.holidays)
    return Collecting(policy, writing, blocking)


def _read(terms: dict[str, Any]) -> dict[str, Any]:
    """JSON's lists and pairs as the policy's values."""
    known = {item.name for item in fields(CollectionsPolicy)}
    if unknown := sorted(terms.keys() - known):
        raise ValueError(f"não existe: {', '.join(unknown)}")
    for name in {"weekdays", "saturday", "block_hours"} & terms.keys():
        terms[name] = Hours(*terms[name])
    if "steps" in terms:
        terms["steps"] = tuple(Step(**step) for step in terms["steps"])
    if "holidays" in terms:
        terms["holidays"] = tuple(date.fromisoformat(str(day)) for day in terms["holidays"])
    return terms
