"""Conversations and their messages, and the acts of the desk on them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from core.phone import mask_phone
from handoff import audit, desk
from handoff.access import visible_to
from handoff.outcome import AlreadyTaken, Denied, Done, Taken
from handoff.writing import marks
from models.agent import Agent
from models.contact import Contact, ContactAlias
from models.conversation import Conversation
from models.message import Message
from webhooks.api.operation import Call, moment, page, row_id
from webhooks.api.problem import Problem

SEEN_AGAIN = timedelta(hours=1)


def conversations(call: Call) -> dict[str, Any]:
    """A page of them, oldest first."""
    wanted = _wanted(call)
    equal = {"handler": Conversation.handler, "queue": Conversation.queue, "protocol": Conversation.protocol}
    for name, column in equal.items():
        if name in call.query:
            wanted = wanted.where(column == call.query[name])
    if "customer" in call.query:
        wanted = wanted.where(Contact.customer_ref == call.query["customer"])
    if "opened_after" in call.query:
        wanted = wanted.where(Conversation.opened_at > datetime.fromisoformat(call.query["opened_after"]))
    found = page(call, wanted, Conversation.id, lambda row: _view(call, row), lambda row: int(row[0].id))
    ids = [item["id"] for item in found["items"]]
    if ids:
        detail = {"first": ids[0], "last": ids[-1], "count": len(ids)}
        audit.record(call.session, call.who.login, "conversation.listed", "conversation:*", **detail)
    return found


def conversation(call: Call) -> dict[str, Any]:
    """One of them."""
    row = call.session.execute(_wanted(call).where(Conversation.id == row_id(call, "conversation_id"))).one_or_none()
    if row is None:
        raise Problem("not_found")
    _seen(call, row[0].id)
    return _view(call, row)


def messages(call: Call) -> dict[str, Any]:
    """A page of what was said in it, oldest first."""
    conversation_id = _known(call)
    wanted = select(Message).where(Message.conversation_id == conversation_id)
    _seen(call, conversation_id)
    return page(call, wanted, Message.id, lambda row: _message(row[0]), lambda row: int(row[0].id))


def take(call: Call) -> dict[str, Any]:
    """The token's account has it from now on."""
    conversation_id = _known(call)
    outcome = desk.take(call.session, conversation_id, call.who)
    if isinstance(outcome, Taken):
        return {"conversation_id": conversation_id, "message_id": None}
    closed = "Esta conversa já foi encerrada."
    raise Problem("refused", f"Esta conversa está com {outcome.by}." if isinstance(outcome, AlreadyTaken) else closed)


def reply(call: Call) -> dict[str, Any]:
    """A text to the customer."""
    return _act(call, desk.reply(call.session, _known(call), call.who, call.body["text"], call.key, now=call.now))


def note(call: Call) -> dict[str, Any]:
    """A note that only the provider's people see."""
    return _act(call, desk.note(call.session, _known(call), call.who, call.body["text"], call.key))


def transfer(call: Call) -> dict[str, Any]:
    """To another queue."""
    note, override = call.body.get("note", ""), call.body.get("override", "")
    moved = desk.transfer(
        call.session, _known(call), call.who, call.body["queue"], note, override=override, now=call.now
    )
    return _act(call, moved)


def give_back(call: Call) -> dict[str, Any]:
    """To the bot."""
    return _act(call, desk.give_back(call.session, _known(call), call.who))


def close(call: Call) -> dict[str, Any]:
    """The end."""
    return _act(call, desk.close(call.session, _known(call), call.who, now=call.now, language=call.language))


def tags(call: Call) -> dict[str, Any]:
    """Tags added and taken away."""
    conversation_id = _known(call)
    for name in call.body.get("add", []):
        _act(call, marks.tag(call.session, conversation_id, call.who, name))
    for name in call.body.get("remove", []):
        _act(call, marks.untag(call.session, conversation_id, call.who, name))
    return {"conversation_id": conversation_id, "message_id": None}


def _act(call: Call, outcome: Done | Denied) -> dict[str, Any]:
    if isinstance(outcome, Denied):
        raise Problem("refused", outcome.reason)
    return {"conversation_id": row_id(call, "conversation_id"), "message_id": outcome.message_id or None}


def _known(call: Call) -> int:
    """The conversation's id, where the token may see it."""
    conversation_id = row_id(call, "conversation_id")
    seen = select(Conversation.id).where(Conversation.id == conversation_id, visible_to(call.who))
    if call.session.scalar(seen) is None:
        raise Problem("not_found")
    return conversation_id


def _wanted(call: Call) -> Select[Any]:
    phone = select(ContactAlias.value).where(ContactAlias.contact_id == Contact.id, ContactAlias.kind == "wa_id")
    return (
        select(Conversation, Contact, Agent.login, phone.limit(1).scalar_subquery())
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(Agent, Agent.id == Conversation.agent_id)
        .where(visible_to(call.who))
    )


def _view(call: Call, row: Any) -> dict[str, Any]:
    found, contact, login, phone = row
    shown = phone if phone is None or call.may("customers.read") else mask_phone(phone)
    return {
        "id": found.id,
        "contact": {"id": contact.id, "name": contact.profile_name, "phone": shown},
        "customer_ref": contact.customer_ref,
        "agent": login,
        **{name: getattr(found, name) for name in _PLAIN},
        **{name: moment(getattr(found, name)) for name in _TIMES},
    }


_PLAIN = (
    "protocol",
    "channel",
    "handler",
    "queue",
    "contract_ref",
    "priority",
    "sla_class",
    "tags",
    "handed_off_for",
    "summary",
    "closed_by",
)
_TIMES = ("opened_at", "last_inbound_at", "waiting_since", "closed_at")


def _message(row: Message) -> dict[str, Any]:
    return {
        "id": row.id,
        "conversation_id": row.conversation_id,
        "direction": row.direction,
        "kind": row.kind,
        "text": "" if row.revoked_at else row.text,
        "transcript": None if row.revoked_at else row.transcript,
        "author": row.author,
        "status": row.status,
        "error": row.error,
        "attachment_id": row.attachment_id,
        "sent_at": moment(row.provider_at),
        "received_at": moment(row.received_at),
        "edited_at": moment(row.edited_at),
        "revoked_at": moment(row.revoked_at),
    }


def _seen(call: Call, conversation_id: int) -> None:
    subject = f"conversation:{conversation_id}"
    audit.record_once(call.session, call.who.login, "conversation.viewed", subject, within=SEEN_AGAIN)
