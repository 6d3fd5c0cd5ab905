"""What a conversation's messages look like on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.masking import mask_personal_data
from handoff.console.attachments import ShownFile, shown_file
from handoff.console.particulars import Part, particulars, unsupported_kind
from handoff.console.quotes import UNKNOWN, Quote, read_quotes
from handoff.console.understood import Understood, understood
from handoff.console.wording import (
    EVENT_MARKS,
    KINDS,
    STATUS,
    TEXT_KINDS,
    TICKS,
    author_name,
    clock,
    day,
    heard,
    without_documents,
)
from handoff.writing.again import LOST, may_repeat
from handoff.writing.quoting import can_point
from models.agent import Agent
from models.attachment import Attachment
from models.message import Message
from models.reading import Reading

WAYS_TO_PAY = {"pix_code": "Pix", "boleto_line": "Boleto", "link": "Link de pagamento"}
NO_WORDS = "transcrição automática: nenhuma palavra foi entendida"
ERRORS = {
    "window_closed": "a janela de 24 horas do WhatsApp estava fechada",
    "template_value": "um valor do modelo falta, ou não é aceito pelo WhatsApp",
    "a person took over": "uma pessoa assumiu antes do envio",
    "no answer and no receipt": "o WhatsApp não respondeu; pode ou não ter chegado",
}


@dataclass(frozen=True)
class Bubble:
    """One message, note or event. `side` is in, out, note or event; `day` is set where a new day begins.

    `robot` says that no person wrote it. `marks` are words on what became of it (edited, only watched), `earlier` what
    stood there before each edit, as (when, what). `revoked` says who took it back; it stays readable. `heard` says
    where the words of a voice note are from.
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
    understood: Understood | None
    parts: tuple[Part, ...]
    quote: Quote | None
    reaction: str
    marks: tuple[str, ...]
    earlier: tuple[tuple[str, str], ...]
    revoked: str
    transcript: str
    heard: str
    may_repeat: bool
    may_quote: bool

    @property
    def key(self) -> str:
        """Changes with whatever may change of a bubble that is on the page already."""
        length = len(self.error) + len(self.text) + len(self.transcript)
        seen = (
            self.status,
            length,
            len(self.earlier),
            self.revoked,
            self.reaction,
            self.file and self.file.key,
            self.may_repeat,
        )
        return "/".join(map(str, seen)) + (self.understood.key if self.understood else "")


def read_bubbles(
    session: Session, conversation_id: int, now: datetime, zone: str, *, limit: int | None
) -> tuple[list[Bubble], int]:
    """The latest `limit` bubbles (None: all) in order, and how many older ones are not among them."""
    # Reactions of ours are shown on what they are put on.
    ours = (Message.direction == "out") & (Message.kind == "reaction") & Message.status.not_in(LOST)
    mine = (Message.conversation_id == conversation_id) & ~ours
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
    quotes = read_quotes(session, conversation_id, [row.Message for row in found], names)
    again = {row.Message.payload.get("again") for row in found}
    bubbles: list[Bubble] = []
    last_day = ""
    for row in reversed(found):
        name = day(row.Message.received_at, now, zone)
        quote = quotes.get(row.Message.quoted_id, UNKNOWN) if row.Message.quoted_id else None
        bubbles.append(_bubble(row, names, zone, "" if name == last_day else name, quote, row.Message.id in again))
        last_day = name
    return bubbles, total - len(found)


def _may_quote(message: Message) -> bool:
    """Whether an answer may name it: it has a name, and the channel a way to say it."""
    return message.direction in ("in", "out") and bool(message.provider_id) and can_point(message.channel)


def _agent_names(session: Session, authors: set[str]) -> dict[str, str]:
    logins = {author.removeprefix("agent:") for author in authors if author.startswith("agent:")}
    rows = session.execute(select(Agent.login, Agent.name).where(Agent.login.in_(logins)))
    return {f"agent:{row.login}": row.name for row in rows}


