"""Segunda via: the open invoice in one message, oldest overdue first; the others are offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from billing.invoices import order_for_payment
from billing.records import Contract, Invoice, SecondCopy
from bot import bills, choose, people
from bot.answers.nothing_to_send import all_held, beside, drawn_by_itself, none_open, person
from bot.answers.paid_already import about_payment
from bot.bill_told import bubble
from bot.effects import Effect, Remember, Say
from bot.owing import owing
from bot.turn import Turn
from core.dates import format_date
from core.money import format_brl

MOST_LISTED = 5


def answer(turn: Turn) -> list[Effect]:
    """Sends the invoice that should be paid first, or says why there is none to send."""
    contract = turn.contract()
    if turn.replies.says_paid(turn.text) and not turn.replies.another_invoice(turn.text):
        return about_payment(turn, contract)
    waiting, held = _waiting(turn, contract)
    if not waiting and not held:
        return [none_open(turn, contract)]
    if not waiting:
        return all_held(turn, contract, held)
    return drawn_by_itself(turn, contract, waiting) or _send(turn, waiting, beside(turn, held))


def _waiting(turn: Turn, contract: Contract) -> tuple[list[Invoice], list[Invoice]]:
    """The open invoices in the order in which to pay them, and those that are not collected now."""
    ordered = order_for_payment(turn.invoices(contract))
    return [one for one in ordered if not one.hold], [one for one in ordered if one.hold]


def _another(turn: Turn) -> list[Effect] | None:
    """After one invoice of several: the next one, if that is what the customer wants."""
    said = turn.replies.yes_or_no(turn.answer, turn.replies.words.invoice_words)
    if said is False:
        return [Say(turn.texts("deny")), Remember(replace(turn.dialogue, expect="", misses=0, data={}))]
    if not said and not turn.replies.wants_more_invoices(turn.answer):
        return None
    left = set(turn.dialogue.data.get("left", ()))
    contract = turn.contract()
    waiting = [invoice for invoice in _waiting(turn, contract)[0] if invoice.ref in left]
    if not waiting:
        none = turn.texts("invoice.none_left", name=turn.first_name())
        return [Say(none), Remember(replace(turn.dialogue, expect="", misses=0, data={}))]
    return _send(turn, waiting)


def _after_the_last(turn: Turn) -> list[Effect] | None:
    """After the only open invoice: another one is asked for, or that of another address."""
    contracts = turn.contracts()
    places = [(contract.ref, f"{contract.short_address} {contract.number}") for contract in contracts]
    ref = turn.replies.chosen(turn.text, "", places) if len(places) > 1 else None
    if ref and ref != turn.dialogue.contract:
        return answer(replace(turn, dialogue=replace(turn.dialogue, contract=ref, expect="", misses=0, data={})))
    if not turn.replies.another_invoice(turn.text):
        return None
    others = [contract.ref for contract in contracts if contract.ref != turn.dialogue.contract]
    if len(contracts) == 2 and len(others) == 1:
        return answer(replace(turn, dialogue=replace(turn.dialogue, contract=others[0], expect="", misses=0, data={})))
    if len(contracts) > 1:
        return choose.ask(turn, "invoice_second_copy", contracts)
    none = turn.texts("invoice.none_left", name=turn.first_name())
    return [Say(none), Remember(replace(turn.dialogue, expect="", misses=0, data={}))]


def _send(turn: Turn, waiting: list[Invoice], notes: Sequence[str] = ()) -> list[Effect]:
    invoice, others = waiting[0], waiting[1:]
    sent = bills.sent_copy(turn, invoice)
    copy = sent.copy if sent else turn.second_copy(invoice)
    if copy is None:
        return people.hand_off(turn, "Financeiro", "no_copy", "handoff.no_copy")
    more = [*notes]
    if others:
        listed = "; ".join(_listed(turn, one) for one in others[:MOST_LISTED])
        if len(others) > MOST_LISTED:
            listed = f"{listed} {turn.texts('invoice.and_more', count=len(others) - MOST_LISTED)}"
        # With more to be said after it, this must not be a question: nobody could tell what a "sim" answers.
        asking = "invoice.others" if not turn.dialogue.pending else "invoice.others_only"
        more.append(turn.texts(asking, others=listed))
    offered = others if not turn.dialogue.pending else []
    data = {"left": [other.ref for other in offered]} if offered else {}
    dialogue = replace(
        turn.dialogue, expect="another_invoice" if offered else "last_invoice", intent="", misses=0, data=data
    )
    if sent and sent.times > 1:
        return [_enough(turn, copy, more), Remember(dialogue)]
    if sent:
        more.insert(0, turn.texts("invoice.same"))
    return [bubble(turn, invoice, copy, more), Remember(dialogue)]


def _listed(turn: Turn, invoice: Invoice) -> str:
    late = invoice.overdue_days(turn.today) > 0
    amount = owing(turn.texts, [invoice]) if late else format_brl(invoice.amount_cents)
    return f"{amount} ({format_date(invoice.due_date)})"


def _enough(turn: Turn, copy: SecondCopy, more: Sequence[str]) -> Say:
    """The third time within minutes: what is above is still right, so what helps is a person."""
    amount = format_brl(copy.invoice.amount_cents)
    text = turn.texts("invoice.same_again", name=turn.first_name(), number=copy.invoice.number, amount=amount)
    return Say("\n\n".join([text, *more]), (person(turn),))


REPLIES = {"another_invoice": _another, "last_invoice": _after_the_last}
