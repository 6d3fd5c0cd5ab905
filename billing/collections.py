"""Which step of its collection an invoice is due for. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from billing.collections_policy import NOTICE, CollectionsPolicy, Step
from billing.open_hours import OpenHours
from billing.records import Invoice

DUE_TODAY = "invoice_due_today"


@dataclass(frozen=True)
class StepDue:
    """A step of an invoice whose day has come. `missed` steps were overtaken and are never sent."""

    invoice: Invoice
    step: Step
    due_on: date
    missed: bool = False


def step_key(invoice_ref: str, step: str) -> str:
    """The name under which a step is done once."""
    return f"{invoice_ref}/{step}"


def plan_steps(
    invoices: Iterable[Invoice],
    history: Collection[str],
    policy: CollectionsPolicy,
    now: datetime,
    calendar: OpenHours,
) -> tuple[StepDue, ...]:
    """The steps that are due at `now` and whose keys are not in `history`, in the order of the invoices.

    Nothing outside of the hours, nothing of an invoice that is held, paid or too old. After a downtime only the latest
    step of an invoice is to be sent, and the notice of suspension, whose days begin with it: the others come as
    `missed`. Ask as often as wanted.
    """
    if not (policy.enabled and calendar.open_at(now)):
        return ()
    today = calendar.day(now)
    found: list[StepDue] = []
    for invoice in invoices:
        reached = _reached(invoice, policy, today)
        for step in reached:
            if step_key(invoice.ref, step.name) not in history:
                day = invoice.late_from + timedelta(days=step.days)
                found.append(StepDue(invoice, step, day, overtaken(invoice, step, policy, today)))
    return tuple(found)


def overtaken(invoice: Invoice, step: Step, policy: CollectionsPolicy, today: date) -> bool:
    """Whether another step has come since, or what the step says is no longer true ("due today"). A notice of
    suspension is not overtaken while the invoice is collected at all."""
    reached = _reached(invoice, policy, today)
    if step.template == NOTICE:
        return step not in reached
    if not reached or reached[-1].name != step.name:
        return True
    if step.template == "invoice_reminder":
        return today >= invoice.due_date
    return step.template == DUE_TODAY and today != invoice.due_date


def collectable(invoice: Invoice, policy: CollectionsPolicy, today: date) -> bool:
    """Open, not held, and not so old that people have to look at it."""
    return invoice.status == "open" and not invoice.hold and invoice.overdue_days(today) <= policy.give_up_after_days


def _reached(invoice: Invoice, policy: CollectionsPolicy, today: date) -> list[Step]:
    if not collectable(invoice, policy, today):
        return []
    steps = [step for step in policy.steps if policy.suspends == "ours" or step.template != NOTICE]
    return [step for step in steps if invoice.late_from + timedelta(days=step.days) <= today]