def _bubble(row: Any, names: dict[str, str], zone: str, new_day: str, quote: Quote | None, repeated: bool) -> Bubble:
    message: Message = row.Message
    outbound = message.direction == "out"
    parts = particulars(message)
    by = author_name(message.author, names)
    file = shown_file(row, message.kind, by)
    return Bubble(
        id=message.id,
        side=message.direction,
        robot=message.author == "bot",
        by=by,
        text=_text(message, parts),
        label=_label(message, file),
        at=clock(message.received_at, zone),
        day=new_day,
        status=message.status if outbound else "",
        status_text=STATUS.get(message.status, message.status) if outbound else "",
        tick=TICKS.get(message.status, "") if outbound else "",
        error=error_text(message) if outbound else "",
        options=_options(message.payload) if outbound else (),
        file=file,
        understood=understood(row.Reading, names) if row.Reading else None,
        parts=parts,
        quote=quote,
        reaction=message.reaction,
        marks=_marks(message, zone),
        earlier=_earlier(message, zone),
        revoked=_revoked(message),
        transcript=without_documents(message.transcript or ""),
        heard=_heard(message, file),
        may_repeat=may_repeat(message) and not repeated,
        may_quote=_may_quote(message),
    )


def _text(message: Message, parts: tuple[Part, ...]) -> str:
    if message.kind == "location" and parts:
        # The name of the place, which stands there already.
        return ""
    if message.direction == "event":
        return f"{EVENT_MARKS.get(message.kind, '')} {message.text}".strip()
    return without_documents(message.text) if message.direction == "in" else message.text


def _heard(message: Message, file: ShownFile | None) -> str:
    """Where the words of a voice note are from; that there were none, if anybody listened."""
    if message.transcript:
        return heard(message.transcript_confidence)
    return NO_WORDS if message.transcript == "" and file and file.shape else ""


def _label(message: Message, file: ShownFile | None) -> str:
    """The kind, where neither the text nor the file says it. Beside a payment, the file is the bill in words."""
    shown = file is not None and bool(file.shape) and message.kind != "payment"
    if message.kind in TEXT_KINDS or shown or message.direction == "event":
        return ""
    if message.kind == "unsupported" and (what := unsupported_kind(message)):
        return f"{KINDS['unsupported']}: {what}"
    return KINDS.get(message.kind, f"Mensagem do tipo {message.kind}")


def _marks(message: Message, zone: str) -> tuple[str, ...]:
    edited = f"editada às {clock(message.edited_at, zone)}" if message.edited_at else ""
    watched = "em espera: outro aplicativo atende" if message.outcome == "standby" else ""
    return tuple(filter(None, (edited, watched)))


def _earlier(message: Message, zone: str) -> tuple[tuple[str, str], ...]:
    found = [edit for edit in message.payload.get("edits") or () if isinstance(edit, dict)]
    return tuple((_moment(edit.get("at"), zone), without_documents(str(edit.get("text") or ""))) for edit in found)


def _moment(at: object, zone: str) -> str:
    try:
        return clock(datetime.fromisoformat(str(at)), zone)
    except ValueError:
        return ""


def _revoked(message: Message) -> str:
    if message.revoked_at is None:
        return ""
    return "apagada pelo cliente" if message.direction == "in" else "apagada"


def error_text(message: Message) -> str:
    """Why an outbound message did not arrive, as an agent would say it; codes that nobody named here as they are."""
    if message.status not in ("failed", "unknown", "discarded"):
        return ""
    error = message.error or ""
    return ERRORS.get(error) or mask_personal_data(error)


def _options(payload: dict[str, Any]) -> tuple[str, ...]:
    """What can be tapped: titles of the buttons or rows ((id, title, description) each), of a link, and ways to pay."""
    titles = [str(option[1]) for option in payload.get("options", ()) if len(option) > 1]
    link, payment = payload.get("link") or {}, payload.get("payment") or {}
    ways = [name for field, name in WAYS_TO_PAY.items() if payment.get(field)]
    return (*titles, *filter(None, [link.get("title")]), *ways)
