"""Which approved template a message is sent as, with its values; or why it cannot be sent as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.channel_template import ChannelTemplate, usable_template
from models.conversation import Conversation
from models.message import Message
from webhooks.channels.ports import Template, TemplateButton
from webhooks.consent import may_receive

CODE = "code"
# The invitation to write again, after which everything may be said.
REOPEN = "reopen"


class Unsendable(Exception):
    """The message must not, or cannot, be sent as a template: no_template, or no_consent."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_proactive(message: Message) -> bool:
    """Whether nobody waits for the message: a template that neither the customer nor an agent asked for."""
    purpose = message.payload.get("template")
    return message.kind == "template" and purpose != CODE and not message.author.startswith("agent")


def wanted_template(
    session: Session, message: Message, conversation: Conversation, *, language: str, code_template: str
) -> Template:
    """The template that a message of kind template asks for in its payload. Raises Unsendable."""
    purpose = str(message.payload.get("template", ""))
    row = usable_template(session, message.channel, purpose, language)
    if row is None and purpose == CODE and code_template:
        return _filled(
            ChannelTemplate(name=code_template, language=language, category="AUTHENTICATION"), message.payload
        )
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
    values = wanted or {"template": REOPEN}
    row = usable_template(session, message.channel, str(values.get("template", "")), language)
    if row is None or len(row.variables) != len(values.get("parameters", ())):
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


def _filled(row: ChannelTemplate, values: Mapping[str, Any]) -> Template:
    body = tuple(str(value) for value in values.get("parameters", ()))
    buttons = tuple(
        TemplateButton(str(button["kind"]), int(button["index"]), str(button.get("value", "")))
        for button in values.get("buttons", ())
    )
    if row.category == "AUTHENTICATION" and not buttons:
        # A one-time code is shown in the body and copied by the button.
        buttons = tuple(TemplateButton("url", 0, value) for value in body[:1])
    return Template(
        name=row.name,
        language=row.language,
        category=row.category,
        header=tuple(str(value) for value in values.get("header", ())),
        body=body,
        buttons=buttons,
        provider_id=row.provider_id or "",
    )
