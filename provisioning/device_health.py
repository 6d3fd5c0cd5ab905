"""Whether a device may be asked now: its circuit, its pace, and what is written down when it answers or does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from core.db import Database
from core.errors import Failure, Misconfigured, Unreachable
from models import utc_now
from models.alert import end_alert, raise_alert
from models.device import Device
from models.pace import Limit, take

SILENCES = 3
FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 600.0
# A device that answers every second need not be written down every second.
FRESH = timedelta(seconds=20)
# How long a command may wait for its turn before it is put off.
PATIENCE_SECONDS = 3.0
ALERT = "device.silent"
# What was not asked, or is asked too early, says nothing about whether the device answers.
NOT_SILENCE = frozenset({"busy", "paced", "circuit_open", "not_listed_yet"})


class DeviceHealth:
    """One device. After three silences in a row nobody asks it for half a minute, then longer, at most ten minutes; the
    first who may ask again finds out."""

    def __init__(
        self, db: Database, device_id: int, sleep: Callable[[float], None], log: Callable[[str], None] = lambda _: None
    ) -> None:
        self._db = db
        self._id = device_id
        self._sleep = sleep
        self._log = log

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around each thing that is asked. Raises Unreachable("circuit_open") or ("paced") without asking."""
        self._admit()
        try:
            yield
        except Failure as failure:
            self._log(f"Falha: {failure}")
            if isinstance(failure, Unreachable) and failure.code not in NOT_SILENCE:
                self._silent(failure)
            else:
                self._answered(failure.code if isinstance(failure, Misconfigured) else "")
            raise
        self._answered("")

    def _admit(self) -> None:
        now = utc_now()
        with self._db.transaction() as session:
            row = session.get_one(Device, self._id)
            if row.open_until and row.open_until > now:
                raise Unreachable("circuit_open", row.name, retry_after=(row.open_until - now).total_seconds())
            if not row.per_minute:
                return
            limit = Limit(f"device:{row.id}", 60.0 / row.per_minute, burst=max(1, row.per_minute // 10))
            wait = take(session, limit, now, patience=PATIENCE_SECONDS)
        if wait > PATIENCE_SECONDS:
            raise Unreachable("paced", retry_after=wait)
        if wait > 0:
            self._sleep(wait)

    def _silent(self, failure: Failure) -> None:
        now = utc_now()
        with self._db.transaction() as session:
            row = session.execute(select(Device).where(Device.id == self._id).with_for_update()).scalar_one()
            row.failures, row.failed_at, row.last_error = row.failures + 1, now, failure.code
            if row.failures < SILENCES:
                return
            pause = min(FIRST_PAUSE_SECONDS * 2 ** (row.failures - SILENCES), LONGEST_PAUSE_SECONDS)
            row.open_until = now + timedelta(seconds=pause)
            raise_alert(
                session,
                ALERT,
                row.name,
                f"{row.name} não responde ({failure.code}): {row.failures} vezes seguidas.",
                detail={"device_id": row.id, "failures": row.failures},
            )

    def _answered(self, error: str) -> None:
        now = utc_now()
        with self._db.transaction() as session:
            row = session.get_one(Device, self._id)
            fresh = row.answered_at is not None and now - row.answered_at < FRESH
            if fresh and not row.failures and row.last_error == error:
                return
            if row.failures >= SILENCES:
                end_alert(session, ALERT, row.name)
            row.failures, row.open_until, row.answered_at, row.last_error = 0, None, now, error


class Guarded:
    """An opened device whose every method asks through its health; what is no method passes as it is."""

    def __init__(self, opened: Any, health: DeviceHealth) -> None:
        self._opened = opened
        self._health = health

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._opened, name)
        if not callable(found) or name == "close":
            return found

        def ask(*arguments: Any, **named: Any) -> Any:
            with self._health.asking():
                return found(*arguments, **named)

        return ask
