"""The bot's sentences as this house says them: its own words where they fit, the shipped ones everywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.texts import Texts, for_customers, shipped
from core.db import Database
from core.sentence import Sentence, misfit
from models.alert import end_alert, raise_alert
from models.bot_text import newest_texts

FRESH_SECONDS = 2.0
ALERT = "texts.unfit"


class HouseTexts(Texts):
    """What was changed in the console is said from the next `follow` on; what does not fit is not said at all."""

    def __init__(self, db: Database, language: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Reads nothing yet: until the first `follow` the shipped sentences are said."""
        super().__init__(shipped(language), language)
        self._shipped, self._changeable = self._sentences, for_customers(language)
        self._db, self._clock = db, clock
        self._read_at: float | None = None

    def follow(self) -> None:
        """Reads what the house says now, unless it was read less than FRESH_SECONDS ago. To be called before work that
        speaks, with no transaction open: within the work every sentence stays as it is."""
        now = self._clock()
        if self._read_at is not None and now - self._read_at < FRESH_SECONDS:
            return
        with self._db.reading() as session:
            own = _own_texts(session, self.language, self._changeable)
        self._sentences, self._read_at = {**self._shipped, **own.fit}, now


def watch_texts(_ref_id: int, *, db: Database, language: str) -> None:
    """Keeps an alert open as long as the house has words of its own that do not fit, as after an upgrade. May be done
    at any time, and twice."""
    with db.transaction() as session:
        unfit = _own_texts(session, language, for_customers(language)).unfit
        if not unfit:
            end_alert(session, ALERT, language)
            return
        text = f"Textos próprios do robô que não servem mais e não são ditos: {len(unfit)} (Administração › Textos)."
        raise_alert(session, ALERT, language, text, detail={"names": unfit})


@dataclass(frozen=True)
class _Own:
    """The words of a house that may be said, by name, and the names of those that may not."""

    fit: dict[str, str]
    unfit: list[str]


def _own_texts(session: Session, language: str, changeable: Mapping[str, Sentence]) -> _Own:
    own = {name: row.text for name, row in newest_texts(session, language).items() if row.text is not None}
    fit = {name: text for name, text in own.items() if name in changeable and not misfit(text, changeable[name])}
    return _Own(fit, sorted(own.keys() - fit.keys()))
