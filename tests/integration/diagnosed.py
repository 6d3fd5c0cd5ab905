"""Davi's line of the demo, read by a fake OLT, for tests of what is made of a measurement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.db import Database
from models.line_report import LineWatch
from models.network_job import NetworkJob
from models.onu_status import OnuStatus, OpticalReading
from provisioning.action import DIAGNOSE
from provisioning.ports import AccessState, LineReading, OnuState, Session
from provisioning.request import ask, target_of
from provisioning.run import run
from tests.unit.provisioning.fakes import FakeAccess, FakeOlt, FakePlant
from wiring_network import job_finished

DAVI, ONU = "1004", "ZTEG00000004"


class OpenAccess(FakeAccess):
    """Nobody is blocked, everybody has a session."""

    def state(self, login: str) -> AccessState:
        """With a session."""
        now = datetime.now(UTC)
        return AccessState(False, (), (Session(1, login, "s1", "127.0.0.1", "100.64.0.1", now),), now)


def ask_diagnosis(db: Database, cause: str = "turn:1", *, conversation: int | None = None, ref: str = DAVI) -> int:
    """The id of a diagnosis that was asked for."""
    with db.transaction() as session:
        target = target_of(session, ref)
        return ask(
            session,
            DIAGNOSE,
            target=target,
            reason="test",
            asked_by="bot",
            cause=cause,
            conversation_id=conversation,
        ).id


def diagnose(db: Database, job_id: int, state: OnuState = "online", rx_dbm: float | None = -21.0) -> NetworkJob:
    """The job, run to its end on a line in this state."""
    now = datetime.now(UTC)
    reading = LineReading(state, rx_dbm if state == "online" else None, now, now)
    run(job_id, db=db, plant=FakePlant(OpenAccess(blocked=False), FakeOlt(reading)), finished=job_finished)
    return job_of(db, job_id)


def job_of(db: Database, job_id: int) -> NetworkJob:
    """The row as it is now."""
    with db.transaction() as session:
        return session.get_one(NetworkJob, job_id)


def swept(
    db: Database, serial: str, state: str, *, ago: timedelta = timedelta(0), since: timedelta | None = None
) -> None:
    """What a sweep saw so long ago, in a state that began `since` ago."""
    now = datetime.now(UTC)
    with db.transaction() as session:
        row = OnuStatus(
            olt="OLT-SUL",
            serial=serial,
            pon="1/2/1",
            state=state,
            changed_at=now - (since or ago),
            seen_at=now - ago,
        )
        session.merge(row)


def read_before(db: Database, *powers: float) -> None:
    """The line's past, a day between readings."""
    now = datetime.now(UTC)
    with db.transaction() as session:
        for days, power in enumerate(powers, 1):
            at = now - timedelta(days=days)
            session.add(OpticalReading(contract_ref=DAVI, serial=ONU, rx_dbm=power, read_at=at))


def watch_of(db: Database) -> LineWatch:
    """The newest watch."""
    with db.transaction() as session:
        return session.scalars(select(LineWatch).order_by(LineWatch.id.desc()).limit(1)).one()


def rows(db: Database, kind: type[Any]) -> list[Any]:
    """All rows of a kind."""
    with db.transaction() as session:
        return list(session.scalars(select(kind)))
