"""What was asked of a SmartOLT account on this machine, so that all processes together keep to its limits."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import Misconfigured, Unreachable

CALLS_AN_HOUR = 900
"""The service allows 1000."""
SPACING_SECONDS = 0.12
"""The service allows ten calls in a second."""
LISTS_AN_HOUR = 14
"""The service allows 15."""
COUNTS_IN_TEN_MINUTES = 25
"""Of questions about one OLT the service allows 30."""


class Ledger:
    """A small file under a lock. Jobs run in processes of their own, so nothing kept in one of them would count.

    `clock` tells seconds since the epoch. The file holds serials and what SmartOLT calls them; no secret.
    """

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock

    def take(self) -> float:
        """Books one call, and returns for how many seconds to wait before it.

        Raises Unreachable("paced"), with the time to wait, where the account's hour is used up. So do the other two.
        """
        with self._open() as book:
            return self._turn(book)

    def take_list(self, what: str, every: float) -> float:
        """Books a list of everything: one in `every` seconds for each `what`, and few in an hour for the account."""
        with self._open() as book:
            now, listed = self._clock(), book.setdefault("listed", {})
            _not_before(listed.get(what, 0.0) + every, now)
            _room(book, "lists", 3600.0, LISTS_AN_HOUR, now)
            turn = self._turn(book)
            listed[what] = now
            book["lists"]["number"] += 1
            return turn

    def take_count(self) -> float:
        """Books a question about one PON."""
        with self._open() as book:
            _room(book, "counts", 600.0, COUNTS_IN_TEN_MINUTES, self._clock())
            turn = self._turn(book)
            book["counts"]["number"] += 1
            return turn

    def _turn(self, book: dict[str, Any]) -> float:
        now = self._clock()
        _room(book, "calls", 3600.0, CALLS_AN_HOUR, now)
        book["calls"]["number"] += 1
        turn = float(max(now, book.get("last", 0.0) + SPACING_SECONDS))
        book["last"] = turn
        return turn - now

    def remember(self, ids: Mapping[str, str]) -> None:
        """What SmartOLT calls these serials; earlier ones that are not among them are kept."""
        with self._open() as book:
            book["ids"] = {**book.get("ids", {}), **ids}

    def id_of(self, serial: str) -> str | None:
        """What SmartOLT calls this serial, None where no list has told yet."""
        with self._open() as book:
            found: str | None = book.get("ids", {}).get(serial)
            return found

    def listed(self, what: str) -> bool:
        """Whether a list of `what` was ever asked for."""
        with self._open() as book:
            return what in book.get("listed", {})

    @contextmanager
    def _open(self) -> Iterator[dict[str, Any]]:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise Misconfigured("smartolt_ledger", f"{self._path}: {type(error).__name__}") from error
        with os.fdopen(handle, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            book = _read(file.read())
            before = json.dumps(book)
            yield book
            after = json.dumps(book)
            if after != before:
                file.seek(0)
                file.truncate()
                file.write(after)


def _read(text: str) -> dict[str, Any]:
    try:
        book = json.loads(text or "{}")
    except ValueError:
        # Somebody was killed while writing. What is lost is a pace, and ids that the next list brings again.
        return {}
    return book if isinstance(book, dict) else {}


def _not_before(due: float, now: float) -> None:
    if now < due:
        raise Unreachable("paced", "SmartOLT limits its lists", retry_after=due - now)


def _room(book: dict[str, Any], name: str, window: float, most: int, now: float) -> None:
    spent = book.get(name)
    if spent is None or now >= spent["since"] + window:
        book[name] = {"since": now, "number": 0}
    elif spent["number"] >= most:
        _not_before(spent["since"] + window, now)
