"""What the templates of the collection are filled with."""

from __future__ import annotations

from datetime import date, timedelta

from billing.collections_policy import NOTICE, CollectionsPolicy
from billing.records import Invoice
from core.dates import format_date
from core.money import format_brl
from handoff.debt_desk import addressed
from models.customer import Customer


def values_of(
    template: str, customer: Customer, invoice: Invoice, suspend_on: date, policy: CollectionsPolicy
) -> dict[str, str]:
    """The placeholders of the template: of the notice all that the RGC wants said of the debt and of the dates."""
    values = {
        "name": addressed(customer),
        "number": invoice.number,
        "amount": format_brl(invoice.amount_cents),
        "due_date": format_date(invoice.due_date),
    }
    if template != NOTICE:
        return values
    ends = suspend_on + timedelta(days=policy.end_after_days + policy.end_notice_days)
    return {
        **values,
        "month": f"{invoice.late_from.month:02d}/{invoice.late_from.year}",
        "suspend_date": format_date(suspend_on),
        "end_date": format_date(ends),
        "restore_hours": str(policy.restore_hours),
    }
