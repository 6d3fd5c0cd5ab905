"""What a conversation's messages look like on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.masking import mask_personal_data
from handoff.console.attachments import ShownFile, shown_file, transcript_in_words
from handoff.console.understood import Understood, understood
from handoff.console.wording import KINDS, STATUS, TEXT_KINDS, TICKS, clock, day, without_documents
from models.agent import Agent
from models.attachment import Attachment
from models.message import Message
from models.reading import Reading

ERRORS = {
    "window_closed": "a janela de 24 horas do WhatsApp estava fechada",
    "a person took over": "uma pessoa assumiu antes do envio",
    "no answer and no receipt": "o WhatsApp não respondeu; pode ou não ter chegado",
}


@dataclass(frozen=True)
class Bubble:
    """One message, note or event. `side` is in, out, note or event; `day` is set where a new day begins.

    `robot` says that no person wrote it. `heard` is what a machine heard in a voice note, as (caption, words).
    """

    id: int
    side: str
    robot: bool
    by: str
    text: str
    label: str
    at: str
    day: str
    status: str
    status_text: str
    tick: str
    error: str
    options: tuple[str, ...]
    file: ShownFile | None
    heard: tuple[str, str]
    understood: Understood | None


def read_bubbles(
    session: Session, conversation_id: int, now: datetime, zone: str, *, limit: int | None
) -> tuple[list[Bubble], int]:
    """The latest `limit` bubbles (None: all) in order, and how many older ones are not among them."""
    mine = Message.conversation_id == conversation_id
    found = session.execute(
        select(
            Message,
            Attachment.id.label("attachment_id"),
            Attachment.filename,
            Attachment.mime_type,
            Attachment.size,
            Attachment.state,
            Attachment.error.label("file_error"),
            Reading,
        )
        .outerjoin(Attachment, Attachment.id == Message.attachment_id)
        .outerjoin(Reading, Reading.message_id == Message.id)
        .where(mine)
        .order_by(Message.id.desc())
        .limit(limit)
    ).all()
    total = session.scalar(select(func.count()).select_from(Message).where(mine)) or 0
    corrected_by = {f"agent:{row.Reading.corrected_by}" for row in found if row.Reading and row.Reading.corrected_by}
    names = _agent_names(session, {row.Message.author for row in found} | corrected_by)
    bubbles: list[Bubble] = []
    last_day = ""
    for row in reversed(found):
        name = day(row.Message.received_at, now, zone)
        bubbles.append(_bubble(row, names, zone, "" if name == last_day else name))
        last_day = name
    return bubbles, total - len(found)


def _agent_names(session: Session, authors: set[str]) -> dict[str, str]:
    logins = {author.removeprefix("agent:") for author in authors if author.startswith("agent:")}
    rows = session.execute(select(Agent.login, Agent.name).where(Agent.login.in_(logins)))
    return {f"agent:{row.login}": row.name for row in rows}


def _bubble(row: Any, names: dict[str, str], zone: str, new_day: str) -> Bubble:
    message: Message = row.Message
    outbound = message.direction == "out"
    by = _author(message.author, names)
    file = shown_file(row, message.kind, by)
    return Bubble(
        id=message.id,
        side=message.direction,
        robot=message.author == "bot",
        by=by,
        text=without_documents(message.text) if message.direction == "in" else message.text,
        label=_label(message, file),
        at=clock(message.received_at, zone),
        day=new_day,
        status=message.status if outbound else "",
        status_text=STATUS.get(message.status, message.status) if outbound else "",
        tick=TICKS.get(message.status, "") if outbound else "",
        error=error_text(message) if outbound else "",
        options=_options(message.payload) if outbound else (),
        file=file,
        heard=transcript_in_words(message.transcript, message.transcript_confidence, file),
        understood=understood(row.Reading, names) if row.Reading else None,
    )


def _author(author: str, names: dict[str, str]) -> str:
    if author == "customer":
        return "Cliente"
    if author == "bot":
        return "Atendimento automático"
    return names.get(author, author.removeprefix("agent:"))


def _label(message: Message, file: ShownFile | None) -> str:
    """What kind of message it is, where that is not to be seen."""
    if message.kind in TEXT_KINDS or message.direction == "event" or (file and file.shape):
        return ""
    return _kind(message.kind)


def _kind(kind: str) -> str:
    return KINDS.get(kind, f"Mensagem do tipo {kind}")


def error_text(message: Message) -> str:
    """Why an outbound message did not arrive, as an agent would say it; codes that nobody named here as they are."""
    if message.status not in ("failed", "unknown", "discarded"):
        return ""
    error = message.error or ""
    return ERRORS.get(error) or mask_personal_data(error)


def _options(payload: dict[str, Any]) -> tuple[str, ...]:
    """Titles of the buttons or rows: (id, title, description) each."""
    return tuple(str(option[1]) for option in payload.get("options", ()) if len(option) > 1)
