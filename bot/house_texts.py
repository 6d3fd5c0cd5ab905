"""The bot's sentences as this house says them: its own words where they fit, the shipped ones everywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.texts import Texts, for_customers, shipped
from core.db import Database
from core.sentence import misfit
from models.bot_text import newest_texts

FRESH_SECONDS = 2.0


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
            rows = newest_texts(session, self.language)
        own = {name: row.text for name, row in rows.items() if row.text is not None and name in self._changeable}
        fit = {name: text for name, text in own.items() if not misfit(text, self._changeable[name])}
        self._sentences, self._read_at = {**self._shipped, **fit}, now
