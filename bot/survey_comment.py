"""What is written after a low vote: kept as the comment, or answered like any other message."""

from __future__ import annotations

from bot.fragments import read_together
from bot.turns import Bot
from core.document import find_documents
from handoff.events import locked
from handoff.satisfaction.asking import SMALL_TALK
from handoff.satisfaction.commenting import keep_comment, let_through, waiting_text
from models import utc_now
from models.survey import Survey

OPINIONS = SMALL_TALK | {"complaint"}
"""Who was asked what went wrong complains: that is the comment."""


def take_comment(survey_id: int, *, bot: Bot) -> None:
    """Settles the texts that may be the comment of this survey. May be called at any time, twice, or in parallel."""
    with bot.db.reading() as session:
        survey = session.get_one(Survey, survey_id)
        texts = [message.text for message in waiting_text(session, survey)]
    if not texts:
        return
    wants = _wants_something(texts, bot)
    with bot.db.transaction() as session:
        survey = session.get_one(Survey, survey_id)
        conversation = locked(session, survey.conversation_id)
        session.refresh(survey, with_for_update=True)
        messages = waiting_text(session, survey)
        if conversation is None or [message.text for message in messages] != texts:
            return  # another one came, and with it another try
        if wants or survey.comment:
            let_through(session, survey, messages)
        else:
            keep_comment(session, survey, conversation, messages, bot.sources.language, utc_now())


def let_comment_through(survey_id: int, *, bot: Bot) -> None:
    """It could not be told what was meant, however often it was tried: it is answered as any message."""
    with bot.db.transaction() as session:
        survey = session.get_one(Survey, survey_id)
        locked(session, survey.conversation_id)
        if messages := waiting_text(session, survey):
            let_through(session, survey, messages)


def _wants_something(texts: list[str], bot: Bot) -> bool:
    if any(find_documents(text) for text in texts):
        return True
    read = read_together(texts, bot.sources.parser, bot.sources.language)
    return read.band == "act" and read.intent not in OPINIONS
