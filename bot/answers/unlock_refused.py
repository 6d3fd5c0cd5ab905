"""A trust unlock that is refused: by which rule, how to pay, and always a person who can review it."""

from __future__ import annotations

from dataclasses import replace

from billing.invoices import demanded, order_for_payment, overdue
from billing.records import Contract, Invoice
from billing.trust_unlock import Denied
from bot import bills, people
from bot.answers.diagnosis import start_diagnosis
from bot.answers.nothing_to_send import all_held, person
from bot.effects import PAID, AskNetwork, Effect, Option, Remember, Say
from bot.owing import owing
from bot.turn import Turn
from core.dates import format_date
from provisioning.action import RELEASE_SIGNAL


def refuse(turn: Turn, contract: Contract, denied: Denied, start: str = "") -> list[Effect]:
    """Which rule, what to do about it, and always a person: an automated refusal can be reviewed (LGPD, art. 20)."""
    if denied.rule in {"not_blocked", "active_already"}:
        return start_diagnosis(turn, contract, denied.rule)
    if denied.rule == "other_block":
        return people.hand_off(turn, "Financeiro", "blocked_otherwise", "handoff.blocked_otherwise")
    if denied.rule == "no_debt":
        held = overdue(turn.invoices(contract), turn.today)
        if held:
            return all_held(turn, contract, held)
        if bills.just_paid(turn, contract):
            return paid_meanwhile(turn, contract)
        return people.hand_off(turn, "Financeiro", "blocked_without_debt", "handoff.blocked_without_debt")
    when = turn.when(denied.available_at) if denied.available_at else ""
    when = format_date(denied.available_on) if denied.available_on else when
    debt = order_for_payment(turn.invoices(contract))
    return told(turn, contract.ref, denied.rule, debt, start, available=when, days=denied.overdue_days or 0)


def paid_meanwhile(turn: Turn, contract: Contract) -> list[Effect]:
    """The payment came before the yes: nothing is given on trust, and the signal is released for it. Where that is done
    already, by what is known here, the network says whether it is true."""
    cause = f"paid:{turn.inbound[-1].id if turn.inbound else turn.now.isoformat()}"
    dialogue = replace(turn.dialogue, expect="", intent="", contract=contract.ref, misses=0, data={})
    words = "release.paid_back" if contract.status == "active" else "release.paid_meanwhile"
    text = turn.texts(words, name=turn.first_name())
    return [Say(text), AskNetwork(RELEASE_SIGNAL, contract.ref, PAID, cause), Remember(dialogue)]


def told(
    turn: Turn, contract_ref: str, rule: str, invoices: list[Invoice], start: str = "", **values: str | int
) -> list[Effect]:
    """The refusal by its rule (release.denied.*), with what is to be paid."""
    text = start + turn.texts(
        f"release.denied.{rule}",
        name=turn.first_name(),
        amount=owing(turn.texts, demanded(invoices, turn.today)),
        settles=bills.settles(turn),
        **values,
    )
    options = (Option("intent:invoice_second_copy", turn.texts("button.second_copy")), person(turn))
    line = turn.texts("learnt.release_denied", rule=turn.texts(f"rule.{rule}"))
    dialogue = replace(
        turn.dialogue,
        expect="",
        intent="",
        contract=contract_ref,
        misses=0,
        intents=tuple(dict.fromkeys((*turn.dialogue.intents, "signal_release"))),
        learnt=people.learnt(turn, line, once=True),
        data={},
    )
    return [Say(text, options), Remember(dialogue)]
