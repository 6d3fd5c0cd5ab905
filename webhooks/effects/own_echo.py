"""An echo that was taken for a person's answer until it got known as the echo of a message of our own: undone."""

from __future__ import annotations

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from models.conversation import Conversation
from models.message import Message
from models.outbox import add_work

PHONE_APP = "phone_app"
ANSWERED_BY_PHONE = "a person answered from the phone"


def forget_echo(session: Session, message: Message, provider_id: str) -> None:
    """Removes the echo that has the name which `message` is to get, and what followed from it.

    Its words were not those of the row (a template's), and it came before the answer to our call. What it settled waits
    again, and the bot need not be quiet, unless a person did write from the phone. To be called under `hold_receipts`,
    before the name is written; without such an echo it does nothing.
    """
    named = (Message.channel == message.channel) & (Message.provider_id == provider_id)
    echo = session.scalars(select(Message).where(named, Message.author == PHONE_APP)).first()
    if echo is None or echo.id == message.id:
        return
    conversation = session.get_one(Conversation, echo.conversation_id, with_for_update=True, populate_existing=True)
    session.delete(echo)
    session.flush()
    message.reaction = message.reaction or echo.reaction
    mine = Message.conversation_id == conversation.id
    if session.scalars(select(Message.id).where(mine, Message.author == PHONE_APP).limit(1)).first() is not None:
        return
    conversation.quiet_until = None
    conversation.version += 1
    settled = or_(
        (Message.direction == "in") & (Message.outcome == "person") & (Message.handled_at >= echo.received_at),
        (Message.status == "discarded") & (Message.error == ANSWERED_BY_PHONE),
    )
    found = session.execute(select(Message.id, Message.direction).where(mine, settled).order_by(Message.id)).all()
    waiting = [one.id for one in found if one.direction == "in"]
    unsent = [one.id for one in found if one.direction == "out"]
    session.execute(update(Message).where(Message.id.in_(waiting)).values(handled_at=None, outcome=None))
    session.execute(update(Message).where(Message.id.in_(unsent)).values(status="queued", error=None))
    for id_ in unsent:
        add_work(session, "deliver", id_)
    if waiting:
        add_work(session, "turn", conversation.id)
