"""Rows and people for the tests of the desk and the console: a small cast, built in one line each."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from sqlalchemy import select

from core.db import Database
from handoff.access import Attendant, attendant_of
from handoff.login.passwords import hash_password
from models import utc_now
from models.agent import Agent
from models.audit import Audit
from models.contact import Contact, ContactAlias
from models.conversation import Conversation, new_protocol
from models.message import Message
from models.provider import Provider
from models.reading import Reading

PASSWORD = "correta-e-longa"
CAST = {
    "helena": ("Helena Castro", "agent", ["N1"]),
    "igor": ("Igor Melo", "agent", ["N2"]),
    "joana": ("Joana Reis", "agent", ["Financeiro", "Cobrança"]),
    "karina": ("Karina Alves", "supervisor", ["N1", "N2"]),
    "lucas": ("Lucas Teixeira", "technician", []),
    "admin": ("Administração", "admin", []),
}


@cache
def _hash() -> str:
    """The hash is slow on purpose, and the same for everybody here."""
    return hash_password(PASSWORD)


def the_cast(db: Database, *logins: str) -> dict[str, Attendant]:
    """Accounts of the named people (everybody when none is named), all with PASSWORD."""
    with db.transaction() as session:
        agents = [
            Agent(login=login, name=CAST[login][0], role=CAST[login][1], queues=CAST[login][2], password_hash=_hash())
            for login in logins or CAST
        ]
        session.add_all(agents)
        session.flush()
        return {agent.login: attendant_of(agent) for agent in agents}


def a_provider(db: Database) -> None:
    """The demo provider."""
    with db.transaction() as session:
        session.add(
            Provider(
                name="Conecta Vale Telecom LTDA",
                cnpj="11222333000181",
                city="São José dos Campos",
                state="SP",
                timezone="America/Sao_Paulo",
                pix_key="11222333000181",
            )
        )


def a_conversation(
    db: Database,
    *,
    name: str = "Ana Souza",
    said: str | None = "oi, caiu a internet",
    handler: str = "queue",
    queue: str | None = "N1",
    owner: Attendant | None = None,
    hours_ago: float = 0.1,
    **more: object,
) -> int:
    """A conversation in the state that is asked for, with one unanswered message unless `said` is None. Its id."""
    at = utc_now() - timedelta(hours=hours_ago)
    with db.transaction() as session:
        contact = Contact(channel="whatsapp", profile_name=name)
        session.add(contact)
        session.flush()
        wa_id = f"551298111{contact.id:04d}"
        session.add(ContactAlias(contact_id=contact.id, channel="whatsapp", kind="wa_id", value=wa_id))
        row = Conversation(
            contact_id=contact.id,
            channel="whatsapp",
            protocol=new_protocol(session, "20261122"),
            handler=handler,
            queue=queue,
            agent_id=owner.id if owner else None,
            opened_at=at,
            last_inbound_at=at,
            waiting_since=at if handler == "queue" else None,
            **more,
        )
        session.add(row)
        session.flush()
        if said is not None:
            session.add(Message(conversation_id=row.id, channel="whatsapp", direction="in", text=said, received_at=at))
        return row.id


def a_reading(db: Database, conversation_id: int, *, said: str | None = None, **more: object) -> int:
    """What the conversation's newest inbound message (a new one, if `said`) was read as: the bill, surely. Its id."""
    with db.transaction() as session:
        if said is not None:
            session.add(Message(conversation_id=conversation_id, channel="whatsapp", direction="in", text=said))
            session.flush()
        newest = select(Message.id).where(Message.conversation_id == conversation_id, Message.direction == "in")
        usual: dict[str, object] = {
            "intent": "invoice_second_copy",
            "confidence": 0.93,
            "band": "act",
            "source": "model",
            "ranking": [["invoice_second_copy", 0.93], ["invoice_question", 0.04], ["payment_negotiation", 0.01]],
        }
        row = Reading(
            message_id=session.scalars(newest.order_by(Message.id.desc()).limit(1)).one(),
            conversation_id=conversation_id,
            **{**usual, **more},
        )
        session.add(row)
        session.flush()
        return row.id


def reading(db: Database, reading_id: int) -> Reading:
    """The row as it is now."""
    with db.transaction() as session:
        return session.get_one(Reading, reading_id)


def messages(db: Database, conversation_id: int, direction: str | None = None) -> list[Message]:
    """The thread's rows in order, of one direction or all."""
    with db.transaction() as session:
        wanted = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id)
        if direction:
            wanted = wanted.where(Message.direction == direction)
        return list(session.scalars(wanted))


def conversation(db: Database, conversation_id: int) -> Conversation:
    """The row as it is now."""
    with db.transaction() as session:
        return session.get_one(Conversation, conversation_id)


def audited(db: Database, action: str) -> list[tuple[str, str]]:
    """(actor, subject) of each audit row of an action, oldest first."""
    with db.transaction() as session:
        rows = session.execute(select(Audit.actor, Audit.subject).where(Audit.action == action).order_by(Audit.id))
        return [(row.actor, row.subject) for row in rows]
