"""Which approved template a message is sent as, with its values; or why it cannot be sent as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Refused
from handoff.consent import may_receive
from models.channel_template import ChannelTemplate, usable_template
from models.conversation import Conversation
from models.message import Message
from webhooks.channels.ports import Template
from webhooks.templates import build_template, code_template

CODE = "code"
# The invitation to write again, after which everything may be said.
REOPEN = "reopen"


class Unsendable(Exception):
    """The message must not, or cannot, be sent as a template: no_template, no_consent or template_value; then the
    detail says which value is wrong."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def is_proactive(message: Message) -> bool:
    """Whether nobody waits for the message: a template that neither the customer nor an agent asked for."""
    purpose = message.payload.get("template")
    return message.kind == "template" and purpose != CODE and not message.author.startswith("agent:")


def wanted_template(
    session: Session, message: Message, conversation: Conversation, *, language: str, code: tuple[str, str]
) -> Template:
    """The template that a message of kind template asks for in its payload. Raises Unsendable.

    `code` is (name, id at the channel) of the one for one-time codes where no row is known of it.
    """
    purpose = str(message.payload.get("template", ""))
    row = usable_template(session, message.channel, purpose, language)
    if row is None and purpose == CODE and any(code):
        return _code(code, language, message.payload)
    return _allowed(session, row, message, conversation, message.payload)


def late_template(
    session: Session, message: Message, conversation: Conversation, *, language: str
) -> tuple[str, Template] | None:
    """(purpose, template) to send instead of words that may not be said any more, or None.

    The message may name one in its payload under `late_template`; else the customer is invited to write again, once.
    """
    wanted = message.payload.get("late_template")
    if not wanted and (message.kind == "reaction" or _invited(session, message, conversation)):
        return None
    values = wanted or {"template": REOPEN, "values": {"protocol": conversation.protocol}}
    row = usable_template(session, message.channel, str(values.get("template", "")), language)
    if row is None:
        return None
    try:
        return row.purpose, _allowed(session, row, message, conversation, values)
    except Unsendable:
        return None


def _allowed(
    session: Session,
    row: ChannelTemplate | None,
    message: Message,
    conversation: Conversation,
    values: Mapping[str, Any],
) -> Template:
    if row is None:
        raise Unsendable("no_template")
    if not may_receive(session, conversation.contact_id, row.category):
        raise Unsendable("no_consent")
    return _filled(row, values)


def _invited(session: Session, message: Message, conversation: Conversation) -> bool:
    """Whether the invitation went out since the customer wrote last."""
    found = select(Message.id).where(
        Message.conversation_id == conversation.id,
        Message.direction == "out",
        Message.id != message.id,
        Message.payload["sent_as"]["template"].astext == REOPEN,
        Message.status != "failed",
    )
    if conversation.last_inbound_at:
        found = found.where(Message.sending_at > conversation.last_inbound_at)
    return session.scalars(found.limit(1)).first() is not None


def _code(code: tuple[str, str], language: str, payload: Mapping[str, Any]) -> Template:
    name, provider_id = code
    try:
        return replace(code_template(name, language, payload), provider_id=provider_id)
    except Refused as problem:
        raise Unsendable("template_value", problem.detail) from problem


def _filled(row: ChannelTemplate, values: Mapping[str, Any]) -> Template:
    try:
        return build_template(row, values)
    except Refused as problem:
        raise Unsendable("template_value", problem.detail) from problem
