"""Telling somebody that their line is back: in words where a chat is open, as a note where a person has it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.addressed import addressed
from bot.dialogue import Dialogue
from bot.texts import Texts
from core.dates import format_hour
from handoff.events import add_note, locked
from handoff.outcome import Denied
from handoff.reply import queue_text
from handoff.templates import send_template
from models import utc_now
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.line_report import LineWatch
from models.provider import provider_policies, provider_zone
from provisioning.outages.watch_terms import POLICY, watch_terms_of

TEMPLATE = "outage_over"


def tell_back(session: Session, conversation: Conversation, watch: LineWatch, texts: Texts, read_at: datetime) -> None:
    """Says that the line was read as back at `read_at`, and ends the guided test; the caller does this once.

    While a person has the conversation, or its window is closed and the provider pays for no template (policy
    `line_watch`: {"by_template": true}), people get a note instead.
    """
    hour = format_hour(read_at, provider_zone(session))
    hindered = _hindered(session, conversation, watch, texts, texts("watch.back", hour=hour))
    if hindered:
        note(session, conversation, texts("watch.note_back", hour=hour, why=texts(hindered)))
    _end_test(conversation, watch.contract_ref)


def note(session: Session, conversation: Conversation, text: str) -> None:
    """A note for the people who read the thread."""
    add_note(session, conversation.id, conversation.channel, text, author="system")


def conversation_of(session: Session, watch: LineWatch) -> Conversation | None:
    """The contact's newest conversation, an open one first, locked; None where nobody asked in a conversation."""
    if watch.conversation_id is None:
        return None
    contact_id = session.get_one(Conversation, watch.conversation_id).contact_id
    newest = select(Conversation.id).where(Conversation.contact_id == contact_id)
    ordered = newest.order_by(Conversation.handler == "closed", Conversation.id.desc()).limit(1)
    return locked(session, session.scalars(ordered).one())


def _hindered(session: Session, conversation: Conversation, watch: LineWatch, texts: Texts, text: str) -> str:
    """Says it; or the name of the sentence that tells why that was not possible."""
    key = f"watch:{watch.id}"
    if conversation.handler == "agent":
        return "watch.with_person"
    if conversation.window_open(utc_now()):
        # Nobody waits for an answer of ours here, so that a person who takes over does not make it unsaid.
        queue_text(session, conversation, text, author="system", key=key)
        return ""
    policies = provider_policies(session)
    if not watch_terms_of(policies).by_template:
        return "watch.window"
    values = _values(session, watch.contract_ref, texts)
    sent = send_template(session, conversation, TEMPLATE, values, language=texts.language, reason=POLICY, key=key)
    return "watch.window" if isinstance(sent, Denied) else ""


def _values(session: Session, contract_ref: str, texts: Texts) -> dict[str, str]:
    contract, name = session.execute(
        select(Contract, Customer.name)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Contract.ref == contract_ref)
    ).one()
    return {"name": addressed(name, texts), "district": contract.area or contract.cto or contract.address}


def _end_test(conversation: Conversation, contract_ref: str) -> None:
    """Nothing is left to be tried; a report that it is not so is listened to."""
    dialogue = Dialogue.load(conversation.dialogue)
    if dialogue.guide.get("contract") != contract_ref:
        return
    after = {**dialogue.dump(), "guide": {}}
    if dialogue.expect in {"tried", "confirm_reboot"}:
        after |= {"expect": "back", "misses": 0, "data": {}}
    conversation.dialogue = after
    conversation.version += 1
