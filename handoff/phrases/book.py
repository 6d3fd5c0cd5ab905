"""The book of what the bot says: every sentence with the house's own words, found by words, and changed by version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.sentence import Sentence, misfit
from handoff.phrases.parts import Part, part_of
from handoff.staff import NotAllowed
from models import utc_now
from models.bot_text import BotText, newest_texts
from nlu.folding import fold

State = Literal["shipped", "own", "unused"]
GONE = "O robô não diz mais esta frase."


class Overtaken(NotAllowed):
    """Somebody else wrote the sentence meanwhile; the text says who."""


@dataclass(frozen=True)
class Version:
    """The words of a house, or (without) a return to the shipped ones; `instead_of` are those as they were then."""

    number: int
    text: str | None
    instead_of: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Phrase:
    """A sentence as it is shipped and as the house last left it. `unfit` says why its own words are not said."""

    sentence: Sentence
    newest: Version | None = None
    unfit: str = ""

    @property
    def own(self) -> str:
        """The house's own words, if it has any."""
        return (self.newest.text if self.newest else None) or ""

    @property
    def state(self) -> State:
        """Whose words are said, and whether there are others that are not."""
        if not self.own:
            return "shipped"
        return "unused" if self.unfit else "own"

    @property
    def said(self) -> str:
        """What customers read."""
        return self.own if self.state == "own" else self.sentence.text

    @property
    def seen(self) -> int:
        """The version that a form is made of."""
        return self.newest.number if self.newest else 0

    @property
    def part(self) -> Part:
        """The part of the system that it belongs to."""
        return part_of(self.sentence.name)

    @property
    def shipped_changed(self) -> bool:
        """Whether the shipped words are others than when the house wrote its own."""
        return bool(self.own and self.newest and self.newest.instead_of != self.sentence.text)


def phrases(session: Session, language: str, sentences: Mapping[str, Sentence]) -> dict[str, Phrase]:
    """All of the language by name, in the order of the file; those that an upgrade took away come last, as long as the
    house has words for them."""
    rows = {name: _version(row) for name, row in newest_texts(session, language).items()}
    book = {name: _phrase(sentence, rows.get(name)) for name, sentence in sentences.items()}
    gone = {name: row for name, row in rows.items() if name not in sentences and row.text is not None}
    return {**book, **{name: Phrase(Sentence(name, ""), row, GONE) for name, row in gone.items()}}


def found(book: Iterable[Phrase], words: str = "", part: str = "", state: str = "") -> list[Phrase]:
    """Those with all the words in their name or in what they say or said as shipped, without regard to accents."""
    wanted = fold(words).split()
    return [
        phrase
        for phrase in book
        if part in ("", phrase.part.name)
        and state in ("", phrase.state)
        and all(word in _searched(phrase) for word in wanted)
    ]


def history(session: Session, language: str, name: str) -> list[Version]:
    """All versions of a sentence, the newest first."""
    wanted = select(BotText).where(BotText.language == language, BotText.name == name)
    return [_version(row) for row in session.scalars(wanted.order_by(BotText.version.desc()))]


def write(session: Session, language: str, phrase: Phrase, text: str | None, *, by: str) -> bool:
    """Writes the next version: these words, or the shipped ones again; False where that is what is said already.
    Raises NotAllowed for words that do not fit, and Overtaken where somebody wrote one since `phrase` was read."""
    own = None if text == phrase.sentence.text else text
    if own is not None:
        problem = misfit(own, phrase.sentence) if phrase.sentence.text else GONE
        if problem:
            raise NotAllowed(problem)
    if (own or "") == phrase.own:
        return False
    values = {"language": language, "name": phrase.sentence.name, "version": phrase.seen + 1, "text": own}
    more = {"instead_of": phrase.sentence.text, "by": by, "at": utc_now()}
    added = insert(BotText).values({**values, **more}).on_conflict_do_nothing().returning(BotText.version)
    if session.scalar(added) is None:
        raise Overtaken("Outra pessoa mudou este texto agora há pouco.")
    return True


def _phrase(sentence: Sentence, newest: Version | None) -> Phrase:
    unfit = misfit(newest.text, sentence) if newest and newest.text is not None else ""
    return Phrase(sentence, newest, unfit)


def _version(row: BotText) -> Version:
    return Version(row.version, row.text, row.instead_of, row.by, row.at)


def _searched(phrase: Phrase) -> str:
    return fold(f"{phrase.sentence.name} {phrase.sentence.text} {phrase.own}")
