"""When there is no bill to send: nothing open, being settled, disputed, negotiated, or drawn from account or card."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date

from billing.records import Contract, Invoice
from bot import bills, people
from bot.effects import Effect, Option, Remember, Say
from bot.turn import Turn
from core.dates import format_date
from core.money import format_brl

BY_ITSELF = frozenset({"direct_debit", "card"})


def none_open(turn: Turn, contract: Contract) -> Say:
    """Nothing is open: with when the next one comes, as far as the last one paid tells."""
    text = turn.texts("invoice.none", name=turn.first_name(), number=contract.number)
    paid = bills.paid_lately(turn, contract)
    if not paid:
        return Say(text)
    due = format_date(_next_month(max(invoice.due_date for invoice in paid), turn.today))
    return Say(f"{text} {turn.texts('invoice.next_due', due=due)}")


def drawn_by_itself(turn: Turn, contract: Contract, waiting: list[Invoice]) -> list[Effect]:
    """What direct debit or a card pays needs no bill, unless it failed to: an overdue one is sent like any other."""
    if contract.charge_by not in BY_ITSELF or any(invoice.overdue_days(turn.today) for invoice in waiting):
        return []
    invoice = waiting[0]
    values = {"amount": format_brl(invoice.amount_cents), "due": format_date(invoice.due_date)}
    text = turn.texts(
        "invoice.card" if contract.charge_by == "card" else "invoice.direct_debit",
        name=turn.first_name(),
        number=invoice.number,
        **values,
    )
    return [Say(text, (person(turn),)), _nothing_asked(turn)]


def all_held(turn: Turn, contract: Contract, held: list[Invoice]) -> list[Effect]:
    """Why none of what is open is collected: the payment is known, people decide, or an agreement replaces it."""
    settling = bills.held(held, "settling")
    if settling:
        return settling_told(turn, settling[0])
    if bills.held(held, "disputed"):
        return people.hand_off(turn, "Financeiro", "disputed", "handoff.disputed")
    return [Say(_negotiated(turn, contract), (person(turn),)), _nothing_asked(turn)]


def beside(turn: Turn, held: list[Invoice]) -> list[str]:
    """A sentence on each kind of bill that is left out beside one that is sent."""
    said = [turn.texts("paid.settling_too", number=invoice.number) for invoice in bills.held(held, "settling")[:1]]
    if bills.held(held, "disputed"):
        said.append(turn.texts("invoice.disputed_too"))
    if bills.held(held, "negotiation"):
        said.append(turn.texts("invoice.in_agreement"))
    return said


def settling_told(turn: Turn, invoice: Invoice) -> list[Effect]:
    """The payment is known and not settled: nothing is paid twice."""
    name, waits = turn.first_name(), bills.settles(turn)
    text = turn.texts("paid.settling", name=name, number=invoice.number, settles=waits)
    return [Say(text, (person(turn),)), _nothing_asked(turn)]


def person(turn: Turn) -> Option:
    """The way to a person."""
    return Option("intent:talk_to_human", turn.texts("button.person"))


def _negotiated(turn: Turn, contract: Contract) -> str:
    agreed = bills.agreement(turn, contract)
    left = [part for part in agreed.instalments if part[0] >= turn.today] if agreed else []
    if agreed is None or not left:
        return turn.texts("invoice.negotiating", name=turn.first_name())
    due, amount = left[0]
    return turn.texts(
        "invoice.agreement",
        name=turn.first_name(),
        count=len(agreed.instalments),
        amount=format_brl(amount),
        due=format_date(due),
    )


def _nothing_asked(turn: Turn) -> Remember:
    return Remember(replace(turn.dialogue, expect="", intent="", misses=0, data={}))


def _next_month(day: date, today: date) -> date:
    """The same day of the first month after today's or its own, or the last day of a shorter one."""
    wanted = day.day
    while day <= today:
        year, month = day.year + day.month // 12, day.month % 12 + 1
        day = date(year, month, min(wanted, monthrange(year, month)[1]))
    return day
