"""Macros: several acts with one click, all of them or none, and changing what there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.db import all_or_nothing
from handoff import audit
from handoff.access import Attendant
from handoff.events import locked
from handoff.outcome import Denied, Done
from handoff.permits import may
from handoff.queues import DEFAULT_QUEUE, organogram
from handoff.release import close, transfer
from handoff.writing.canned import NOT_THEIRS, unknown_queues
from handoff.writing.marks import prioritise, tag
from handoff.writing.mentions import write_note
from handoff.writing.sending import Written, send_written
from handoff.writing.steps import Step, kept, read_steps, steps_of
from handoff.writing.values import filled, known_values
from models import utc_now
from models.audit import Audit
from models.canned_reply import CannedReply
from models.conversation import Conversation
from models.macro import Macro
from nlu.languages import PORTUGUESE


@dataclass(frozen=True)
class MacroForm:
    """What a supervisor typed: `steps` one a line (handoff.writing.steps)."""

    title: str
    steps: str
    queues: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True)
class OfferedMacro:
    """A macro to pick, with its steps as people write them."""

    id: int
    title: str
    steps: tuple[str, ...]


def macros_for(session: Session, queue: str | None) -> list[OfferedMacro]:
    """Those that are for a conversation of this queue, by title."""
    mine = or_(Macro.queues == [], Macro.queues.contains([queue or DEFAULT_QUEUE]))
    rows = session.scalars(select(Macro).where(Macro.active, mine).order_by(Macro.title))
    return [OfferedMacro(row.id, row.title, tuple(step.told for step in steps_of(row.steps))) for row in rows]


def run_macro(
    session: Session,
    conversation_id: int,
    agent: Attendant,
    macro_id: int,
    client_token: str,
    *,
    now: datetime | None = None,
    language: str = PORTUGUESE,
) -> Done | Denied:
    """Does every step through the same acts as the buttons, with their rules. Where one is refused nothing of it stays
    done, and the answer says which step it was and why. The same `client_token` again is done already: who presses
    twice because an answer got lost is not told that nothing was done. `language` is the customer's."""
    if locked(session, conversation_id) is not None and _ran(session, conversation_id, agent, macro_id, client_token):
        return Done(macro_id, repeated=True)
    macro = session.get(Macro, macro_id)
    if macro is None or not macro.active:
        return Denied("Esta macro não existe mais.")
    steps = steps_of(macro.steps)
    subject = f"conversation:{conversation_id}"
    try:
        with all_or_nothing(session):
            for number, step in enumerate(steps, start=1):
                outcome = _do(session, conversation_id, agent, step, f"{client_token}/{number}", now, language)
                if isinstance(outcome, Denied):
                    raise _Stopped(number, step, outcome.reason)
            macro.uses += 1
            macro.last_used_at = now or utc_now()
    except _Stopped as stop:
        detail = {"macro": macro_id, "step": stop.number, "do": stop.step.do}
        audit.record(session, agent.login, "macro.stopped", subject, **detail)
        return Denied(f"Passo {stop.number} ({stop.step.told}): {stop.reason} Nada desta macro foi feito.")
    did = [step.do for step in steps]
    audit.record(session, agent.login, "macro.run", subject, macro=macro_id, press=client_token, steps=did)
    return Done(macro_id)


def _ran(session: Session, conversation_id: int, agent: Attendant, macro_id: int, client_token: str) -> bool:
    known = select(Audit.id).where(
        Audit.subject == f"conversation:{conversation_id}",
        Audit.actor == agent.login,
        Audit.action == "macro.run",
        Audit.detail.contains({"macro": macro_id, "press": client_token}),
    )
    return session.scalar(known.limit(1)) is not None


class _Stopped(Exception):
    """A step was refused: what was done before it is undone."""

    def __init__(self, number: int, step: Step, reason: str) -> None:
        super().__init__(reason)
        self.number, self.step, self.reason = number, step, reason


def _do(
    session: Session,
    conversation_id: int,
    agent: Attendant,
    step: Step,
    token: str,
    now: datetime | None,
    language: str,
) -> Done | Denied:
    if step.do == "reply":
        return _reply(session, conversation_id, agent, step.value, token, now)
    if step.do == "tag":
        return tag(session, conversation_id, agent, step.value)
    if step.do == "note":
        return write_note(session, conversation_id, agent, step.value, token)
    if step.do == "priority":
        return prioritise(session, conversation_id, agent, step.value)
    if step.do == "transfer":
        return transfer(session, conversation_id, agent, step.value, step.words, now=now)
    return close(session, conversation_id, agent, now=now, language=language)


def _reply(
    session: Session, conversation_id: int, agent: Attendant, shortcut: str, token: str, now: datetime | None
) -> Done | Denied:
    found = select(CannedReply).where(CannedReply.shortcut == shortcut, CannedReply.active)
    canned = session.scalars(found).one_or_none()
    conversation = session.get(Conversation, conversation_id)
    if canned is None or conversation is None:
        return Denied(f"A resposta /{shortcut} não existe mais, ou está desligada.")
    text = filled(canned.text, known_values(session, conversation, agent))
    file_of = canned.id if canned.attachment_id is not None else None
    written = Written(text, token, canned=(canned.id,), file_of=file_of)
    return send_written(session, conversation_id, agent, written, now=now)


def save_macro(session: Session, who: Attendant, form: MacroForm, macro_id: int | None) -> Done | Denied:
    """Makes a macro, or changes one. Whoever has the deed may; what is wrong is told in Portuguese. Audited."""
    if not may(who, "canned.handle"):
        return Denied(NOT_THEIRS)
    if not 1 <= len(form.title) <= 80:
        return Denied("O nome tem de 1 a 80 caracteres.")
    shortcuts = frozenset(session.scalars(select(CannedReply.shortcut).where(CannedReply.active)))
    steps = read_steps(form.steps, shortcuts, organogram(session).names)
    taken = session.scalar(select(Macro.id).where(Macro.title == form.title))
    problem = steps if isinstance(steps, str) else unknown_queues(session, form.queues)
    if taken is not None and taken != macro_id:
        problem = "Já existe uma macro com este nome."
    row = session.get(Macro, macro_id) if macro_id else Macro()
    if problem or row is None or isinstance(steps, str):
        return Denied(problem or "Esta macro não existe mais.")
    row.title, row.steps, row.queues, row.active = form.title, kept(steps), list(form.queues), form.active
    session.add(row)
    session.flush()
    audit.record(session, who.login, "macro.saved", f"macro:{row.id}", steps=[step.do for step in steps])
    return Done(row.id)


def delete_macro(session: Session, who: Attendant, macro_id: int) -> Done | Denied:
    """Removes it; one that is gone is fine."""
    row = session.get(Macro, macro_id)
    if not may(who, "canned.handle"):
        return Denied(NOT_THEIRS)
    if row is None:
        return Done(macro_id, repeated=True)
    audit.record(session, who.login, "macro.deleted", f"macro:{row.id}", title=row.title)
    session.delete(row)
    return Done(macro_id)
