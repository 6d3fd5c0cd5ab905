"""News that nobody asked for, to one contact: said in the open window, as a template outside, as a note to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.effects import Option, Say
from bot.say import say
from bot.texts import Texts
from handoff.events import add_note
from handoff.outcome import Denied
from handoff.templates import send_template
from models.contact import Contact
from models.conversation import Conversation, open_of
from models.message import Message


@dataclass(frozen=True)
class Notice:
    """What is said inside of the window, and the template outside (none: nothing is sent there)."""

    words: str
    template: str
    values: dict[str, str]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class _Here:
    """Where something is said."""

    conversation_id: int
    channel: str


def send_notice(
    session: Session, contact: Contact, notice: Notice, *, key: str, reason: str, texts: Texts, now: datetime
) -> Denied | None:
    """One message under this key, however often it is asked for; why not, where it may not be sent. A person who has
    the conversation gets a note instead: they say it."""
    if session.scalar(select(Message.id).where(Message.key == key)) is not None:
        return None
    talk = session.scalars(select(Conversation).where(open_of(contact.id)).with_for_update()).one_or_none()
    if talk is not None and (talk.handler != "bot" or (talk.quiet_until and talk.quiet_until > now)):
        note = texts("incident.note", text=notice.words)
        add_note(session, talk.id, talk.channel, note, author="system", key=key)
    elif talk is not None and talk.window_open(now):
        say(session, _Here(talk.id, talk.channel), Say(notice.words, notice.options), reason, key=key)
    elif notice.template:
        language = texts.language
        sent = send_template(
            session, contact, notice.template, notice.values, language=language, reason=reason, key=key
        )
        return sent if isinstance(sent, Denied) else None
    return None
