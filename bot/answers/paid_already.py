"""The claim "já paguei": whether the payment is known, how long it takes to become so, and no second one."""

from __future__ import annotations

from dataclasses import replace

from billing.invoices import order_for_payment, overdue
from billing.records import Contract
from bot import bills
from bot.answers.nothing_to_send import none_open, person, settling_told
from bot.effects import Effect, Remember, Say
from bot.turn import Turn
from core.dates import format_date, local_date
from core.money import format_brl


def about_payment(turn: Turn, contract: Contract) -> list[Effect]:
    """What is known of the payment that the customer speaks of; the proof is invited, a second payment is not."""
    waiting = order_for_payment(turn.invoices(contract))
    settling = bills.held(waiting, "settling")
    if settling:
        return settling_told(turn, settling[0])
    paid = bills.just_paid(turn, contract)
    nothing_asked = Remember(replace(turn.dialogue, expect="", intent="", misses=0, data={}))
    if paid and paid.paid_at and not overdue(waiting, turn.today):
        text = turn.texts(
            "paid.confirmed",
            name=turn.first_name(),
            amount=format_brl(paid.paid_cents or paid.amount_cents),
            number=paid.number,
            paid_on=format_date(local_date(paid.paid_at, turn.provider.timezone)),
        )
        return [Say(text), nothing_asked]
    if not waiting:
        return [none_open(turn, contract), nothing_asked]
    text = turn.texts("paid.not_seen", name=turn.first_name(), settles=bills.settles(turn))
    return [Say(text, (person(turn),)), nothing_asked]
