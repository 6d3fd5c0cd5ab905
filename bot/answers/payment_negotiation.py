"""Negociação: what the provider's table offers for the overdue debt, shown, confirmed, and only then agreed."""

from __future__ import annotations

from dataclasses import replace

from billing.negotiation import Offer, debt_of, offers, shown
from billing.records import Contract
from bot import people
from bot.answers.payment_terms import confirming, option_of, told
from bot.effects import Effect, Option, Remember, Say
from bot.money_effects import AcceptOffer
from bot.owing import owing
from bot.turn import Turn
from core.dates import format_date
from core.money import format_brl

OFFER, YES, NO = "deal:", "deal:yes:", "deal:no"


def answer(turn: Turn) -> list[Effect]:
    """Shows the debt and up to three offers; a number of instalments that was named at once is gone into. Without an
    offer in the table a person negotiates."""
    contract = turn.contract()
    if turn.agreement(contract):
        return people.hand_off(turn, "Cobrança", "negotiation_running", "handoff.negotiation_running")
    found = _offers(turn, contract)
    if not found:
        return _without_offers(turn, contract)
    asked = turn.replies.instalments(turn.text)
    return _named(turn, contract, asked) if asked else _show(turn, contract, found)


def _offers(turn: Turn, contract: Contract) -> tuple[Offer, ...]:
    return offers(turn.invoices(contract), turn.negotiating().policy, turn.today)


def _without_offers(turn: Turn, contract: Contract) -> list[Effect]:
    if turn.negotiating().policy.table and not debt_of(turn.invoices(contract), turn.today):
        held = any(invoice.hold for invoice in turn.invoices(contract))
        if not held and contract.status == "active":
            none = turn.texts("deal.none_overdue", name=turn.first_name(), number=contract.number)
            return [Say(none), Remember(replace(turn.dialogue, expect="", intent="", misses=0, data={}))]
    return people.hand_off(turn, "Cobrança", "payment_negotiation", "handoff.payment_negotiation")


def _show(turn: Turn, contract: Contract, found: tuple[Offer, ...]) -> list[Effect]:
    listed = shown(found)
    debt = owing(turn.texts, debt_of(turn.invoices(contract), turn.today))
    owed = turn.texts("deal.owed", name=turn.first_name(), number=contract.number, debt=debt)
    lines = "\n".join(told(turn.texts, offer) for offer in listed)
    text = "\n\n".join([owed, lines, turn.texts("deal.which")])
    options = tuple(option_of(turn.texts, f"{OFFER}{offer.count}", offer) for offer in listed)
    data = {"options": [[option.id, option.title] for option in options]}
    dialogue = replace(
        turn.dialogue,
        expect="negotiation_offer",
        intent="payment_negotiation",
        contract=contract.ref,
        misses=0,
        data=data,
    )
    return [Say(text, options, turn.texts("deal.button")), Remember(dialogue)]


def _chosen(turn: Turn) -> list[Effect] | None:
    """Which of the offers, by tap, by its place or by the number of instalments; or none of them."""
    contract = turn.contract()
    options = turn.dialogue.data.get("options", ())
    asked = turn.replies.instalments(turn.answer)
    if not asked:
        said = turn.replies.accepts(turn.answer) if not turn.reply_id else None
        if said is False:
            return _declined(turn)
        name = options[0][0] if said and len(options) == 1 else turn.replies.chosen(turn.answer, turn.reply_id, options)
        asked = int(str(name).removeprefix(OFFER)) if name else None
    return _named(turn, contract, asked) if asked else None


def _named(turn: Turn, contract: Contract, count: int) -> list[Effect]:
    """The terms of the offer with so many instalments, to be confirmed; one that the table has not is a person's."""
    offer = next((one for one in _offers(turn, contract) if one.count == count), None)
    if offer is None:
        return people.hand_off(turn, "Cobrança", "negotiation_other", "handoff.negotiation_other")
    negotiating = turn.negotiating()
    waits = offer.needs_approval or not negotiating.enters
    text = confirming(turn.texts, contract.number, offer, negotiating.policy, waits=waits)
    yes = Option(f"{YES}{_mark(offer)}", turn.texts("button.close_deal"))
    data = {"count": count, "mark": _mark(offer), "shown": text}
    dialogue = replace(
        turn.dialogue, expect="confirm_deal", intent="payment_negotiation", contract=contract.ref, misses=0, data=data
    )
    return [Say(text, (yes, Option(NO, turn.texts("button.other_deal")))), Remember(dialogue)]


def _confirmed(turn: Turn) -> list[Effect] | None:
    """The customer's yes or no to the terms. The debt is read again: the yes is to what was shown and to nothing
    else."""
    data, contract = turn.dialogue.data, turn.contract()
    said = turn.replies.accepts(turn.answer)
    if turn.reply_id in {f"{YES}{data.get('mark')}", NO}:
        said = turn.reply_id != NO
    if said is None:
        other = turn.replies.instalments(turn.answer)
        return _named(turn, contract, other) if other and other != data.get("count") else None
    if not said:
        return _declined(turn)
    offer = next((one for one in _offers(turn, contract) if one.count == data.get("count")), None)
    if offer is None or _mark(offer) != data.get("mark"):
        return answer(replace(turn, inbound=(), dialogue=replace(turn.dialogue, data={})))
    return _agreed(turn, contract, offer)


def _agreed(turn: Turn, contract: Contract, offer: Offer) -> list[Effect]:
    at_once = turn.negotiating().enters and not offer.needs_approval
    words = turn.text or turn.reply_id
    accepted = AcceptOffer(contract.ref, offer, str(turn.dialogue.data.get("shown", "")), words, at_once)
    line = turn.texts(
        "learnt.agreed",
        debt=format_brl(offer.debt_cents),
        count=offer.count,
        total=format_brl(offer.total_cents),
        first=format_brl(offer.instalments[0].amount_cents),
        due=format_date(offer.instalments[0].due),
    )
    intents = tuple(dict.fromkeys((*turn.dialogue.intents, "payment_negotiation")))
    dialogue = replace(
        turn.dialogue,
        expect="",
        intent="",
        misses=0,
        intents=intents,
        learnt=people.learnt(turn, line, once=True),
        data={},
    )
    if at_once:
        return [accepted, Remember(dialogue)]
    waiting = replace(turn, dialogue=dialogue)
    return [accepted, *people.hand_off(waiting, "Cobrança", "negotiation_approval", "handoff.negotiation_approval")]


def _declined(turn: Turn) -> list[Effect]:
    dialogue = replace(turn.dialogue, expect="", intent="", misses=0, data={})
    return [Say(turn.texts("deal.declined")), Remember(dialogue)]


def _mark(offer: Offer) -> str:
    """Tells one offer from another of the same number of instalments, a day or a payment later."""
    first = offer.instalments[0]
    return f"{offer.count}-{offer.debt_cents}-{offer.total_cents}-{first.due:%Y%m%d}"


REPLIES = {"negotiation_offer": _chosen, "confirm_deal": _confirmed}
