"""Whether a queued message may leave now: still wanted, its channel runs, it is its turn, and the window is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from core.later import Later
from handoff.events import add_event
from models.alert import raise_alert
from models.channel_state import ChannelState
from models.conversation import Conversation
from models.message import Message
from models.outbox import Outbox
from models.pace import take, wait
from webhooks.channel_stop import REST_SECONDS, ends_with_receipt, may_probe
from webhooks.channels.ports import Outgoing, Template
from webhooks.compose import compose
from webhooks.delivery import Delivery
from webhooks.failed import fail
from webhooks.overflow import overflow
from webhooks.receipts import NO_WORD
from webhooks.template_choice import Unsendable, is_proactive, late_template, wanted_template

# How often it is looked whether an earlier message of the same conversation has gone, at least and at most.
EARLIER_FIRST_SECONDS = 0.3
LONGEST_LOOK_SECONDS = 5.0
RETRY_MISSING_CHANNEL_SECONDS = 300

NOBODY = "mensagem não enviada: o WhatsApp não deu nenhum nome por que responder a este contato"
WINDOW_CLOSED = "resposta não enviada: janela de 24 h fechada"
UNSENDABLE = {
    "no_template": "mensagem não enviada: o modelo não está aprovado ou foi bloqueado",
    "no_consent": "mensagem não enviada: o cliente não aceitou receber promoções",
    "template_value": "mensagem não enviada: falta um valor do modelo, ou ele não é aceito pelo WhatsApp",
}

_LOCKED = (
    select(Message, Conversation, ChannelState)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .outerjoin(ChannelState, ChannelState.channel == Message.channel)
    .where(Message.id == bindparam("id"))
    .with_for_update(of=(Message, Conversation))
)


@dataclass(frozen=True)
class Passed:
    """A message that is marked as being sent, and nobody else sends it. `probing`: its channel is stopped, and an
    answer that takes it ends that. Where a receipt stopped the channel, one that takes it is needed: `probe` in the
    message's payload."""

    message_id: int
    channel: str
    contact_id: int
    outgoing: Outgoing
    probing: bool = False


def pass_gate(session: Session, message_id: int, delivery: Delivery) -> Passed | None:
    """Marks the message as being sent, if it may leave. None when there is nothing to send, or not any more.

    Raises Later, with nothing changed, when it is not time yet.
    """
    message, conversation, state = session.execute(_LOCKED, {"id": message_id}).one()
    now = delivery.clock()
    if message.status == "sending":
        _settle_unanswered(message, conversation, now, delivery.unknown_after)
        return None
    if message.status != "queued" or _overtaken(message, conversation, now):
        return None
    channel = delivery.channels.get(message.channel)
    if channel is None:
        raise Later(RETRY_MISSING_CHANNEL_SECONDS, f"channel {message.channel} is not configured")
    probing = state is not None and _held_up(session, state, message, now)
    _keep_order(session, message, conversation, delivery, now)
    try:
        template = _template(session, message, conversation, delivery, now)
    except Unsendable as reason:
        _unsendable(session, message, conversation, reason.code)
        return None
    outgoing = compose(session, message, conversation, channel, delivery.links, template)
    if outgoing is None:
        message.status, message.error = "discarded", "cannot be shown on this channel"
        return None
    if not (outgoing.to.wa_id or outgoing.to.bsuid or outgoing.to.address):
        fail(message, conversation, "no_recipient", NOBODY)
        return None
    outgoing = overflow(session, message, outgoing, channel)
    _take_turn_of_pair(session, message, conversation, delivery, now)
    message.status, message.sending_at = "sending", now
    if probing and ends_with_receipt(state):
        message.payload = {**message.payload, "probe": True}
        probing = False
    return Passed(message.id, message.channel, conversation.contact_id, outgoing, probing)


def _settle_unanswered(message: Message, conversation: Conversation, now: datetime, unknown_after: timedelta) -> None:
    """A send that got no answer: its receipt may still tell; when none came in time, a person decides."""
    waited = now - (message.sending_at or now)
    if waited < unknown_after:
        raise Later((unknown_after - waited).total_seconds() + 0.1, "waiting for a receipt")
    message.advance("unknown")
    message.error = "no answer and no receipt"
    conversation.needs_person = NO_WORD


def _overtaken(message: Message, conversation: Conversation, now: datetime) -> bool:
    """Whether a person answers by now: what the bot had to say is not said any more."""
    quiet = conversation.quiet_until is not None and conversation.quiet_until > now
    if message.author == "bot" and (conversation.handler == "agent" or quiet):
        message.status, message.error = "discarded", "a person took over"
        return True
    return False


