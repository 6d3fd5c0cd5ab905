"""Drafts: what a person typed in a conversation, kept until it is sent or emptied."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from handoff.access import Attendant
from handoff.reply import MAX_LENGTH
from models import utc_now
from models.draft import Draft

MODES = ("reply", "note")


def save_draft(session: Session, conversation_id: int, who: Attendant, mode: str, text: str) -> None:
    """Keeps the text, cut to what a message may have; the last one saved counts, and an empty one is none."""
    words = text.replace("\x00", "")[:MAX_LENGTH]
    if not words.strip():
        drop_draft(session, conversation_id, who, mode)
        return
    row = {"agent_id": who.id, "conversation_id": conversation_id, "mode": mode}
    new = {"text": words, "updated_at": utc_now()}
    session.execute(
        insert(Draft)
        .values(**row, **new)
        .on_conflict_do_update(index_elements=["agent_id", "conversation_id", "mode"], set_=new)
    )


def drop_draft(session: Session, conversation_id: int, who: Attendant, mode: str) -> None:
    """Forgets it."""
    session.execute(
        delete(Draft).where(Draft.agent_id == who.id, Draft.conversation_id == conversation_id, Draft.mode == mode)
    )


def drafts_of(session: Session, conversation_id: int, who: Attendant) -> dict[str, str]:
    """What this person has not sent here, by mode."""
    rows = session.execute(
        select(Draft.mode, Draft.text).where(Draft.agent_id == who.id, Draft.conversation_id == conversation_id)
    )
    return {row.mode: row.text for row in rows}
