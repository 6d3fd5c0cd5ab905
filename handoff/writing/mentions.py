"""Notes that name people with @login: who is meant, and what each has not seen yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant, attendant_of, may_see
from handoff.outcome import Denied, Done
from handoff.reply import note
from handoff.writing.drafts import drop_draft
from models import utc_now
from models.agent import Agent
from models.contact import Contact
from models.conversation import Conversation
from models.mention import Mention
from models.message import Message

NAMED = re.compile(r"(?<![\w@.])@([\w.-]*\w)")
LISTED = 100


@dataclass(frozen=True)
class Named:
    """A mention for the list. `seen` says whether its person has opened the conversation since."""

    id: int
    conversation_id: int
    message_id: int
    by: str
    customer: str
    text: str
    at: datetime
    seen: bool


def write_note(session: Session, conversation_id: int, agent: Attendant, text: str, client_token: str) -> Done | Denied:
    """Adds a note (handoff.reply.note) and tells those whom it names with @login. Nothing is written where somebody is
    named who may not see the conversation: they would never read it."""
    conversation = session.get_one(Conversation, conversation_id)
    people = _named(session, text)
    blind = [person.name for person in people if not may_see(attendant_of(person), conversation)]
    if blind:
        return Denied(f"{', '.join(blind)} não vê esta conversa: transfira, ou tire a menção.")
    done = note(session, conversation_id, agent, text, client_token)
    if isinstance(done, Denied):
        return done
    drop_draft(session, conversation_id, agent, "note")
    if done.repeated:
        return done
    for person in people:
        session.add(
            Mention(message_id=done.message_id, conversation_id=conversation_id, agent_id=person.id, by=agent.login)
        )
        audit.record(session, agent.login, "person.mentioned", f"conversation:{conversation_id}", login=person.login)
    return done


def _named(session: Session, text: str) -> list[Agent]:
    """Active people of the console that the text names; an @ before anything else is only an @."""
    logins = set(NAMED.findall(text))
    found = session.scalars(select(Agent).where(Agent.login.in_(logins), Agent.active).order_by(Agent.login))
    return [person for person in found if attendant_of(person).uses_console]


def unseen_count(session: Session, who: Attendant) -> int:
    """How many mentions this person has not seen."""
    mine = Mention.agent_id == who.id, Mention.seen_at.is_(None)
    return session.scalar(select(func.count()).select_from(Mention).where(*mine)) or 0


def see_mentions(session: Session, conversation_id: int, who: Attendant) -> None:
    """This person looks at the conversation: what named them there is seen. May be called again."""
    session.execute(
        update(Mention)
        .where(Mention.conversation_id == conversation_id, Mention.agent_id == who.id, Mention.seen_at.is_(None))
        .values(seen_at=utc_now())
    )


def mentions_of(session: Session, who: Attendant) -> list[Named]:
    """Those of this person, unseen first, then the newest; only of conversations that they may still see."""
    rows = session.execute(
        select(Mention, Message.text, Conversation, Contact.profile_name, Agent.name)
        .join(Message, Message.id == Mention.message_id)
        .join(Conversation, Conversation.id == Mention.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(Agent, Agent.login == Mention.by)
        .where(Mention.agent_id == who.id)
        .order_by(Mention.seen_at.is_not(None), Mention.id.desc())
        .limit(LISTED)
    )
    return [
        Named(
            id=row.Mention.id,
            conversation_id=row.Mention.conversation_id,
            message_id=row.Mention.message_id,
            by=row.name or row.Mention.by,
            customer=row.profile_name or "Contato sem nome",
            text=row.text,
            at=row.Mention.created_at,
            seen=row.Mention.seen_at is not None,
        )
        for row in rows
        if may_see(who, row.Conversation)
    ]