def _held_up(session: Session, state: ChannelState, message: Message, now: datetime) -> bool:
    """Raises Later while the channel is stopped, or paused for such messages. True: this one tries a stopped one."""
    if state.proactive_after and state.proactive_after > now and is_proactive(message):
        raise Later((state.proactive_after - now).total_seconds(), "proactive messages are paused")
    if state.stopped_at is None:
        return False
    if _ahead(session, message) or not may_probe(session, state, now):
        raise Later(REST_SECONDS, f"channel {state.channel} is stopped")
    return True


def _ahead(session: Session, message: Message) -> Row[int, str, datetime | None, str | None, int] | None:
    """The first of those that go before it in its conversation, and how many they are; None when it is its turn."""
    found = session.execute(
        select(Message.id, Message.status, Message.sending_at, Message.error, func.count().over().label("ahead"))
        .where(
            Message.conversation_id == message.conversation_id,
            Message.id < message.id,
            Message.direction == "out",
            Message.status.in_(("queued", "sending")),
        )
        .order_by(Message.id)
        .limit(1)
    )
    return found.one_or_none()


def _keep_order(
    session: Session, message: Message, conversation: Conversation, delivery: Delivery, now: datetime
) -> None:
    """Raises Later while earlier messages are on their way: until its own turn of the pair comes, or as long as the
    first of them waits."""
    first = _ahead(session, message)
    if first is None:
        return
    pair = delivery.pacing.pair(message.channel, conversation.contact_id)
    turn = wait(session, pair, now, place=first.ahead) if pair else 0.0
    raise Later(max(turn, _wait_of(session, first, now)), "an earlier message of this conversation goes first")


def _wait_of(session: Session, first: Row[int, str, datetime | None, str | None, int], now: datetime) -> float:
    """As long as it is known to wait. One that is being sent is looked for again after as long as it has taken."""
    seconds = 0.0
    if first.status == "sending" and first.sending_at:
        seconds = (now - first.sending_at).total_seconds()
    elif first.error:
        due = select(Outbox.run_after).where(Outbox.topic == "deliver", Outbox.ref_id == first.id)
        run_after = session.scalars(due.where(Outbox.done_at.is_(None)).order_by(Outbox.run_after).limit(1)).first()
        seconds = (run_after - now).total_seconds() if run_after else 0.0
    return min(max(seconds, EARLIER_FIRST_SECONDS), LONGEST_LOOK_SECONDS)


def _template(
    session: Session, message: Message, conversation: Conversation, delivery: Delivery, now: datetime
) -> Template | None:
    """The template to send it as; None for words that may be said. Raises Unsendable."""
    if message.kind == "template":
        code = (delivery.code_template, delivery.code_content_sid)
        template = wanted_template(session, message, conversation, language=delivery.language, code=code)
        purpose = str(message.payload.get("template", ""))
    elif conversation.window_open(now) and not message.payload.get("window_closed"):
        return None
    else:
        late = late_template(session, message, conversation, language=delivery.language)
        if late is None:
            raise Unsendable("window_closed")
        purpose, template = late
        _tell_agents(session, message, template)
    sent_as = {"template": purpose, "name": template.name, "language": template.language}
    message.payload = {**message.payload, "sent_as": sent_as}
    return template


def _tell_agents(session: Session, message: Message, template: Template) -> None:
    if "sent_as" in message.payload:
        return
    words = (
        f"A janela de 24 horas tinha fechado: no lugar da mensagem foi o modelo “{template.name}”. "
        "O texto original está guardado nela e não chegou ao cliente."
    )
    add_event(
        session,
        message.conversation_id,
        message.channel,
        "sent_as_template",
        words,
        author="system",
        message=message.id,
    )


def _unsendable(session: Session, message: Message, conversation: Conversation, code: str) -> None:
    proactive = is_proactive(message)
    fail(message, conversation, code, None if proactive else UNSENDABLE.get(code, WINDOW_CLOSED))
    if code == "no_template":
        purpose = str(message.payload.get("template", ""))
        words = f"Não há modelo aprovado e liberado para “{purpose}”: mensagens desse tipo não são enviadas."
        raise_alert(session, "template.missing", f"{message.channel}/{purpose}", words)


def _take_turn_of_pair(
    session: Session, message: Message, conversation: Conversation, delivery: Delivery, now: datetime
) -> None:
    """Raises Later until the person may get one more."""
    pair = delivery.pacing.pair(message.channel, conversation.contact_id)
    seconds = take(session, pair, now) if pair else 0.0
    if seconds > 0:
        raise Later(seconds, "many messages to this person: it is paid back first")
