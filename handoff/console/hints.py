"""Suggestions to the agent from what the customer wrote: the intent in words, the button, answers and articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from handoff.access import Attendant
from handoff.console.line_card import LineCard
from handoff.console.service import Bill, Contracts
from handoff.knowledge.finding import suggested
from handoff.suggestions import latest_intent
from handoff.writing.canned import Canned, canned_about
from models.article import Article
from models.conversation import Conversation
from nlu.intent_names import intent_names

OF_THE_LINE: Mapping[str, str] = {
    "signal_release": "release",
    "outage_no_connection": "diagnose",
    "slow_internet": "diagnose",
}
FORMS: Mapping[str, tuple[str, str]] = {
    "wifi_password": ("desk-wifi", "Mudar Wi-Fi"),
    "technician_schedule": ("desk-visit", "Pedir visita"),
}
BILLS = frozenset({"invoice_second_copy", "invoice_question", "payment_negotiation"})


@dataclass(frozen=True)
class Hints:
    """`intent` in words. At most one act: a button of the line by its name, a bill to send, or (id, title) of the form
    to open."""

    intent: str
    line_act: str
    bill: Bill | None
    form: tuple[str, str] | None
    articles: Sequence[Article]
    answers: Sequence[Canned]


def read_hints(
    session: Session, conversation: Conversation, who: Attendant, contracts: Contracts, line: LineCard | None
) -> Hints | None:
    """What may help now; nothing once it ended, or where nobody knows what is wanted."""
    intent = latest_intent(session, conversation.id)
    if not intent or conversation.handler == "closed":
        return None
    act = OF_THE_LINE.get(intent, "")
    offered = {one.name for one in line.acts} if line else set()
    named = intent_names().get(intent, intent)
    return Hints(
        intent=named,
        line_act=act if act in offered else "",
        bill=_bill(contracts) if intent in BILLS else None,
        form=FORMS.get(intent) if line else None,
        articles=suggested(session, [intent], who),
        answers=canned_about(session, conversation.queue, named),
    )


def _bill(contracts: Contracts) -> Bill | None:
    """The one to be paid first of the contract that is spoken of, or of the only one."""
    mine = [one for one in contracts if one.current] or (contracts if len(contracts) == 1 else [])
    return next((bill for one in mine for bill in one.bills if not bill.hold_text), None)
