"""The few sentences in which customers are asked, as the house says them now."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.sentence import misfit
from handoff.satisfaction.sentences import SCORES, Words, survey_sentences
from models.bot_text import newest_texts


def words_in(session: Session, language: str) -> Words:
    """The sentences of a language as the house says them now. Raises KeyError as above."""
    shipped, own = survey_sentences(language), newest_texts(session, language)

    def said(name: str) -> str:
        text = own[name].text if name in own else None
        return shipped[name].text if text is None or misfit(text, shipped[name]) else text

    return Words(
        farewell=said("survey.farewell"),
        question=said("survey.question"),
        button=said("survey.button"),
        rows=tuple(said(f"survey.score_{score}") for score in SCORES),
        comment=said("survey.comment"),
        thanks=said("survey.thanks"),
    )
