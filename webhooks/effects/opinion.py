"""An opinion that was asked for: a tap or a comment is kept with its survey and opens no conversation."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from handoff.satisfaction.commenting import awaited_from
from handoff.satisfaction.voting import count_vote, vote_in
from models import utc_now
from models.outbox import add_work
from webhooks.effects.changes import apply_parked_changes
from webhooks.effects.conversations import Place
from webhooks.effects.here import Here
from webhooks.items import MessageArrived

Add = Callable[[Session, MessageArrived, Place, Here, str | None], int | None]
# Its conversation has ended, and what is said of it wakes nobody up.
ENDED = "opinion"


def taken_as_vote(session: Session, contact_id: int, item: MessageArrived, here: Here, add: Add) -> bool:
    """Whether the message was a vote; then it is stored by `add`, and counted once."""
    if not item.reply_id:
        return False
    vote = vote_in(session, contact_id, item.channel, item.reply_id, item.quoted_id or "")
    if vote is None:
        return False
    if add(session, item, Place(vote.conversation_id, ENDED), here, "vote") is not None:
        count_vote(session, vote, here.terms.texts.language, utc_now())
    return True


def taken_as_comment(session: Session, contact_id: int, item: MessageArrived, here: Here, add: Add) -> bool:
    """Whether the message may be the comment that was asked for; then it is stored by `add`, once. To be asked where
    no conversation of the contact is open: in one, words are said to whoever has it.

    Whether a text is a comment or wants something is found out by the work `survey_comment`, outside of here.
    """
    if item.reply_id or item.kind != "text" or item.standby or not item.answered:
        return False
    survey = awaited_from(session, contact_id, utc_now())
    if survey is None:
        return False
    if add(session, item, Place(survey.conversation_id, ENDED), here, None) is not None:
        apply_parked_changes(session, item.channel, item.provider_id)
        seconds = here.terms.debounce.total_seconds()
        add_work(session, "survey_comment", survey.id, after_seconds=seconds)
    return True
