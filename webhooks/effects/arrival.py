"""A customer's message becomes a row in the conversation, and the bot's turn is planned where the bot is to answer."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from core.db import wake
from core.locks import lock_number
from handoff.consent import heard
from handoff.life.snooze import customer_wrote
from handoff.routing.callback import LATER
from handoff.sla import clocks
from handoff.suggestions import plan_suggestion
from models import utc_now
from models.conversation import Conversation
from models.outbox import QUEUE_OF
from webhooks.contacts import bind_shared_phone, resolve_contact
from webhooks.effects.changes import apply_parked_changes, change_lock
from webhooks.effects.conversations import Place, find_open, go_on_or_open
from webhooks.effects.here import Here, keep
from webhooks.effects.opinion import taken_as_comment, taken_as_vote
from webhooks.items import MessageArrived
from webhooks.media_wanted import want_media

# Who answers first where no person has the conversation. After people closed it, it is only heard what is meant.
TOPIC = {"bot": "turn", "closed": "after_close"}
TOO_OLD = "mensagem antiga, entregue com atraso pelo WhatsApp"

# What follows from a message is one statement; a message that is there already adds nothing. The lock is for changes of
# the message that came before it: see `changes`.
_ADD_MESSAGE = text(
    "WITH added AS (INSERT INTO message (conversation_id, channel, direction, kind, text, payload, author, status,"
    " provider_id, receipts, provider_at, received_at, handled_at, outcome, quoted_id)"
    " SELECT :conversation, CAST(:channel AS text), 'in', :kind, :text, CAST(:payload AS jsonb), 'customer',"
    " 'received', CAST(:provider_id AS text), CAST('{}' AS jsonb), CAST(:at AS timestamptz),"
    " CAST(:received_at AS timestamptz), CAST(:handled_at AS timestamptz), :outcome, :quoted_id"
    " FROM (SELECT pg_advisory_xact_lock(:lock)) AS held"
    " ON CONFLICT (channel, provider_id) DO NOTHING RETURNING id),"
    " seen AS (UPDATE conversation SET last_inbound_at = greatest(last_inbound_at, :at),"
    " needs_person = coalesce(:worry, needs_person) WHERE id = :conversation AND EXISTS (SELECT FROM added)),"
    " planned AS (INSERT INTO outbox (queue, topic, ref_id, run_after, tries)"
    " SELECT CAST(:typing_queue AS text), 'typing', id, CAST(:now AS timestamptz), 0 FROM added WHERE :typing"
    " UNION ALL SELECT :turn_queue, CAST(:turn_topic AS text), :conversation, :turn_at, 0 FROM added WHERE :answer)"
    " SELECT id FROM added"
).bindparams(bindparam("payload", type_=JSONB))


def message_arrived(session: Session, item: MessageArrived, here: Here) -> None:
    """Stores the message in the contact's open conversation, or in a new one where its kind opens one."""
    contact_id = resolve_contact(session, item.channel, item.sender)
    if taken_as_vote(session, contact_id, item, here, _add):
        return
    place = find_open(session, contact_id)
    if place is None and taken_as_comment(session, contact_id, item, here, _add):
        return
    place = place or _opened(session, contact_id, item, here)
    if place is None:
        return
    message_id = _add(session, item, place, here)
    if message_id is None:
        return
    apply_parked_changes(session, item.channel, item.provider_id)
    if item.media is not None:
        want_media(session, item.channel, item.provider_id, item.media, transcribes=here.terms.transcribes)
    if item.kind == "contacts":
        bind_shared_phone(session, contact_id, item.channel, item.payload)
    if place.handler in ("queue", "agent") and item.text:
        plan_suggestion(session, place.id, here.terms.debounce.total_seconds())
    if not item.reply_id and (place.handler != "bot" or not item.answered or item.standby):
        # Nobody's bot will read it: a refusal of marketing is honoured all the same.
        heard(session, contact_id, item.text, item.provider_id, item.at)


def _opened(session: Session, contact_id: int, item: MessageArrived, here: Here) -> Place | None:
    if item.opens:
        return go_on_or_open(session, contact_id, item.channel, item.provider_id, utc_now())
    keep(session, here, f"messages.{item.kind}", "ignored", "no conversation is open", item.payload)
    return None


def _add(session: Session, item: MessageArrived, place: Place, here: Here, settled_as: str | None = None) -> int | None:
    """The one place where a customer's message becomes a row: its id, or None when it was there. `settled_as` is the
    outcome of one that asks for no answer."""
    now = utc_now()
    outcome = settled_as or _outcome(item, place, here)
    # While people are awaited the bot hears only the taps on what it offers meanwhile.
    awaited = place.handler == "queue" and item.reply_id == LATER
    answer = outcome is None and (place.handler in TOPIC or awaited)
    topic = TOPIC.get(place.handler, "turn")
    quiet = place.quiet_until is not None and place.quiet_until > now
    turn_at = now + here.terms.debounce
    row = {
        "conversation": place.id,
        "channel": item.channel,
        "kind": item.kind,
        "text": item.text,
        "payload": payload_of(item),
        "provider_id": item.provider_id,
        "quoted_id": item.quoted_id or None,
        "at": item.at,
        "received_at": here.received_at,
        "now": now,
        "handled_at": now if outcome else None,
        "outcome": outcome,
        "worry": TOO_OLD if outcome == "too_old" else None,
        "answer": answer,
        "typing": place.handler == "bot" and outcome is None and not quiet,
        "typing_queue": QUEUE_OF["typing"],
        "turn_topic": topic,
        "turn_queue": QUEUE_OF[topic],
        # While a person answers from the phone the bot waits; it must not forget whom that person forgot.
        "turn_at": max(turn_at, place.quiet_until) if quiet and place.quiet_until else turn_at,
        "lock": lock_number(change_lock(item.channel, item.provider_id)),
    }
    added: int | None = session.execute(_ADD_MESSAGE, row).scalar_one_or_none()
    if added is not None and outcome is None and place.handler in ("queue", "agent"):
        _people_hear(session, place, here)
    if answer and not quiet:
        wake(session, QUEUE_OF["typing"])
        if here.terms.debounce <= timedelta(0):
            wake(session, QUEUE_OF[topic])
    return added


def _people_hear(session: Session, place: Place, here: Here) -> None:
    """A customer wrote to people: what was promised about answers runs, and what slept wakes up."""
    clocks.asked(session, place.id, here.received_at)
    if place.asleep:
        conversation = session.get_one(Conversation, place.id, populate_existing=True)
        customer_wrote(session, conversation, here.received_at)


def payload_of(item: MessageArrived) -> dict[str, object]:
    """What the row keeps beside the words. `raw` is the channel's own object."""
    payload: dict[str, object] = {"reply_id": item.reply_id, "raw": item.payload, **item.marks}
    if item.details:
        payload["details"] = item.details
    return payload


def _outcome(item: MessageArrived, place: Place, here: Here) -> str | None:
    """How the message is handled from the start; None where it waits for the bot or for people."""
    if item.standby:
        return "standby"
    if not item.answered:
        return "silent"
    too_old = place.handler == "bot" and utc_now() - item.at > here.terms.answer_limit
    return "too_old" if too_old else None
