"""What changed since the last look, each row once: also one whose transaction committed after those of later ids."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import text

from core.db import Database

GAP_SECONDS = 60.0
"""Longer than any transaction of ours lasts: what is missing for so long was rolled back."""
LOOK_BACK = 200

_TOP = text("SELECT coalesce(max(id), 0) FROM change")
_FRESH = text("SELECT id, conversation_id, what FROM change WHERE id > :top OR id = ANY(:gaps) ORDER BY id")


class ChangeLog:
    """Reads the table `change` forward. For one reader.

    Ids are given out without holes, so an id that is not there belongs to a transaction that has not ended: it is asked
    for again until it is there, or for a minute.
    """

    def __init__(self, db: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._clock = clock
        self._top: int | None = None
        self._gaps: dict[int, float] = {}

    @property
    def missing(self) -> frozenset[int]:
        """Ids that are asked for again."""
        return frozenset(self._gaps)

    def fresh(self) -> set[tuple[int, str]]:
        """(conversation id, what) of every change that was not told before, in one query; a few old ones at first.

        Raises Unreachable.
        """
        with self._db.statements() as connection:
            if self._top is None:
                self._top = max(0, int(connection.execute(_TOP).scalar_one()) - LOOK_BACK)
            rows = connection.execute(_FRESH, {"top": self._top, "gaps": list(self._gaps)}).all()
        self._note({row.id for row in rows})
        return {(row.conversation_id, row.what) for row in rows}

    def _note(self, ids: set[int]) -> None:
        now, top = self._clock(), self._top or 0
        highest = max(ids, default=top)
        self._gaps |= dict.fromkeys(range(top + 1, highest + 1), now)
        self._gaps = {id_: since for id_, since in self._gaps.items() if id_ not in ids and now - since < GAP_SECONDS}
        self._top = max(top, highest)
