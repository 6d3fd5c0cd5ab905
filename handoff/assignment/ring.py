"""Asks for a round of assignment: something began to wait, or somebody has room."""

from __future__ import annotations

from sqlalchemy.orm import Session

from handoff.queues import organogram
from models.outbox import add_work

TOPIC = "assign"


def ring(session: Session) -> None:
    """Plans a round with this transaction, where any queue is pushed; each ring is a round, so that none is lost."""
    if any(queue.push for queue in organogram(session).queues):
        add_work(session, TOPIC, 0)
