"""A technician's visit as it goes on: the moment that was agreed with the customer, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.dates import format_when
from handoff import audit
from handoff.access import Attendant
from handoff.events import add_event, locked
from handoff.outcome import Denied, Done
from handoff.reply import GONE
from handoff.sla import clocks
from models.conversation import Conversation
from models.desk_job import DeskJob
from models.provider import provider_zone

AGREED, ENDED = "agreed_at", "ended"
"""Keys of DeskJob.arguments: the moment (ISO), and {how, by, at}."""
ARRIVED, OFF = "arrived", "off"
ENDS: Mapping[str, str] = {ARRIVED: "o técnico chegou", OFF: "não acontece mais"}
FURTHEST = timedelta(days=180)

NO_SUCH = Denied("Esta visita não existe nesta conversa.")
OVER = Denied("Esta visita já terminou.")
NOT_AGREED = Denied("Combine antes o dia e a hora da visita.")
PAST = Denied("Escolha para a visita um momento que ainda não passou, até 180 dias à frente.")
OTHER_FIRST = Denied("Outra visita desta conversa está combinada: diga antes como ela terminou.")
UNKNOWN_END = Denied("Diga como a visita terminou.")


def open_visits(session: Session, conversation_id: int) -> list[DeskJob]:
    """The visits of a conversation that were asked for and have not ended, the oldest first."""
    return [row for row in session.scalars(_visits(conversation_id)) if ENDED not in row.arguments]


def agree(
    session: Session, conversation_id: int, who: Attendant, visit_id: int, at: datetime, *, now: datetime
) -> Done | Denied:
    """The customer was told this moment: the technician's arrival is measured from it on (handoff.sla.clocks.arrival).
    Another moment replaces it until the visit has ended; the same one again is the same click. One visit of a
    conversation at a time."""
    found = _open(session, conversation_id, visit_id)
    if isinstance(found, Denied):
        return found
    conversation, row = found
    if not now < at <= now + FURTHEST:
        return PAST
    if any(AGREED in other.arguments for other in open_visits(session, conversation_id) if other.id != row.id):
        return OTHER_FIRST
    if agreed_for(row.arguments) == at:
        return Done(row.id, repeated=True)
    row.arguments = {**row.arguments, AGREED: at.isoformat()}
    clocks.arrival(session, conversation, at, now)
    when = format_when(at, now, provider_zone(session))
    return _told(session, conversation, who, "visit_agreed", f"{who.name} combinou a visita: {when}", row.id)


def end(
    session: Session, conversation_id: int, who: Attendant, visit_id: int, how: str, *, now: datetime
) -> Done | Denied:
    """The technician is there, or the visit is off (see ENDS): nobody waits for it any more."""
    found = _open(session, conversation_id, visit_id)
    if isinstance(found, Denied):
        return found
    conversation, row = found
    if how not in ENDS:
        return UNKNOWN_END
    if how == ARRIVED and AGREED not in row.arguments:
        return NOT_AGREED
    if AGREED in row.arguments:
        clocks.arrived(session, conversation, now)
    row.arguments = {**row.arguments, ENDED: {"how": how, "by": who.login, "at": now.isoformat()}}
    return _told(session, conversation, who, f"visit_{how}", f"Visita: {ENDS[how]}, diz {who.name}", row.id)


def agreed_for(arguments: Mapping[str, Any]) -> datetime | None:
    """The moment that was agreed on; None before there is one."""
    return datetime.fromisoformat(arguments[AGREED]) if AGREED in arguments else None


def _open(session: Session, conversation_id: int, visit_id: int) -> tuple[Conversation, DeskJob] | Denied:
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    wanted = _visits(conversation_id).where(DeskJob.id == visit_id).with_for_update()
    row = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        return NO_SUCH
    return OVER if ENDED in row.arguments else (conversation, row)


def _visits(conversation_id: int) -> Select[DeskJob]:
    """What the ERP refused is none; one that is in doubt may be one."""
    return (
        select(DeskJob)
        .where(DeskJob.conversation_id == conversation_id, DeskJob.kind == "visit", DeskJob.state != "refused")
        .order_by(DeskJob.id)
    )


def _told(session: Session, conversation: Conversation, who: Attendant, event: str, text: str, visit_id: int) -> Done:
    event_id = add_event(
        session, conversation.id, conversation.channel, event, text, author=who.author, visit_id=visit_id
    )
    subject = f"conversation:{conversation.id}"
    audit.record(session, who.login, event.replace("_", "."), subject, visit_id=visit_id)
    return Done(event_id)
