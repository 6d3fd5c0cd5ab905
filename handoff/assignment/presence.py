"""Who is there: the switch in the console, the sign of life of an open one, and what silence means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from handoff.assignment.ring import ring
from handoff.assignment.terms import DeskTerms, desk_terms
from handoff.outcome import Denied
from models.presence import Presence, PresenceSpan

ONLINE, PAUSED, OFFLINE = "online", "paused", "offline"
LOST, PAUSED_TOO_LONG = "sem conexão", "pausa sem volta"
"""Why somebody is offline who did not say so."""

SIGN_EVERY = timedelta(seconds=20)
UNKNOWN_STATE = Denied("Escolha uma das situações da lista.")


@dataclass(frozen=True)
class Stand:
    """How somebody is there: `state`, the reason of it, and since when. Who never was is offline without `since`."""

    state: str = OFFLINE
    reason: str = ""
    since: datetime | None = None


def stand_of(session: Session, agent_id: int) -> Stand:
    """How an agent is there, as the row says; whether their console still gives signs is `is_there`."""
    row = session.execute(
        select(Presence.state, Presence.reason, Presence.since).where(Presence.agent_id == agent_id)
    ).one_or_none()
    return Stand(*row) if row else Stand()


def is_there(now: datetime, terms: DeskTerms) -> ColumnElement[bool]:
    """Whether somebody may be given work, as a condition on Presence: online, and their console gave a sign lately."""
    return and_(Presence.state == ONLINE, Presence.seen_at > now - terms.stale)


def switch(session: Session, agent_id: int, state: str, reason: str, now: datetime) -> Denied | None:
    """Puts an agent online, into a pause with one of the provider's reasons, or offline; None when it is so.

    May be called again. Conversations stay theirs in a pause; offline, for the provider's `back_minutes`.
    """
    known = desk_terms(session).pause_reasons
    if state not in (ONLINE, PAUSED, OFFLINE) or (state == PAUSED and reason not in known):
        return UNKNOWN_STATE
    row = _own(session, agent_id, now)
    row.seen_at = max(row.seen_at, now)
    _enter(session, row, state, reason if state == PAUSED else "", now, began=now)
    if state == ONLINE:
        ring(session)
    return None


def leave(session: Session, agent_id: int, now: datetime) -> None:
    """They signed out: offline. May be called again, and for somebody who never was there."""
    switch(session, agent_id, OFFLINE, "", now)


def seen(session: Session, agent_id: int, now: datetime) -> None:
    """A sign of an agent's open console; writes at most every 20 seconds, so it may be called with every fetch.

    It makes nobody online, but for whoever lost the connection less than `back_minutes` ago and is back by it.
    """
    row = session.execute(
        select(Presence.seen_at, Presence.state, Presence.reason, Presence.since).where(Presence.agent_id == agent_id)
    ).one_or_none()
    if row is None:
        session.execute(_nobody_yet(agent_id, now))
    elif row.state == OFFLINE and row.reason == LOST and row.since > now - desk_terms(session).back:
        switch(session, agent_id, ONLINE, "", now)
    elif row.seen_at <= now - SIGN_EVERY:
        session.execute(
            update(Presence)
            .where(Presence.agent_id == agent_id)
            .values(seen_at=func.greatest(Presence.seen_at, now))
            .execution_options(synchronize_session=False)
        )


def fade(session: Session, now: datetime) -> int:
    """Takes those offline whose consoles are silent for too long; returns how many. May be called again.

    In the reports they were there until their last sign. `since` is now, not then: after a downtime of ours, in which
    no console could give a sign, everybody has the whole of `back_minutes` to be heard of.
    """
    terms = desk_terms(session)
    silent = or_(
        and_(Presence.state == ONLINE, Presence.seen_at <= now - terms.stale),
        and_(Presence.state == PAUSED, Presence.seen_at <= now - timedelta(minutes=terms.pause_minutes)),
    )
    rows = session.scalars(select(Presence).where(silent).with_for_update(skip_locked=True)).all()
    for row in rows:
        reason = LOST if row.state == ONLINE else PAUSED_TOO_LONG
        _enter(session, row, OFFLINE, reason, now, began=max(row.seen_at, row.since))
    return len(rows)


def _enter(session: Session, row: Presence, state: str, reason: str, now: datetime, *, began: datetime) -> None:
    """Changes the state as of now, and the spans as of `began`."""
    if (row.state, row.reason) == (state, reason):
        return
    session.execute(
        update(PresenceSpan)
        .where(PresenceSpan.agent_id == row.agent_id, PresenceSpan.ended_at.is_(None))
        .values(ended_at=func.greatest(PresenceSpan.started_at, began))
    )
    session.add(PresenceSpan(agent_id=row.agent_id, state=state, reason=reason, started_at=began))
    row.state, row.reason, row.since = state, reason, now
    session.flush()


def _own(session: Session, agent_id: int, now: datetime) -> Presence:
    """The agent's row, made if there is none, locked until the transaction ends."""
    session.execute(_nobody_yet(agent_id, now))
    return session.scalars(
        select(Presence)
        .where(Presence.agent_id == agent_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _nobody_yet(agent_id: int, now: datetime) -> Insert:
    row = {"agent_id": agent_id, "state": OFFLINE, "since": now, "seen_at": now}
    return insert(Presence).values(row).on_conflict_do_nothing()
