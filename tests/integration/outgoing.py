"""A conversation with a customer, and messages of ours on their way out."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from core.db import Database
from models import utc_now
from models.agent import Agent
from models.attachment import Attachment
from models.channel_template import ChannelTemplate
from models.conversation import Conversation
from models.message import Message
from models.outbox import add_work
from tests.integration.doors import bring, rows
from tests.unit.webhooks.payloads import ANA, meta, text, value
from webhooks.channels.ports import Channel
from webhooks.delivery import Delivery
from webhooks.media_links import MediaLinks

PATIENCE = timedelta(seconds=60)
PDF = b"%PDF-1.4 fatura"


def a_delivery(db: Database, channels: Mapping[str, Channel], **more: Any) -> Delivery:
    """Everything the handler needs, over these channels; without limits, unless `more` says so."""
    links = MediaLinks("https://suporte.example.com.br", "k" * 32)
    return Delivery(db, channels, links, PATIENCE, code_template="codigo_de_acesso", **more)


class Watch:
    """A clock that only moves when it is told to, and what was slept through on it."""

    def __init__(self) -> None:
        self.now = utc_now()
        self.naps: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Time goes by."""
        self.now += timedelta(seconds=seconds)

    def nap(self, seconds: float) -> None:
        """Sleeps at once."""
        self.naps.append(seconds)


def a_chat(db: Database, *, wa_id: str = ANA, bsuid: str = "") -> int:
    """The customer wrote just now; the conversation's id."""
    bring(db, meta(value([text(wa_id=wa_id, bsuid=bsuid)])))
    return int(rows(db, Conversation)[-1].id)


def an_answer(db: Database, conversation_id: int, body: str = "Olá!", **more: Any) -> int:
    """A message of the bot, or as `more` says, queued as the bot's turn leaves it; its id."""
    with db.transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        fields = {"author": "bot", "status": "queued", "key": uuid.uuid4().hex, "channel": conversation.channel, **more}
        message = Message(conversation_id=conversation_id, direction="out", text=body, **fields)
        session.add(message)
        session.flush()
        add_work(session, "deliver", message.id)
        return message.id


def an_invoice(db: Database, conversation_id: int, caption: str = "Vence em 30/11") -> int:
    """A document with a caption; its id."""
    with db.transaction() as session:
        digest = hashlib.sha256(PDF).hexdigest()
        attachment = Attachment(filename="fatura.pdf", mime_type="application/pdf", sha256=digest, data=PDF)
        session.add(attachment)
        session.flush()
    return an_answer(db, conversation_id, caption, kind="document", attachment_id=attachment.id)


def a_template(db: Database, purpose: str, **more: Any) -> ChannelTemplate:
    """An approved template of this purpose, or as `more` says."""
    with db.transaction() as session:
        words = [
            {
                "type": "BODY",
                "text": "Olá!" + "".join(f" {{{{{n}}}}}" for n, _ in enumerate(more.get("variables", ()), 1)),
            }
        ]
        fields: dict[str, Any] = {"channel": "meta", "name": f"{purpose}_v1", "language": "pt_BR", "status": "APPROVED"}
        fields = {**fields, "components": words, **more}
        row = ChannelTemplate(purpose=purpose, **fields)
        session.add(row)
        return row


def a_person_takes_over(db: Database, conversation_id: int) -> None:
    """From now on an agent owns the conversation."""
    with db.transaction() as session:
        agent = Agent(login="helena", name="Helena Castro", role="agent", queues=["N1"], password_hash="x")
        session.add(agent)
        session.flush()
        taken = {"handler": "agent", "agent_id": agent.id, "version": Conversation.version + 1}
        session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**taken))


def the_message(db: Database, message_id: int) -> Message:
    """The message as it is now."""
    with db.transaction() as session:
        return session.get_one(Message, message_id)


def the_worry(db: Database, conversation_id: int) -> str:
    """Why a person should look; empty when nobody need to."""
    with db.transaction() as session:
        return session.get_one(Conversation, conversation_id).needs_person or ""


def patience_ran_out(db: Database, message_id: int) -> None:
    """As if the wait for a receipt had passed."""
    with db.transaction() as session:
        earlier = Message.sending_at - PATIENCE
        session.execute(update(Message).where(Message.id == message_id).values(sending_at=earlier))
