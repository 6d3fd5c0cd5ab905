"""Jobs on the network run once, whoever dies, however often they are called, on a real PostgreSQL."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Failure, Misconfigured, Unreachable
from models.contact import Contact
from models.conversation import Conversation
from models.network_job import NetworkJob
from models.outbox import Outbox
from provisioning.action import BLOCK_SIGNAL, DIAGNOSE, RELEASE_SIGNAL
from provisioning.locks import exclusive
from provisioning.ports import AccessControl, Outcome, Target
from provisioning.request import ask
from provisioning.run import run
from tests.contract.drivers.rig import wait_until
from tests.unit.provisioning.fakes import FakeAccess, FakeOlt, FakePlant

TARGET = Target("1002", "bruno.lima", "OLT-CENTRO", "0/1/0", "CTO-C-002", "HWTC00000002")


def asked(db: Database, action: str = RELEASE_SIGNAL, *, cause: str = "turn:1", conversation: int | None = None) -> int:
    """The id of a job that was asked for."""
    with db.transaction() as session:
        job = ask(
            session,
            action,
            target=TARGET,
            reason="trust",
            asked_by="customer",
            cause=cause,
            conversation_id=conversation,
        )
        return job.id


def job_of(db: Database, job_id: int) -> NetworkJob:
    """The row as it is now."""
    with db.transaction() as session:
        return session.get_one(NetworkJob, job_id)


class Killed(BaseException):
    """Nothing in the product catches it, as nothing survives a kill."""


class Ledger:
    """What hangs on the end of a job."""

    def __init__(self) -> None:
        self.ended: list[tuple[int, str]] = []

    def __call__(self, session: Session, job: NetworkJob) -> None:
        self.ended.append((job.id, job.state))


def go(db: Database, job_id: int, access: AccessControl | None, ledger: Ledger, lines: FakeOlt | None = None) -> None:
    """One run, with three tries at most."""
    run(job_id, db=db, plant=FakePlant(access, lines), finished=ledger, max_tries=3)


def test_ask_makes_one_job_and_one_piece_of_work_when_asked_twice(db: Database) -> None:
    assert asked(db) == asked(db)
    assert asked(db, cause="turn:2") != asked(db)

    with db.transaction() as session:
        work = session.execute(select(Outbox.topic, Outbox.ref_id, Outbox.queue)).all()
    assert len(work) == 2
    assert {row.topic for row in work} == {row.queue for row in work} == {"network"}


def test_ask_makes_one_job_when_asked_in_parallel(db: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: asked(db), range(8)))

    assert len(set(found)) == 1
    with db.transaction() as session:
        assert len(session.execute(select(Outbox.id)).all()) == 1


def test_ask_refuses_an_action_that_does_not_exist(db: Database) -> None:
    with pytest.raises(KeyError):
        asked(db, "reboot_everything")


def test_run_ends_the_job_with_facts_log_and_a_turn_for_the_conversation(db: Database) -> None:
    with db.transaction() as session:
        contact = Contact(channel="simulator")
        session.add(contact)
        session.flush()
        conversation = Conversation(contact_id=contact.id, channel="simulator", protocol="1")
        session.add(conversation)
        session.flush()
        conversation_id = conversation.id
    job_id, ledger = asked(db, conversation=conversation_id), Ledger()

    go(db, job_id, FakeAccess(), ledger)

    job = job_of(db, job_id)
    assert (job.state, job.outcome) == ("verified", "settled")
    assert job.facts["access"]["blocked"] is False
    assert job.started_at
    assert job.finished_at
    assert ledger.ended == [(job_id, "verified")]
    lines = [entry["text"] for entry in job.log]
    assert any("Plano: blocked de sim para não" in line for line in lines)
    assert not any("segredo123" in line for line in lines)
    assert all(entry["at"] for entry in job.log)
    with db.transaction() as session:
        turns = session.execute(select(Outbox.ref_id).where(Outbox.topic == "turn")).scalars().all()
    assert turns == [conversation_id]


def test_run_does_nothing_when_the_job_has_ended(db: Database) -> None:
    job_id, ledger, access = asked(db), Ledger(), FakeAccess()
    go(db, job_id, access, ledger)
    go(db, job_id, access, ledger)

    assert len(access.calls) == 1
    assert len(ledger.ended) == 1


def test_run_acts_once_when_called_in_parallel(db: Database) -> None:
    job_id, ledger, access = asked(db), Ledger(), FakeAccess()
    inside, overlap = threading.Semaphore(1), []

    def during() -> None:
        overlap.append(not inside.acquire(blocking=False))
        inside.release()

    access.during = during
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(lambda _: go(db, job_id, access, ledger), range(8)):
            pass

    assert len(access.calls) == 1
    assert ledger.ended == [(job_id, "verified")]


def test_run_keeps_two_jobs_of_one_subscriber_apart(db: Database) -> None:
    release, block = asked(db), asked(db, BLOCK_SIGNAL)
    ledger, access, inside = Ledger(), FakeAccess(), threading.Semaphore(1)

    def during() -> None:
        assert inside.acquire(blocking=False)
        if len(access.calls) == 1:
            wait_until(lambda: somebody_waits(db))
        inside.release()

    access.during = during
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(lambda job_id: go(db, job_id, access, ledger), (release, block)):
            pass

    assert len(access.calls) == 2
    assert {job_id for job_id, _ in ledger.ended} == {release, block}


def somebody_waits(db: Database) -> bool:
    """Whether an advisory lock is being waited for."""
    with db.transaction() as session:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(session.execute(text(waiting)).scalar())


def test_lock_says_busy_when_somebody_else_keeps_it(db: Database) -> None:
    with (
        exclusive(db, "subscriber:bruno.lima"),
        pytest.raises(Unreachable, match="busy"),
        exclusive(db, "subscriber:bruno.lima", wait_seconds=0.05),
    ):
        pytest.fail("the block was entered")


def test_lock_is_free_again_when_the_block_raises(db: Database) -> None:
    with pytest.raises(ValueError, match="x"), exclusive(db, "device:OLT"):
        raise ValueError("x")
    with exclusive(db, "device:OLT", wait_seconds=2):
        pass


def test_run_doubts_everything_when_the_worker_died_in_the_middle(db: Database) -> None:
    job_id, ledger, access = asked(db), Ledger(), FakeAccess()

    def die() -> None:
        raise Killed

    access.during = die
    with pytest.raises(Killed):
        go(db, job_id, access, ledger)
    assert job_of(db, job_id).state == "running"
    healthy = FakeAccess(blocked=False)

    go(db, job_id, healthy, ledger)

    assert healthy.calls == [("bruno.lima", False, True)]
    assert ledger.ended == [(job_id, "verified")]


def test_run_asks_for_another_try_without_doubt_when_nothing_was_changed(db: Database) -> None:
    job_id, ledger = asked(db), Ledger()
    access = FakeAccess(Unreachable("radius_database"))

    with pytest.raises(Unreachable):
        go(db, job_id, access, ledger)
    assert job_of(db, job_id).state == "asked"
    go(db, job_id, access, ledger)

    assert [call[2] for call in access.calls] == [False, False]
    assert ledger.ended == [(job_id, "verified")]


def test_run_doubts_when_the_failed_try_may_have_changed_something(db: Database) -> None:
    job_id, ledger = asked(db), Ledger()
    access = FakeAccess(Unreachable("radius_database", ambiguous=True))

    with pytest.raises(Unreachable):
        go(db, job_id, access, ledger)
    go(db, job_id, access, ledger)

    assert [call[2] for call in access.calls] == [False, True]


@pytest.mark.parametrize(("ambiguous", "state"), [(False, "failed"), (True, "unknown")])
def test_run_gives_up_after_the_last_try(db: Database, ambiguous: bool, state: str) -> None:
    job_id, ledger = asked(db), Ledger()
    access = FakeAccess(*(Unreachable("radius_database", ambiguous=ambiguous) for _ in range(3)))

    for _ in range(2):
        with pytest.raises(Unreachable):
            go(db, job_id, access, ledger)
    go(db, job_id, access, ledger)

    job = job_of(db, job_id)
    assert (job.state, job.outcome, job.facts["tries"]) == (state, "radius_database", 3)
    assert ledger.ended == [(job_id, state)]


def test_run_gives_up_when_workers_keep_dying(db: Database) -> None:
    job_id, ledger, access = asked(db), Ledger(), FakeAccess()

    def die() -> None:
        raise Killed

    access.during = die
    for _ in range(3):
        with pytest.raises(Killed):
            go(db, job_id, access, ledger)
    go(db, job_id, access, ledger)

    assert len(access.calls) == 3
    assert (job_of(db, job_id).state, job_of(db, job_id).outcome) == ("unknown", "gave_up")


def test_run_fails_at_once_when_repeating_cannot_help(db: Database) -> None:
    job_id, ledger = asked(db), Ledger()

    go(db, job_id, FakeAccess(Misconfigured("radius_schema")), ledger)

    assert (job_of(db, job_id).state, job_of(db, job_id).outcome) == ("failed", "radius_schema")


def test_run_refuses_when_there_is_no_driver(db: Database) -> None:
    release, diagnose, ledger = asked(db), asked(db, DIAGNOSE), Ledger()

    go(db, release, None, ledger)
    go(db, diagnose, None, ledger)

    assert ledger.ended == [(release, "refused"), (diagnose, "failed")]
    assert job_of(db, release).outcome == "no_driver"


def test_run_stays_open_when_what_hangs_on_its_end_fails(db: Database) -> None:
    job_id = asked(db)

    def broken(session: Session, job: NetworkJob) -> None:
        raise Failure("ledger")

    with pytest.raises(Failure):
        run(job_id, db=db, plant=FakePlant(FakeAccess()), finished=broken)
    assert job_of(db, job_id).state == "running"

    ledger = Ledger()
    go(db, job_id, FakeAccess(blocked=False), ledger)
    assert ledger.ended == [(job_id, "verified")]


def test_run_keeps_the_outcome_of_the_driver(db: Database) -> None:
    job_id, ledger = asked(db), Ledger()

    go(db, job_id, FakeAccess(Outcome("unknown", "nas_silent", {"blocked": False})), ledger)

    assert (job_of(db, job_id).state, job_of(db, job_id).outcome) == ("unknown", "nas_silent")


def test_run_leaves_an_end_alone_that_somebody_else_wrote_after_the_lock_was_lost(db: Database) -> None:
    job_id, ledger, access = asked(db), Ledger(), FakeAccess()

    def somebody_else_ends_it() -> None:
        with db.transaction() as session:
            session.get_one(NetworkJob, job_id).state = "unknown"

    access.during = somebody_else_ends_it
    go(db, job_id, access, ledger)

    assert job_of(db, job_id).state == "unknown"
    assert ledger.ended == []
