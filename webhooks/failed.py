"""What becomes of a message that failed, by the error tables: sent again after a wait, sent otherwise, or given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.phone import forms, match_key
from handoff import consent
from models.alert import raise_alert
from models.channel_state import ChannelState
from models.channel_template import ChannelTemplate
from models.conversation import Conversation
from models.message import Message
from models.pace import slow_down
from webhooks.channel_stop import PROBE_SECONDS, stop_channel
from webhooks.channels.errors import STOPPING, Action, Do
from webhooks.compose import IN_WORDS_WHERE_REFUSED
from webhooks.contacts import recipient_of
from webhooks.pacing import number_key, pair_key
from webhooks.template_choice import is_proactive

# A failure that a receipt tells of came after the message had been taken: such repeats have an end.
MOST_AFTER_RECEIPT = 3
# What concerns nobody, even where the customer waits for an answer.
QUIET = frozenset({"ignore"})
WHO_IS_IT = "o WhatsApp avisou que a identidade deste contato mudou: confirme quem é antes de continuar"


@dataclass(frozen=True)
class Case:
    """A message that failed: with which code, what is to be done, and whether a receipt says so or the answer."""

    session: Session
    message: Message
    conversation: Conversation
    code: str
    action: Action
    now: datetime
    by_receipt: bool = False


def treat(case: Case) -> float | None:
    """Does what the error asks for. In how many seconds the message is to be sent again, or None: it failed.

    Writes the message as queued again, or as failed with a person told where one is needed.
    """
    seconds = ACTS.get(case.action.do, _give_up)(case)
    if seconds is None:
        silent = case.action.do in QUIET or is_proactive(case.message)
        worry = WHO_IS_IT if case.action.do == "identity" else worry_about(case.code)
        fail(case.message, case.conversation, case.code, None if silent else worry)
    else:
        case.message.status, case.message.sending_at, case.message.error = "queued", None, case.code
    return seconds


def fail(message: Message, conversation: Conversation, code: str, worry: str | None) -> None:
    """The message failed for good. `worry` is why a person should look, None where nobody need to."""
    message.status, message.error = "failed", code
    if worry:
        conversation.needs_person = worry


def worry_about(code: str) -> str:
    """Why a person should look at a conversation with a message that failed with this code."""
    return f"mensagem não entregue pelo WhatsApp (código {code})"


def proves_channel(action: Action) -> bool:
    """Whether an error with this action shows that the channel itself takes our calls."""
    return action.do not in STOPPING and action.do != "later"


def _give_up(case: Case) -> None:
    return None


def _again(case: Case, most: int | None) -> bool:
    """Counts one more repeat; False when there were enough. Without a limit, answers are repeated for ever."""
    if most is None and not case.by_receipt:
        return True
    if case.message.resends >= min(most or MOST_AFTER_RECEIPT, MOST_AFTER_RECEIPT if case.by_receipt else 1000):
        return False
    case.message.resends += 1
    return True


def _later(case: Case) -> float | None:
    doubled = case.action.seconds * 2.0 ** min(case.message.resends, 6)
    return doubled if _again(case, case.action.most) else None


def _slow_number(case: Case) -> float | None:
    seconds = slow_down(case.session, number_key(case.message.channel), case.action.seconds, 2.0, case.now)
    return seconds if _again(case, None) else None


def _slow_pair(case: Case) -> float | None:
    key = pair_key(case.message.channel, case.conversation.contact_id)
    seconds = slow_down(case.session, key, case.action.seconds, 4.0, case.now)
    return seconds if _again(case, None) else None


def _stop(case: Case) -> float:
    """However often: while the channel is stopped, one message a minute is sent at most."""
    by_itself = case.action.do == "stop"
    stop_channel(case.session, case.message.channel, case.code, case.now, by_itself=by_itself)
    return PROBE_SECONDS


def _pause_proactive(case: Case) -> float | None:
    until = case.now + timedelta(seconds=case.action.seconds)
    row = insert(ChannelState).values(channel=case.message.channel, proactive_after=until)
    case.session.execute(row.on_conflict_do_update(index_elements=["channel"], set_={"proactive_after": until}))
    words = "O WhatsApp limitou este número por suspeita de spam: avisos e lembretes esperam uma hora."
    raise_alert(case.session, "channel.spam_limit", case.message.channel, words, detail={"code": case.code})
    waits = is_proactive(case.message) and _again(case, case.action.most)
    return case.action.seconds if waits else None


def _opted_out(case: Case) -> None:
    source = "twilio" if case.message.channel == "twilio" else "whatsapp"
    proof = {"code": case.code, "message_id": case.message.id}
    consent.record(case.session, case.conversation.contact_id, "out", source, proof, case.now, "system")


def _other_variant(case: Case) -> float | None:
    if "other_variant" in case.message.payload:
        return None
    to = recipient_of(case.session, case.conversation.contact_id)
    key = match_key(to.wa_id, is_wa_id=True) if to.wa_id else None
    others = [form.removeprefix("+") for form in forms(key or "") if form.removeprefix("+") not in {"", to.wa_id}]
    if not others:
        return None
    case.message.payload = {**case.message.payload, "other_variant": others[0]}
    case.message.resends += 1
    return 0.0


def _window(case: Case) -> float | None:
    """Shut by their count. By ours it is decided when it is sent again, unless they say so twice."""
    if case.message.kind == "template" or "window_closed" in case.message.payload:
        return None
    if case.conversation.window_open(case.now) and _again(case, case.action.most):
        return case.action.seconds
    case.message.payload = {**case.message.payload, "window_closed": True}
    return 0.0


def _upload_again(case: Case) -> float | None:
    return case.action.seconds if _again(case, case.action.most) else None


def _template(case: Case) -> None:
    used = case.message.payload.get("sent_as") or {}
    name, language = str(used.get("name", "")), str(used.get("language", ""))
    case.session.execute(
        update(ChannelTemplate)
        .where(
            ChannelTemplate.channel == case.message.channel,
            ChannelTemplate.name == name,
            ChannelTemplate.language == language,
        )
        .values(blocked_for=case.code, updated_at=case.now)
    )
    words = f"O modelo “{name}” ({language}) foi recusado pelo WhatsApp (erro {case.code}) e não é mais enviado."
    raise_alert(case.session, "template.refused", f"{case.message.channel}/{name}", words, detail={"code": case.code})


def _dead_letter(case: Case) -> float | None:
    """A fault of ours. A bill that the channel does not take as such is put into words."""
    message = case.message
    words = f"O WhatsApp não aceitou uma mensagem do tipo “{message.kind}” (erro {case.code}): confira a configuração."
    detail = {"code": case.code, "message_id": message.id}
    raise_alert(case.session, "message.refused", f"{message.channel}/{message.kind}", words, detail=detail)
    if message.kind not in IN_WORDS_WHERE_REFUSED or "plain" in message.payload:
        return None
    message.payload = {**message.payload, "plain": True}
    message.resends += 1
    return 0.0


ACTS: dict[Do, Callable[[Case], float | None]] = {
    "stop": _stop,
    "stop_for_operator": _stop,
    "later": _later,
    "slow_number": _slow_number,
    "slow_pair": _slow_pair,
    "pause_proactive": _pause_proactive,
    "opted_out": _opted_out,
    "other_variant": _other_variant,
    "window": _window,
    "upload_again": _upload_again,
    "template": _template,
    "dead_letter": _dead_letter,
}
