"""A circuit per outside system: after failures in a row nobody asks it for a while, in no process; then one tries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Failure, Misconfigured, Refused, Unreachable
from models import utc_now
from models.alert import end_alert, raise_alert
from models.erp_health import ErpHealth

Found = TypeVar("Found")
Gate = Literal["closed", "open", "probe"]

AWAY, WRONG = "erp.away", "erp.misconfigured"
# How often a system that answers is written down as such, and one that refuses our credentials as an alert.
NOTED_EVERY = timedelta(seconds=60)


@dataclass(frozen=True)
class Terms:
    """`failures` in a row open the circuit for `open_seconds`; what the row says is believed for `cache_seconds`."""

    failures: int = 5
    open_seconds: float = 60.0
    cache_seconds: float = 1.0


@dataclass(frozen=True)
class _Health:
    failures: int = 0
    open_until: datetime | None = None
    last_ok_at: datetime | None = None
    last_error: str = ""


@dataclass
class _Known:
    """What this process knows of the row, and since when (monotonic seconds)."""

    health: _Health = field(default_factory=_Health)
    read_at: float = float("-inf")


class Circuit:
    """Guards the calls to one system. `name` is its row and the alerts' subject, `title` how people call it.

    Only Unreachable counts as a failure: who refuses, or does not let us in, answers. Used by many threads.
    """

    def __init__(self, db: Database, name: str, title: str, terms: Terms | None = None) -> None:
        self._db = db
        self._name = name
        self._title = title
        self._terms = terms or Terms()
        self._known = _Known()
        self._lock = threading.Lock()

    def call(self, ask: Callable[[], Found]) -> Found:
        """What `ask` gives. Raises what it raises, and Unreachable `circuit_open` at once while nobody is to ask.

        Not to be called in a database transaction.
        """
        self._enter()
        try:
            found = ask()
        except Unreachable as failure:
            self._failed(failure)
            raise
        except Misconfigured as failure:
            self._not_let_in(failure)
            raise
        except Refused:
            self._answered()
            raise
        self._answered()
        return found

    def gate(self) -> Gate:
        """Whether it may be asked: closed (yes), open (nobody), probe (the next one who asks finds out)."""
        until = self._health().open_until
        if until is None:
            return "closed"
        return "open" if until > utc_now() else "probe"

    def _enter(self) -> None:
        gate = self.gate()
        if gate == "closed" or (gate == "probe" and self._take_probe()):
            return
        until = self._health().open_until
        wait = (until - utc_now()).total_seconds() if until else self._terms.open_seconds
        raise Unreachable("circuit_open", self._name, retry_after=max(wait, 1.0))

    def _health(self) -> _Health:
        with self._lock:
            if time.monotonic() - self._known.read_at <= self._terms.cache_seconds:
                return self._known.health
        with self._db.reading() as session:
            row = session.get(ErpHealth, self._name)
        found = _Health(row.failures, row.open_until, row.last_ok_at, row.last_error) if row else _Health()
        self._know(found)
        return found

    def _know(self, health: _Health) -> None:
        with self._lock:
            self._known = _Known(health, time.monotonic())

    def _forget(self) -> None:
        with self._lock:
            self._known = _Known()

    def _take_probe(self) -> bool:
        """One caller gets the try, over all processes; should it die, the next one comes after `open_seconds`."""
        now = utc_now()
        with self._db.transaction() as session:
            taken = session.execute(
                update(ErpHealth)
                .where(ErpHealth.name == self._name, ErpHealth.open_until <= now)
                .values(open_until=now + timedelta(seconds=self._terms.open_seconds))
                .returning(ErpHealth.name)
            ).scalar()
        self._forget()
        return taken is not None

    def _failed(self, failure: Failure) -> None:
        now = utc_now()
        opens = now + timedelta(seconds=max(self._terms.open_seconds, failure.retry_after or 0))
        with self._db.transaction() as session:
            session.execute(insert(ErpHealth).values(name=self._name).on_conflict_do_nothing())
            row = session.get_one(ErpHealth, self._name, with_for_update=True, populate_existing=True)
            row.failures, row.last_error = row.failures + 1, failure.code
            if row.failures >= self._terms.failures:
                row.open_until = opens
                self._raise_away(session, failure.code, row.last_ok_at)
        self._forget()

    def _raise_away(self, session: Session, code: str, last_ok_at: datetime | None) -> None:
        words = f"{self._title} não responde ({code}). Os pedidos de fatura ficam guardados até ele voltar."
        detail = {"last_ok_at": last_ok_at.isoformat()} if last_ok_at else {}
        raise_alert(session, AWAY, self._name, words, severity="critical", detail=detail)

    def _not_let_in(self, failure: Misconfigured) -> None:
        """It answers, and nothing works until a person mends our settings."""
        health = self._health()
        words = f"{self._title} não aceita a nossa configuração ({failure.code}): confira ERP_OPTIONS."
        if health.last_error == failure.code and not health.failures and health.open_until is None:
            # Said already: an open alert is not counted up by every single call.
            return
        with self._db.transaction() as session:
            self._write_answer(session, error=failure.code)
            raise_alert(session, WRONG, self._name, words, severity="critical")
        self._forget()

    def _answered(self) -> None:
        health = self._health()
        stale = health.last_ok_at is None or utc_now() - health.last_ok_at > NOTED_EVERY
        troubled = bool(health.failures or health.open_until or health.last_error)
        if not (stale or troubled):
            return
        with self._db.transaction() as session:
            self._write_answer(session, error="")
            if troubled:
                end_alert(session, WRONG, self._name)
        self._forget()

    def _write_answer(self, session: Session, *, error: str) -> None:
        now = utc_now()
        fresh = {"failures": 0, "open_until": None, "last_error": error, **({} if error else {"last_ok_at": now})}
        new = insert(ErpHealth).values(name=self._name, **fresh)
        session.execute(new.on_conflict_do_update(index_elements=[ErpHealth.name], set_=fresh))
        end_alert(session, AWAY, self._name)
