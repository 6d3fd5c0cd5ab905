"""Messages outside of WhatsApp's 24-hour window: which templates may be sent to whom, and sending one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dates import local_date
from core.template_text import BadValue, Wording, as_read, fill, wording
from handoff import audit
from handoff.access import Attendant
from handoff.consent import MARKETING, may_receive
from handoff.events import locked
from handoff.outcome import Denied, Done
from handoff.reply import GONE, answered, may_not_speak, press_key
from handoff.template_wording import FIELDS, purpose_name, status_name
from models import utc_now
from models.channel_template import APPROVED, SUPERSEDED, ChannelTemplate, usable_template
from models.contact import Contact
from models.conversation import Conversation, new_protocol, open_conversation, open_of
from models.message import Message
from models.outbox import add_work
from models.provider import provider_zone

CODES = "AUTHENTICATION"
SURVEYS = ("survey", "nps")
NOT_BY_HAND = Denied("Este modelo não é mandado por pessoas: escolha um da lista.")
NO_CONSENT = Denied("O cliente não autorizou mensagens de promoção: este modelo é cobrado e tratado como marketing.")


@dataclass(frozen=True)
class Ready:
    """A template that may be sent, with its values in place. `text` is what the customer reads."""

    row: ChannelTemplate
    values: dict[str, str]
    parameters: tuple[str, ...]
    text: str
    buttons: tuple[tuple[str, str], ...]


def send_template(
    session: Session,
    to: Conversation | Contact,
    purpose: str,
    values: Mapping[str, str],
    *,
    language: str,
    reason: str,
    key: str,
    author: str = "system",
) -> Done | Denied:
    """Queues the approved template of a purpose to a contact, or says in Portuguese why it may not be sent.

    `values` are the placeholders by name; `key` is the name of this very notice (outage:12:contact:7): the same key is
    one message, however often it is asked for. `reason` is what it is counted under. It goes into the contact's open
    conversation, whoever has it, without changing that; where there is none, one is opened that is the bot's.
    """
    contact = to if isinstance(to, Contact) else session.get_one(Contact, to.contact_id)
    if known := _known(session, key):
        return known
    ready = prepare(session, contact, purpose, values, language)
    if isinstance(ready, Denied):
        return ready
    conversation = conversation_of(session, contact)
    # Somebody may have sent it while this waited for the conversation.
    return _known(session, key) or Done(
        queue_template(session, conversation, ready, reason=reason, key=key, author=author)
    )


def reply_with_template(
    session: Session,
    conversation_id: int,
    agent: Attendant,
    purpose: str,
    values: Mapping[str, str],
    client_token: str,
    *,
    language: str,
) -> Done | Denied:
    """Queues a template in the agent's name, also outside of the window. The same `client_token` is one message.

    Only the owner may. What the customer wrote before counts as handled by a person from then on.
    """
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    key = press_key(f"template:{purpose}", conversation_id, agent, client_token)
    denied = _known(session, key) or may_not_speak(session, conversation, agent)
    if denied:
        return denied
    contact = session.get_one(Contact, conversation.contact_id)
    ready = prepare_by_hand(session, contact, purpose, values, language)
    if isinstance(ready, Denied):
        return ready
    message_id = queue_template(session, conversation, ready, reason="agent", key=key, author=agent.author)
    answered(session, conversation, agent, utc_now())
    subject = f"conversation:{conversation_id}"
    audit.record(session, agent.login, "template.sent", subject, message_id=message_id, template=ready.row.name)
    return Done(message_id)


def prepare(
    session: Session, contact: Contact, purpose: str, values: Mapping[str, str], language: str
) -> Ready | Denied:
    """The template with these values, if it may be sent to the contact now; else why not."""
    row = usable_template(session, contact.channel, purpose, language)
    if row is None:
        return Denied(_why_none(session, contact.channel, purpose, language))
    if not may_receive(session, contact.id, row.category):
        return NO_CONSENT
    words = wording(row.components)
    try:
        filled = fill(words, row.variables, values)
    except BadValue as problem:
        label = FIELDS.get(problem.name, problem.name)
        return Denied(f"{label}: {str(problem).partition(': ')[2]}.")
    given = {name: str(value).strip() for name, value in values.items()}
    return Ready(row, given, filled.body, as_read(words, filled), button_titles(words))


def prepare_by_hand(
    session: Session, contact: Contact, purpose: str, values: Mapping[str, str], language: str
) -> Ready | Denied:
    """The same for a person, who sends only what `sendable` offers, whatever a form says."""
    ready = prepare(session, contact, purpose, values, language)
    if isinstance(ready, Ready) and (ready.row.category == CODES or purpose in SURVEYS):
        return NOT_BY_HAND
    return ready


def queue_template(
    session: Session, conversation: Conversation, ready: Ready, *, reason: str, key: str, author: str
) -> int:
    """Adds the message and the work of sending it, and returns the message's id. The template's row is looked up anew
    when it leaves, by its purpose."""
    message = Message(
        conversation_id=conversation.id,
        channel=conversation.channel,
        direction="out",
        kind="template",
        text=ready.text,
        payload={
            "template": ready.row.purpose,
            "values": ready.values,
            "parameters": list(ready.parameters),
            "options": [[name, title, ""] for name, title in ready.buttons],
        },
        author=author,
        status="queued",
        key=key,
        reason=reason,
    )
    session.add(message)
    session.flush()
    add_work(session, "deliver", message.id)
    return message.id


def sendable(session: Session, contact: Contact, language: str) -> list[ChannelTemplate]:
    """The templates that a person may send to the contact now, one of each purpose; no one-time codes, and no
    surveys: those are asked by rules (handoff.satisfaction), so that a tap belongs to one."""
    found = select(ChannelTemplate.purpose).where(
        ChannelTemplate.channel == contact.channel,
        ChannelTemplate.language == language,
        ChannelTemplate.status == APPROVED,
        ChannelTemplate.category != CODES,
        ChannelTemplate.purpose.not_in(("", *SURVEYS)),
    )
    rows = [
        usable_template(session, contact.channel, purpose, language)
        for purpose in sorted(set(session.scalars(found)), key=purpose_name)
    ]
    allowed = may_receive(session, contact.id, MARKETING)
    return [row for row in rows if row is not None and (allowed or row.category != MARKETING)]


def button_titles(words: Wording) -> tuple[tuple[str, str], ...]:
    """(id, title) of each button."""
    return tuple((button.id or button.kind, button.title) for button in words.buttons)


def _known(session: Session, key: str) -> Done | None:
    known = session.scalar(select(Message.id).where(Message.key == key))
    return None if known is None else Done(known, repeated=True)


def _why_none(session: Session, channel: str, purpose: str, language: str) -> str:
    name = purpose_name(purpose)
    newest = session.scalars(
        select(ChannelTemplate)
        .where(
            ChannelTemplate.channel == channel,
            ChannelTemplate.purpose == purpose,
            ChannelTemplate.language == language,
            ChannelTemplate.blocked_for.is_distinct_from(SUPERSEDED),
        )
        .order_by(ChannelTemplate.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return f"O modelo “{name}” ainda não existe neste canal."
    if newest.status == APPROVED:
        return f"O modelo “{name}” está bloqueado: o WhatsApp recusou um envio ({newest.blocked_for})."
    return f"O modelo “{name}” não pode ser enviado agora: {status_name(newest.status)}."


def conversation_of(session: Session, contact: Contact) -> Conversation:
    """The contact's open conversation, locked; where there is none, a new one of the bot."""
    for _ in range(2):
        known = session.scalar(select(Conversation.id).where(open_of(contact.id)))
        conversation = locked(session, known) if known is not None else None
        if conversation is not None and conversation.handler != "closed":
            return conversation
        protocol = new_protocol(session, f"{local_date(utc_now(), provider_zone(session)):%Y%m%d}")
        open_conversation(session, contact.id, contact.channel, protocol)
    return session.scalars(select(Conversation).where(open_of(contact.id))).one()
