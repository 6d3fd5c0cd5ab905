"""How the promises of conversations stand, for whoever looks at a list or at one of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from core.dates import format_when
from handoff.sla.promises import promises
from handoff.sla.reckoning import Colour, Reckoned, reckon
from models.agent import Agent
from models.sla import SlaClock, SlaPause

KIND_NAMES = {
    "first": "1ª resposta",
    "next": "resposta",
    "level": "tempo no nível",
    "resolution": "solução",
    "arrival": "chegada do técnico",
}
REASON_NAMES = {
    "customer": "esperando o cliente",
    "third_party": "esperando terceiros",
    "scheduled": "combinado para depois",
}


@dataclass(frozen=True)
class Standing:
    """The most urgent promise that runs. `due_at` is None while time is held. `text` says it in Portuguese."""

    colour: Colour
    kind: str
    due_at: datetime | None
    text: str


@dataclass(frozen=True)
class ClockLine:
    """One clock of a conversation in words, running or not."""

    name: str
    text: str
    colour: Colour
    running: bool


@dataclass(frozen=True)
class Held:
    """The pause that goes on, in words: why, whose login, and since when."""

    reason: str
    note: str
    by: str
    since: str


@dataclass(frozen=True)
class Promises:
    """All that is promised in a conversation: the most urgent, every clock, and the pause that goes on."""

    standing: Standing | None
    clocks: list[ClockLine]
    held: Held | None


def colours(session: Session, conversation_ids: Collection[int], now: datetime) -> dict[int, Standing]:
    """The most urgent promise of each conversation that has one, in one query: late before near, near before held."""
    rows = session.execute(
        select(SlaClock.conversation_id, SlaClock.kind, SlaClock.due_at, SlaClock.warn_at)
        .where(SlaClock.conversation_id.in_(conversation_ids), SlaClock.stopped_at.is_(None))
        .order_by(
            SlaClock.conversation_id,
            case((SlaClock.due_at < now, 0), (SlaClock.warn_at <= now, 1), else_=2),
            SlaClock.due_at.asc().nulls_last(),
            # Held ones are due at no moment: the answer that the customer waits for comes first.
            case({"first": 0, "next": 1, "level": 2}, value=SlaClock.kind, else_=3),
        )
        .ext(distinct_on(SlaClock.conversation_id))
    )
    return {row.conversation_id: _standing(row.kind, row.due_at, row.warn_at, now) for row in rows}


def clock_lines(session: Session, conversation_id: int, now: datetime, zone: str) -> list[ClockLine]:
    """Every clock of a conversation, the running ones first, then the newest."""
    rows = session.execute(
        select(SlaClock, Agent.name.label("by"))
        .outerjoin(Agent, Agent.id == SlaClock.agent_id)
        .where(SlaClock.conversation_id == conversation_id)
        .order_by(SlaClock.stopped_at.desc().nulls_first(), SlaClock.id.desc())
    ).all()
    reckoned = promises(session, [row.SlaClock for row in rows])
    return [_line(row.SlaClock, row.by, reckon(reckoned[row.SlaClock.id], now), now, zone) for row in rows]


def read_promises(session: Session, conversation_id: int, now: datetime, zone: str) -> Promises:
    """What a person sees of one conversation's promises."""
    return Promises(
        colours(session, [conversation_id], now).get(conversation_id),
        clock_lines(session, conversation_id, now, zone),
        held(session, conversation_id, now, zone),
    )


def held(session: Session, conversation_id: int, now: datetime, zone: str) -> Held | None:
    """Why the conversation's time does not run, if it does not."""
    row = session.scalars(
        select(SlaPause).where(SlaPause.conversation_id == conversation_id, SlaPause.ended_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    since = f"desde {format_when(row.started_at, now, zone)}"
    return Held(REASON_NAMES.get(row.reason, row.reason), row.note, row.by, since)


def _standing(kind: str, due_at: datetime | None, warn_at: datetime | None, now: datetime) -> Standing:
    name = KIND_NAMES[kind]
    if due_at is None:
        return Standing("ok", kind, None, f"{name}: tempo parado")
    if now > due_at:
        return Standing("late", kind, due_at, f"{name} atrasada há {span((now - due_at).total_seconds())}")
    colour: Colour = "warn" if warn_at is not None and now >= warn_at else "ok"
    return Standing(colour, kind, due_at, f"{name} em até {span((due_at - now).total_seconds())}")


def _line(clock: SlaClock, by: str | None, stands: Reckoned, now: datetime, zone: str) -> ClockLine:
    name = KIND_NAMES[clock.kind].capitalize() + (f" · {clock.queue}" if clock.kind == "level" else "")
    spent, target = span(stands.spent_seconds), span(clock.target_minutes * 60)
    if clock.stopped_at is not None:
        kept = "no prazo" if stands.state == "kept" else "fora do prazo"
        return ClockLine(name, f"{spent} de {target}, {kept}" + (f", {by}" if by else ""), stands.colour, running=False)
    if stands.due_at is None:
        return ClockLine(name, f"{spent} de {target}, tempo parado", stands.colour, running=True)
    due = format_when(stands.due_at, now, zone)
    word = "venceu" if stands.state == "breached" else "vence"
    return ClockLine(name, f"{spent} de {target}, {word} {due}", stands.colour, running=True)


def span(seconds: float) -> str:
    """Whole minutes, or hours with minutes, or days: what one says at a desk."""
    minutes = int(seconds) // 60
    if minutes < 60:
        return f"{minutes} min" if minutes else "menos de 1 min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02d} min" if minutes % 60 else f"{minutes // 60} h"
    return f"{minutes // 1440} dias"
