"""Files that a person sends to the customer: what WhatsApp takes, and queueing one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.file_name import plain_name
from core.file_types import OFFICE, type_of
from handoff import audit
from handoff.access import Attendant
from handoff.events import locked
from handoff.outcome import Denied, Done
from handoff.reply import GONE, answered, clean_text, may_answer, press_key
from handoff.writing.quoting import quotable
from handoff.writing.values import unfilled
from models import utc_now
from models.attachment import Attachment
from models.conversation import Conversation
from models.message import Message
from models.outbox import add_work

MB = 1024 * 1024
LONGEST_CAPTION = 1024
LARGEST = 16 * MB
"""WhatsApp would take documents of up to 100 MB, but Twilio only 16, and a larger one would not be uploaded within the
time that a send has."""

# What WhatsApp takes as such, by what the bytes are: its kind, and the largest size.
SENDABLE: dict[str, tuple[str, int]] = {
    "image/jpeg": ("image", 5 * MB),
    "image/png": ("image", 5 * MB),
    "audio/aac": ("audio", LARGEST),
    "audio/amr": ("audio", LARGEST),
    "audio/mpeg": ("audio", LARGEST),
    "audio/mp4": ("audio", LARGEST),
    "audio/ogg": ("audio", LARGEST),
    "video/mp4": ("video", LARGEST),
    "video/3gpp": ("video", LARGEST),
    "application/pdf": ("document", LARGEST),
    "text/plain": ("document", LARGEST),
    f"{OFFICE}wordprocessingml.document": ("document", LARGEST),
    f"{OFFICE}spreadsheetml.sheet": ("document", LARGEST),
    f"{OFFICE}presentationml.presentation": ("document", LARGEST),
}
# Old office files all look alike: which one it is, only their names say.
OLD_OFFICE = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint"}
INSTEAD = {
    "image/webp": "Salve a imagem como JPG ou PNG.",
    "image/gif": "Salve a imagem como JPG ou PNG.",
    "image/heic": "Salve a imagem como JPG ou PNG.",
    "audio/wav": "Salve o áudio como MP3 ou OGG.",
    "application/zip": "Mande os arquivos sem compactar.",
}


@dataclass(frozen=True)
class SendableFile:
    """A file that WhatsApp takes. `kind` is that of its bubble, `mime_type` is what its bytes are."""

    filename: str
    kind: str
    mime_type: str
    data: bytes


def sendable_file(filename: str, data: bytes) -> SendableFile | Denied:
    """The file as it can be sent, or in Portuguese why it cannot. Looks at the bytes: a program that is called .pdf is
    a program. It is not searched for viruses: nothing here could."""
    name = plain_name(filename) or "arquivo"
    if not data:
        return Denied(f"{name}: o arquivo está vazio.")
    found = type_of(data)
    if found == "application/x-ole-storage":
        found = OLD_OFFICE.get(name.rpartition(".")[2].lower(), found)
    kind, largest = ("document", LARGEST) if found in OLD_OFFICE.values() else SENDABLE.get(found, ("", 0))
    if not kind or (found == "audio/ogg" and b"OpusHead" not in data[:512]):
        return Denied(f"{name}: o WhatsApp não aceita este tipo de arquivo. {INSTEAD.get(found, '')}".strip())
    if len(data) > largest:
        return Denied(f"{name}: passou do limite de {largest // MB} MB para este tipo de arquivo.")
    return SendableFile(name, kind, found, data)


def send_file(
    session: Session,
    conversation_id: int,
    agent: Attendant,
    file: SendableFile,
    caption: str,
    client_token: str,
    *,
    quoted: int | None = None,
    now: datetime | None = None,
) -> Done | Denied:
    """Queues the file to the customer in the agent's name, under the rules of `reply`. The same `client_token` is one
    message. `quoted` is the message of the conversation that it answers."""
    attachment = Attachment.of_ours(file.filename, file.mime_type, file.data)
    return _send(session, conversation_id, agent, attachment, file.kind, caption, client_token, quoted, now)


def send_kept_file(
    session: Session,
    conversation_id: int,
    agent: Attendant,
    attachment_id: int,
    caption: str,
    client_token: str,
    *,
    quoted: int | None = None,
    now: datetime | None = None,
) -> Done | Denied:
    """The same with a file that we have already, such as that of a ready answer."""
    attachment = session.get_one(Attachment, attachment_id)
    kind = SENDABLE.get(attachment.mime_type, ("document", 0))[0]
    return _send(session, conversation_id, agent, attachment, kind, caption, client_token, quoted, now)


def _send(
    session: Session,
    conversation_id: int,
    agent: Attendant,
    attachment: Attachment,
    kind: str,
    caption: str,
    client_token: str,
    quoted: int | None,
    now: datetime | None,
) -> Done | Denied:
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    key = press_key("file", conversation_id, agent, client_token)
    known = session.scalar(select(Message.id).where(Message.key == key))
    if known is not None:
        return Done(known, repeated=True)
    words = clean_text(caption)
    problem = may_answer(session, conversation, agent, now or utc_now()) or _unfit(words)
    if problem:
        return problem
    session.add(attachment)
    session.flush()
    message_id = _queue(session, conversation, agent, attachment.id, kind, words, key, quoted)
    answered(session, conversation, agent, now or utc_now())
    detail = {"message_id": message_id, "attachment_id": attachment.id, "mime_type": attachment.mime_type}
    audit.record(session, agent.login, "file.sent", f"conversation:{conversation_id}", size=attachment.size, **detail)
    return Done(message_id)


def _unfit(caption: str) -> Denied | None:
    if len(caption) > LONGEST_CAPTION:
        return Denied("A legenda passou de 1.024 caracteres: mande o resto como mensagem.")
    reason = unfilled(caption)
    return Denied(reason) if reason else None


def _queue(
    session: Session,
    conversation: Conversation,
    agent: Attendant,
    attachment_id: int,
    kind: str,
    caption: str,
    key: str,
    quoted: int | None,
) -> int:
    row = Message(
        conversation_id=conversation.id,
        channel=conversation.channel,
        direction="out",
        kind=kind,
        text=caption,
        attachment_id=attachment_id,
        author=agent.author,
        reason="agent",
        status="queued",
        key=key,
        quoted_id=quotable(session, conversation, quoted),
    )
    session.add(row)
    session.flush()
    add_work(session, "deliver", row.id)
    return row.id
