"""A reply with all that belongs to it: the message it answers, the ready answers in it, and the end of its draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handoff.access import Attendant
from handoff.outcome import Denied, Done
from handoff.reply import reply
from handoff.writing.canned import count_use
from handoff.writing.drafts import drop_draft
from handoff.writing.files import send_kept_file
from handoff.writing.quoting import quotable
from handoff.writing.values import unfilled
from models.canned_reply import CannedReply
from models.conversation import Conversation
from models.message import Message


@dataclass(frozen=True)
class Written:
    """What stands in the composer. `quoted` is the message that it answers, `canned` the ready answers it was made
    from, and `file_of` the one whose file goes with it, which makes the text its caption."""

    text: str
    token: str
    quoted: int | None = None
    canned: tuple[int, ...] = ()
    file_of: int | None = None


def send_written(
    session: Session, conversation_id: int, agent: Attendant, written: Written, *, now: datetime | None = None
) -> Done | Denied:
    """Queues it in the agent's name (handoff.reply.reply). The same token and text twice is one message and one use.
    A text with open places such as {{fatura_valor}} is refused."""
    reason = unfilled(written.text)
    if reason:
        return Denied(reason)
    file = session.get(CannedReply, written.file_of) if written.file_of else None
    if file is not None and file.attachment_id is not None:
        done = send_kept_file(
            session,
            conversation_id,
            agent,
            file.attachment_id,
            written.text,
            written.token,
            quoted=written.quoted,
            now=now,
        )
    else:
        done = reply(session, conversation_id, agent, written.text, written.token, now=now)
        _quote(session, conversation_id, done, written.quoted)
    if isinstance(done, Denied):
        return done
    drop_draft(session, conversation_id, agent, "reply")
    if written.canned and not done.repeated:
        count_use(session, written.canned, now=now)
    return done


def _quote(session: Session, conversation_id: int, done: Done | Denied, quoted: int | None) -> None:
    if quoted is None or isinstance(done, Denied) or done.repeated:
        return
    conversation = session.get_one(Conversation, conversation_id)
    session.get_one(Message, done.message_id).quoted_id = quotable(session, conversation, quoted)
