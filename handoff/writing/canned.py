"""Ready answers: who has which, what each says, how often they are used, and changing them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.outcome import Denied, Done
from handoff.permits import may
from handoff.queues import DEFAULT_QUEUE, organogram
from handoff.reply import MAX_LENGTH
from handoff.search.wanted import read_wanted
from handoff.writing.files import LONGEST_CAPTION, SendableFile
from handoff.writing.values import LABELS, places
from models import utc_now
from models.attachment import Attachment
from models.canned_reply import CannedReply
from models.macro import Macro
from models.message_words import has_words

SUGGESTED = 3
SHORTEST_WORD = 4
SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")


NOT_THEIRS = "Seu papel não muda as respostas prontas e macros de todos."


@dataclass(frozen=True)
class Canned:
    """A ready answer as it can be picked. `file` is the name of the file that goes with it, or empty."""

    id: int
    shortcut: str
    title: str
    text: str
    file: str


@dataclass(frozen=True)
class CannedForm:
    """What a supervisor typed. `file` is a new file, `drop_file` takes the old one away."""

    shortcut: str
    title: str
    text: str
    queues: tuple[str, ...]
    active: bool = True
    file: SendableFile | None = None
    drop_file: bool = False


def canned_for(session: Session, queue: str | None) -> list[Canned]:
    """Those that are for a conversation of this queue, the most used first."""
    return [_pickable(row, filename or "") for row, filename in session.execute(_of_queue(queue))]


def canned_about(session: Session, queue: str | None, subject: str) -> list[Canned]:
    """Those of them whose title or shortcut has a word of the subject, at most SUGGESTED; short words are none."""
    words = [word for word in read_wanted(subject).words if len(word) >= SHORTEST_WORD]
    if not words:
        return []
    named = func.words_of(CannedReply.title + " " + func.replace(CannedReply.shortcut, "-", " "))
    wanted = _of_queue(queue).where(has_words(named, " | ".join(words))).limit(SUGGESTED)
    return [_pickable(row, filename or "") for row, filename in session.execute(wanted)]


def _of_queue(queue: str | None) -> Select[CannedReply, str]:
    return (
        select(CannedReply, Attachment.filename)
        .outerjoin(Attachment, Attachment.id == CannedReply.attachment_id)
        .where(
            CannedReply.active,
            or_(CannedReply.queues == [], CannedReply.queues.contains([queue or DEFAULT_QUEUE])),
        )
        .order_by(CannedReply.uses.desc(), CannedReply.shortcut)
    )


def _pickable(row: CannedReply, filename: str) -> Canned:
    return Canned(row.id, row.shortcut, row.title, row.text, filename)


def count_use(session: Session, ids: Iterable[int], *, now: datetime | None = None) -> None:
    """These were sent once more. Ids that are none are no mistake: one may have been deleted meanwhile."""
    session.execute(
        update(CannedReply)
        .where(CannedReply.id.in_(sorted(set(ids))))
        .values(uses=CannedReply.uses + 1, last_used_at=now or utc_now())
    )


def save_canned(session: Session, who: Attendant, form: CannedForm, canned_id: int | None) -> Done | Denied:
    """Makes a ready answer, or changes one. Whoever has the deed may; what is wrong is told in Portuguese. Audited."""
    problem = _unfit(session, who, form, canned_id)
    if problem:
        return Denied(problem)
    row = session.get(CannedReply, canned_id) if canned_id else CannedReply()
    if row is None:
        return Denied("Esta resposta não existe mais.")
    with_file = form.file is not None or (row.attachment_id is not None and not form.drop_file)
    if not form.text and not with_file:
        return Denied("Escreva o texto, ou anexe um arquivo.")
    if with_file and len(form.text) > LONGEST_CAPTION:
        return Denied("Com arquivo, o texto é a legenda: no máximo 1.024 caracteres.")
    if form.file:
        row.attachment_id = _keep(session, form.file)
    elif form.drop_file:
        row.attachment_id = None
    row.shortcut, row.title, row.text = form.shortcut, form.title, form.text
    row.queues, row.active = list(form.queues), form.active
    session.add(row)
    session.flush()
    audit.record(session, who.login, "canned.saved", f"canned:{row.id}", shortcut=row.shortcut, active=row.active)
    return Done(row.id)


def delete_canned(session: Session, who: Attendant, canned_id: int) -> Done | Denied:
    """Removes it, unless a macro sends it. One that is gone is fine."""
    row = session.get(CannedReply, canned_id)
    if not may(who, "canned.handle"):
        return Denied(NOT_THEIRS)
    if row is None:
        return Done(canned_id, repeated=True)
    for macro in session.scalars(select(Macro)):
        if any(step.get("do") == "reply" and step.get("value") == row.shortcut for step in macro.steps):
            return Denied(f"A macro “{macro.title}” usa esta resposta: mude a macro antes.")
    audit.record(session, who.login, "canned.deleted", f"canned:{row.id}", shortcut=row.shortcut)
    session.delete(row)
    return Done(canned_id)


def unknown_queues(session: Session, queues: Sequence[str]) -> str:
    """Why these are not queues to choose, or empty."""
    unknown = sorted(set(queues) - organogram(session).names)
    return f"Não há a fila {unknown[0]}." if unknown else ""


def _unfit(session: Session, who: Attendant, form: CannedForm, canned_id: int | None) -> str:
    if not may(who, "canned.handle"):
        return NOT_THEIRS
    if not SHORTCUT.fullmatch(form.shortcut):
        return "O atalho tem até 30 letras minúsculas sem acento, números, - ou _."
    if not 1 <= len(form.title) <= 80:
        return "O título tem de 1 a 80 caracteres."
    if len(form.text) > MAX_LENGTH:
        return "O texto passou de 4.096 caracteres."
    unknown = [name for name in places(form.text) if name not in LABELS]
    if unknown:
        return f"Não existe a variável {{{{{unknown[0]}}}}}. Há: {', '.join(LABELS)}."
    taken = session.scalar(select(CannedReply.id).where(CannedReply.shortcut == form.shortcut))
    if taken is not None and taken != canned_id:
        return f"O atalho /{form.shortcut} já existe."
    return unknown_queues(session, form.queues)


def _keep(session: Session, file: SendableFile) -> int:
    kept = Attachment.of_ours(file.filename, file.mime_type, file.data)
    session.add(kept)
    session.flush()
    return kept.id
