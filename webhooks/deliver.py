"""Sends one queued message: claimed first, sent with no transaction open, then marked; never sent twice on a guess."""

from __future__ import annotations

import logging

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.errors import Failure, Misconfigured, Refused, Unreachable
from core.later import Later
from models.conversation import Conversation
from models.message import Message
from models.pace import give_back, take
from webhooks.channel_stop import resume_channel
from webhooks.channels.errors import REPEATING
from webhooks.channels.ports import Sent
from webhooks.contacts import remember_wa_id
from webhooks.delivery import Delivery
from webhooks.effects.changes import settle_changes
from webhooks.effects.own_echo import forget_echo
from webhooks.failed import Case, proves_channel, treat
from webhooks.gate import Passed, pass_gate
from webhooks.pacing import LONGEST_NAP_SECONDS
from webhooks.receipts import apply_parked, failed_before, hold_receipts
from webhooks.remedies import action_for, of_name

log = logging.getLogger(__name__)

# The usual case in one statement: nothing was said of the message yet.
_ACCEPT = text(
    "UPDATE message SET status = 'accepted', error = NULL, provider_id = :provider_id"
    " WHERE id = :id AND status = 'sending' AND provider_id IS NULL AND NOT EXISTS"
    " (SELECT FROM parked_status AS parked WHERE parked.channel = :channel"
    " AND (parked.provider_id = :provider_id OR parked.key = message.key)) AND NOT EXISTS"
    " (SELECT FROM message AS echo WHERE echo.channel = :channel AND echo.provider_id = :provider_id) RETURNING id"
)


def deliver(message_id: int, *, delivery: Delivery) -> None:
    """Sends the message if it is still wanted. May be called again at any time; only one call sends.

    Raises Later when it is not time yet, and Unreachable when it certainly did not leave and is to be repeated.
    """
    with delivery.db.transaction() as session:
        passed = pass_gate(session, message_id, delivery)
    if passed is None:
        return
    _wait_for_turn_of_number(passed, delivery)
    try:
        sent = delivery.channels[passed.channel].send(passed.outgoing)
    except (Unreachable, Refused, Misconfigured) as failure:
        if failure.ambiguous:
            log.warning("message %s: no answer after sending (%s); waiting for its receipt", message_id, failure.code)
            raise Later(delivery.unknown_after.total_seconds(), failure.code) from failure
        _not_sent(passed, failure, delivery)
        return
    # Need not wait for the disk: lost with the machine's power, the message is still "sending", and its receipt or a
    # person decides what became of it.
    with delivery.db.transaction(durable=False) as session:
        _sent(session, passed, sent)


def _wait_for_turn_of_number(passed: Passed, delivery: Delivery) -> None:
    """Waits for the number's next turn; raises Later, with everything put back, when that is not soon.

    Outside the transaction that claimed the message: all processes share this row, and none may hold it for long.
    """
    number = delivery.pacing.number(passed.channel)
    if number is None:
        return
    with delivery.db.statements() as connection:
        seconds = take(connection, number, delivery.clock(), patience=LONGEST_NAP_SECONDS)
    if seconds > LONGEST_NAP_SECONDS:
        _put_back(passed, delivery)
        raise Later(seconds, "the number sends as fast as it may")
    if seconds > 0:
        delivery.nap(seconds)


def _put_back(passed: Passed, delivery: Delivery) -> None:
    pair = delivery.pacing.pair(passed.channel, passed.contact_id)
    with delivery.db.transaction() as session:
        message = _locked(session, passed.message_id)
        if message.status == "sending":
            message.status, message.sending_at = "queued", None
        if pair:
            give_back(session, pair)


def _sent(session: Session, passed: Passed, sent: Sent) -> None:
    hold_receipts(session, passed.channel, sent.provider_id)
    accepted = {"id": passed.message_id, "channel": passed.channel, "provider_id": sent.provider_id}
    if not session.execute(_ACCEPT, accepted).one_or_none():
        _accept(session, passed.message_id, sent.provider_id)
    settle_changes(session, passed.channel, sent.provider_id)
    if sent.wa_id and sent.wa_id != passed.outgoing.to.wa_id:
        remember_wa_id(session, passed.contact_id, passed.channel, sent.wa_id)
    if passed.probing:
        resume_channel(session, passed.channel)


def _accept(session: Session, message_id: int, provider_id: str) -> None:
    """Receipts were faster than the answer to our call, or wait for the message to be known."""
    message = _locked(session, message_id)
    if failed_before(message, provider_id):
        # They said that it failed, and it is planned anew.
        return
    if message.provider_id is None:
        forget_echo(session, message, provider_id)
        message.provider_id = provider_id
    # They may have said that it failed.
    if message.status != "failed":
        message.error = None
    message.advance("accepted")
    apply_parked(session, message)


def _not_sent(passed: Passed, failure: Failure, delivery: Delivery) -> None:
    """The answer was no. Raises Later or Unreachable when the message is to be sent again, else it failed.

    Its turns are not given back: whoever said no may have counted it.
    """
    action = action_for(failure)
    with delivery.db.transaction() as session:
        message = _locked(session, passed.message_id)
        if message.status != "sending":
            return
        conversation = session.get_one(Conversation, message.conversation_id, with_for_update=True)
        seconds = treat(Case(session, message, conversation, failure.code, action, delivery.clock()))
        if passed.probing and proves_channel(action):
            resume_channel(session, passed.channel)
    if seconds is None:
        return
    if action.do not in REPEATING:
        raise Later(seconds, failure.code) from failure
    if of_name(failure.code) is None:
        raise failure
    raise Unreachable(failure.code, retry_after=seconds) from failure


def _locked(session: Session, message_id: int) -> Message:
    return session.scalars(select(Message).where(Message.id == message_id).with_for_update()).one()
