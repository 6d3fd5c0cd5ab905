"""Compares Twilio's own list of messages with ours and takes in what an outage of the webhook lost."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from core.db import Database
from models import utc_now
from models.alert import raise_alert
from models.channel_state import ChannelState
from models.message import Message
from models.outbox import add_work
from models.webhook_event import WebhookEvent
from webhooks.channels.twilio_inbound import CHANNEL, read
from webhooks.channels.twilio_record import Recorded, TwilioRecord
from webhooks.items import ReceiptArrived

log = logging.getLogger(__name__)

# Twilio tells of the last day what it could not deliver; a margin for clocks and for a run that was late.
FIRST_LOOK = timedelta(hours=25)
# Each run looks again at the end of the one before: lists are not always complete at once.
OVERLAP = timedelta(minutes=30)
# A message this young may still come by its webhook (15 s and retries).
GRACE = timedelta(minutes=2)
AT_ONCE = 200

_UNTIL = text("SELECT reconciled_until FROM channel_state WHERE channel = :channel")
# Neither a message of ours nor in a stored webhook, be it that nobody read it yet or that it became no message.
_MISSING = text(
    "WITH asked AS (SELECT sid FROM unnest(CAST(:sids AS text[])) AS sid WHERE NOT EXISTS"
    " (SELECT FROM message WHERE channel = :channel AND provider_id = sid)),"
    " recent AS MATERIALIZED (SELECT body FROM webhook_event WHERE source = :channel AND received_at >= :since)"
    " SELECT sid FROM asked WHERE NOT EXISTS"
    " (SELECT FROM recent WHERE position(convert_to(sid, 'UTF8') IN body) > 0)"
)
_STATES = text(
    "SELECT provider_id, status FROM message WHERE channel = :channel AND direction = 'out'"
    " AND provider_id = ANY(CAST(:sids AS text[]))"
)


@dataclass
class Found:
    """What a run saw and mended, by sid: a list that grows while it is turned over tells of one message twice."""

    received: int = 0
    sent: int = 0
    lost: dict[str, Recorded] = field(default_factory=dict)
    late: dict[str, Recorded] = field(default_factory=dict)


def reconcile_twilio(_ref_id: int, *, db: Database, record: TwilioRecord | None) -> None:
    """Takes in what is in Twilio's list and never came here, and the states that no callback told. Without Twilio it
    does nothing. Runs as often as wished: what is here already stays as it is.

    A message that was lost goes through the usual intake with its time of sending: an old one is shown to a person.
    Raises the kinds of `core.errors` when Twilio does not tell; the next run then looks at the same time again.
    """
    if record is None:
        return
    until = utc_now() - GRACE
    with db.statements() as connection:
        last = connection.execute(_UNTIL, {"channel": CHANNEL}).scalar_one_or_none()
    since = max(until - FIRST_LOOK, last - OVERLAP) if last else until - FIRST_LOOK
    found = Found()
    _look_for_lost(db, record, since, until, found)
    _look_for_late(db, record, since, found)
    # Asked for before the transaction is open: each is a call to Twilio.
    bodies = [(record.form_of(message), message.sent_at) for message in found.lost.values()]
    bodies += [(_receipt(message), utc_now()) for message in found.late.values()]
    _keep(db, bodies, found, until)
    log.info(
        "Twilio's list since %s: %s received, %s of them lost on the way; %s sent, %s with news",
        *(f"{since:%Y-%m-%d %H:%M}", found.received, len(found.lost), found.sent, len(found.late)),
    )


def _look_for_lost(db: Database, record: TwilioRecord, since: datetime, until: datetime, found: Found) -> None:
    for part in _parts(message for message in record.received(since) if message.sent_at <= until):
        found.received += len(part)
        with db.statements() as connection:
            row = {"sids": [message.sid for message in part], "channel": CHANNEL, "since": since - OVERLAP}
            missing = set(connection.execute(_MISSING, row).scalars())
        found.lost |= {message.sid: message for message in part if message.sid in missing}


def _look_for_late(db: Database, record: TwilioRecord, since: datetime, found: Found) -> None:
    for part in _parts(record.sent(since)):
        found.sent += len(part)
        with db.statements() as connection:
            row = {"sids": [message.sid for message in part], "channel": CHANNEL}
            ours = {state.provider_id: state.status for state in connection.execute(_STATES, row)}
        found.late |= {message.sid: message for message in part if _is_news(message, ours.get(message.sid))}


def _is_news(message: Recorded, ours: str | None) -> bool:
    """Whether Twilio knows more of a message of ours than we do."""
    (item,) = read(_receipt(message), message.sent_at)
    return ours is not None and isinstance(item, ReceiptArrived) and Message(status=ours).advance(item.status)


def _receipt(message: Recorded) -> bytes:
    return f"MessageSid={message.sid}&MessageStatus={message.status}&ErrorCode={message.error_code}".encode()


def _keep(db: Database, bodies: list[tuple[bytes, datetime]], found: Found, until: datetime) -> None:
    """Each as a webhook that came at its time, oldest first, and the watermark, all or nothing."""
    with db.transaction() as session:
        for body, at in sorted(bodies, key=lambda one: one[1]):
            event = WebhookEvent(source=CHANNEL, body=body, state="new", received_at=at)
            session.add(event)
            session.flush()
            add_work(session, "intake", event.id)
        if found.lost:
            count = len(found.lost)
            words = f"{count} mensagens de clientes não chegaram pelo webhook do Twilio e foram buscadas depois"
            one = "1 mensagem de cliente não chegou pelo webhook do Twilio e foi buscada depois"
            raise_alert(session, "webhooks.lost", CHANNEL, one if count == 1 else words, detail={"count": count})
        mark = insert(ChannelState).values(channel=CHANNEL, reconciled_until=until)
        session.execute(mark.on_conflict_do_update(index_elements=["channel"], set_={"reconciled_until": until}))


def _parts(messages: Iterable[Recorded]) -> Iterable[list[Recorded]]:
    part: list[Recorded] = []
    for message in messages:
        part.append(message)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part
