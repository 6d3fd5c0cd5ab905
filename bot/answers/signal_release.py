"""Liberação de sinal: explained, confirmed by the customer, then released on trust; or refused by its rule."""

from __future__ import annotations

from dataclasses import replace

from billing.invoices import overdue
from billing.records import Contract
from billing.trust_unlock import Denied, Eligible, assess
from bot import bills, people
from bot.answers.diagnosis import start_diagnosis
from bot.answers.paid_already import about_payment
from bot.answers.unlock_refused import paid_meanwhile, refuse
from bot.effects import Effect, Option, Remember, Say
from bot.money_effects import UnlockOnTrust
from bot.owing import amount_owing
from bot.turn import Turn
from core.dates import format_date

YES, NO = "release:yes", "release:no"


def answer(turn: Turn) -> list[Effect]:
    """Active: says so and looks at the line. Blocked: offers the release, or says which rule forbids it."""
    contract = turn.contract()
    refused = out_of_service(turn, contract, "")
    if refused:
        return refused
    if turn.replies.only_of_payment(turn.text):
        return about_payment(turn, contract)
    return start_diagnosis(turn, contract, "not_blocked")


def out_of_service(turn: Turn, contract: Contract, lead: str) -> list[Effect]:
    """What is said before any measurement to a customer whose contract is blocked or cancelled; else nothing."""
    if contract.status == "blocked":
        return offer(turn, contract, lead)
    if contract.status == "cancelled":
        return people.hand_off(turn, "Comercial", "cancelled_contract", "handoff.cancelled_contract")
    return []


def offer(turn: Turn, contract: Contract, lead: str) -> list[Effect]:
    """The offer or the refusal for a blocked contract; `lead` is a sentence that comes first."""
    verdict = _assess(turn, contract)
    start = f"{lead}\n\n" if lead else ""
    if isinstance(verdict, Denied):
        return refuse(turn, contract, verdict, start)
    until = turn.when(verdict.until)
    text = start + turn.texts(
        "release.offer",
        name=turn.first_name(),
        until=until,
        amount=amount_owing(turn.texts, verdict.amount_cents, verdict.late_fee_cents),
        due=format_date(verdict.oldest_due),
    )
    data = {"shown": text, "amount_cents": verdict.amount_cents}
    dialogue = replace(
        turn.dialogue, expect="confirm_release", intent="signal_release", contract=contract.ref, misses=0, data=data
    )
    return [Say(text, _confirm(turn)), Remember(dialogue)]


def _confirmed(turn: Turn) -> list[Effect] | None:
    """The customer's yes or no to the offer. The rules are looked at again: things may have changed meanwhile."""
    words = turn.replies.words
    said = turn.replies.agrees(turn.answer, words.release_words, words.signal_words)
    if turn.reply_id in {YES, NO}:
        said = turn.reply_id == YES
    if said is None:
        return _says_more(turn)
    if not said:
        dialogue = replace(turn.dialogue, expect="", intent="", misses=0, data={})
        return [Say(turn.texts("release.declined")), Remember(dialogue)]
    contract = turn.contract()
    verdict = _assess(turn, contract)
    if isinstance(verdict, Denied):
        paid = verdict.rule in {"no_debt", "not_blocked"} and not overdue(turn.invoices(contract), turn.today)
        return paid_meanwhile(turn, contract) if paid else refuse(turn, contract, verdict)
    if verdict.amount_cents != turn.dialogue.data.get("amount_cents", verdict.amount_cents):
        # The debt is not what the customer agreed to any more: the yes was to another offer.
        return offer(turn, contract, "")
    shown = str(turn.dialogue.data.get("shown", ""))
    unlock = UnlockOnTrust(contract.ref, verdict.until, verdict.amount_cents, shown, turn.text or turn.reply_id)
    intents = tuple(dict.fromkeys((*turn.dialogue.intents, "signal_release")))
    dialogue = replace(
        turn.dialogue, expect="", intent="", misses=0, intents=intents, data={"until": verdict.until.isoformat()}
    )
    return [unlock, Remember(dialogue)]


def _says_more(turn: Turn) -> list[Effect] | None:
    """Paid, says the customer, while the bill is still open here; or asks how much it is. Once the answer to that is
    said, and the offer stands."""
    replies = turn.replies
    paid, amount_asked = replies.says_paid(turn.text), replies.asks_amount(turn.text)
    sentence = "release.paid" if paid else "release.amount" if amount_asked else ""
    if not sentence or turn.dialogue.misses:
        return None
    contract = turn.contract()
    verdict = _assess(turn, contract)
    if isinstance(verdict, Denied):
        return refuse(turn, contract, verdict)
    amount = amount_owing(turn.texts, verdict.amount_cents, verdict.late_fee_cents)
    due = format_date(verdict.oldest_due)
    text = turn.texts(sentence, amount=amount, due=due, settles=bills.settles(turn))
    return [Say(text, _confirm(turn)), Remember(replace(turn.dialogue, misses=1))]


def _confirm(turn: Turn) -> tuple[Option, ...]:
    return Option(YES, turn.texts("button.release")), Option(NO, turn.texts("button.not_now"))


def _back(turn: Turn) -> list[Effect] | None:
    """After a release the customer was asked nothing; a report of how it went is understood all the same."""
    works = turn.replies.reported(turn.text)
    if works is None or (works and turn.understanding().intent == "invoice_second_copy"):
        return None
    if works:
        return [
            Say(turn.texts("tried.works", name=turn.first_name())),
            Remember(replace(turn.dialogue, expect="", misses=0, data={})),
        ]
    contract = turn.contract()
    return out_of_service(turn, contract, "") or start_diagnosis(turn, contract, "")


def _assess(turn: Turn, contract: Contract) -> Eligible | Denied:
    invoices, promises, kind = turn.invoices(contract), turn.promises(contract), turn.customer().kind
    return assess(contract, invoices, promises, turn.policy, turn.now, turn.today, kind)


REPLIES = {"confirm_release": _confirmed, "back": _back}
