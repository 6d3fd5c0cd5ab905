"""Handing over to people: to which queue, with which words, and with everything the bot learnt."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue import intent_of, none_waiting
from bot.effects import Effect, HandOff, Remember, Say
from bot.needs import SourceDown
from bot.turn import Turn
from core.dates import format_date
from core.document import parse_document
from core.masking import mask_personal_data

QUEUE_OF_INTENT = {
    "invoice_second_copy": "Financeiro",
    "invoice_question": "Financeiro",
    "signal_release": "Financeiro",
    "payment_negotiation": "Cobrança",
    "new_plan_sales": "Comercial",
    "plan_change": "Comercial",
    "cancel_service": "Comercial",
    "outage_no_connection": "N1",
    "slow_internet": "N1",
}
PAPERS = frozenset({"signal_release", "invoice_second_copy", "invoice_question", "payment_negotiation"})


def hand_off(turn: Turn, queue: str, reason: str, text: str, *, ask: str = "", **values: str) -> list[Effect]:
    """Gives the conversation to `queue`, says so with the sentence `text`, and takes all it learnt along. What `ask`
    asks for (see effects.Say) comes to the person."""
    say = Say(turn.texts(text, queue=queue, protocol=turn.protocol, **values), ask=ask)
    dialogue = none_waiting(turn.dialogue)
    return [say, HandOff(queue, reason, summary(turn, reason)), Remember(dialogue)]


def hands_over(effects: Sequence[Effect]) -> bool:
    """Whether people own the conversation from now on."""
    return any(isinstance(effect, HandOff) for effect in effects)


def hand_off_on_wish(turn: Turn) -> list[Effect]:
    """The customer asked for a person: at once, in any state, without asking anything first."""
    spoken = (turn.dialogue.intent, *map(intent_of, turn.dialogue.pending), *reversed(turn.dialogue.intents))
    subject = next(filter(None, spoken), "")
    return hand_off(turn, QUEUE_OF_INTENT.get(subject, "N1"), "asked_for_person", "handoff.on_wish")


def hand_off_blind(turn: Turn) -> list[Effect]:
    """The customer base does not answer: say so honestly and let a person go on."""
    return hand_off(turn, "N1", "billing_unavailable", "handoff.billing_unavailable")


def summary(turn: Turn, reason: str) -> str:
    """What a person should know before the first word, one fact a line. Documents are masked."""
    lines = [turn.texts("summary.reason", reason=turn.texts(f"reason.{reason}"))]
    lines += _who(turn)
    dialogue = turn.dialogue
    wishes = filter(None, (*dialogue.intents, dialogue.intent, *map(intent_of, dialogue.pending)))
    named = ", ".join(dict.fromkeys(turn.texts(f"intent.{name}") for name in wishes))
    if named:
        lines.append(turn.texts("summary.wishes", wishes=named))
    lines += turn.dialogue.learnt
    if turn.text:
        lines.append(turn.texts("summary.said", text=mask_personal_data(turn.text.replace("\n", " / ")[:300])))
    return "\n".join(lines)


def _who(turn: Turn) -> list[str]:
    try:
        identified = turn.identified()
        customer = identified.customer
        if customer is None:
            typed = parse_document(turn.dialogue.document)
            shown = turn.texts("summary.typed", document=typed.masked) if typed else ""
            return [turn.texts("summary.unidentified", typed=shown).strip()]
        how = turn.texts(f"proved.{identified.how}")
        who = turn.texts("summary.who", name=customer.name, document=customer.document.masked, how=how)
        lines = [who]
        for contract in turn.contracts():
            why = f"_{contract.blocked_for}" if contract.status == "blocked" else ""
            state = turn.texts(f"status.{contract.status}{why}")
            text = turn.texts(
                "summary.contract", number=contract.number, plan=contract.plan, status=state, street=contract.street
            )
            lines.append(text)
    except SourceDown:
        return [turn.texts("summary.no_erp")]
    return lines


def learnt(turn: Turn, line: str, *, once: bool = False) -> tuple[str, ...]:
    """What was learnt so far, with one more line and its day; with `once`, not what is there already."""
    dated = f"{format_date(turn.today)}: {line}"
    known = tuple(other for other in turn.dialogue.learnt if other != dated) if once else turn.dialogue.learnt
    return (*known, dated)[-12:]
