"""Batches: two people, portions that survive kills and pauses, results job by job, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Failure, Misconfigured, Refused, Unreachable
from core.later import Later
from handoff.console.network.batch_list import look_up
from models.alert import Alert
from models.contract import Contract
from models.customer import Customer
from models.job_batch import JobBatch
from models.network_job import NetworkJob
from models.outbox import Outbox
from provisioning.action import DIAGNOSE, RELEASE_SIGNAL
from provisioning.batches import approve_batch, ask_batch, cancel_batch, pause_batch, progress, resume_batch
from provisioning.locks import exclusive
from provisioning.ports import AccessControl, Outcome, Target
from provisioning.run_many import Feed, feed_batch
from tests.unit.provisioning.fakes import FakeAccess, FakePlant

PEOPLE = 7
PORTION = 3


class Killed(BaseException):
    """Nothing in the product catches it, as nothing survives a kill."""


class ManyAccess(FakeAccess):
    """Settles one login a round; `trouble` happens before a login is settled."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, bool]] = []
        self.trouble: Callable[[str], None] = lambda login: None

    def set_blocked_many(
        self,
        logins: Sequence[str],
        blocked: bool,
        note: Callable[[str, str], None],
        *,
        doubtful: Set[str] = frozenset(),
    ) -> Iterator[Mapping[str, Outcome]]:
        """One after the other."""
        for login in logins:
            self.asked.append((login, login in doubtful))
            self.trouble(login)
            note(login, "Grupo removido.")
            yield {login: Outcome("verified", "online", {"blocked": blocked})}


class Office:
    """A batch, its people, and who is told of the ends."""

    def __init__(self, db: Database, action: str = RELEASE_SIGNAL) -> None:
        self.db, self.access, self.ended = db, ManyAccess(), list[int]()
        targets = [Target(str(number), f"login{number}") for number in range(PEOPLE)]
        with db.transaction() as session:
            self.id = ask_batch(
                session, action, title="Dia 10", reason="payday", asked_by="rita", targets=[*targets, targets[0]]
            ).id

    def do(self, change: Callable[[Session, int, str], str], by: str = "joana") -> str:
        with self.db.transaction() as session:
            return change(session, self.id, by)

    def feed(self) -> bool:
        """One portion; whether more is to come."""
        feed = Feed(self.db, FakePlant(self.access), self._finished, portion=PORTION, max_tries=3)
        try:
            feed_batch(self.id, feed=feed)
        except Later:
            return True
        return False

    def feed_all(self) -> None:
        while self.feed():
            pass

    def states(self) -> list[str]:
        with self.db.reading() as session:
            jobs = select(NetworkJob.state).where(NetworkJob.batch_id == self.id).order_by(NetworkJob.id)
            return list(session.scalars(jobs))

    def counts(self) -> tuple[int, int, int, int, int]:
        with self.db.reading() as session:
            found = progress(session, self.id)
        return found.total, found.waiting, found.running, found.done, found.problems

    def state(self) -> str:
        with self.db.reading() as session:
            return session.get_one(JobBatch, self.id).state

    def _finished(self, session: Session, job: NetworkJob) -> None:
        self.ended.append(job.id)


@pytest.fixture
def office(db: Database) -> Office:
    """A release of seven, asked for by Rita."""
    return Office(db)


def test_batch_waits_for_a_second_person_and_then_has_one_piece_of_work(office: Office, db: Database) -> None:
    assert not office.feed()
    assert "segunda pessoa" in office.do(approve_batch, "Rita")
    assert office.counts() == (PEOPLE, PEOPLE, 0, 0, 0)

    assert office.do(approve_batch) == ""

    assert "aprovação" in office.do(approve_batch)
    with db.reading() as session:
        assert session.execute(select(Outbox.topic, Outbox.ref_id)).all() == [("batch", office.id)]


def test_batch_releases_everybody_once_with_lines_and_ends(office: Office, db: Database) -> None:
    office.do(approve_batch)

    office.feed_all()

    assert office.counts() == (PEOPLE, 0, 0, PEOPLE, 0)
    assert office.state() == "done"
    assert len(office.ended) == len(set(office.ended)) == len(office.access.asked) == PEOPLE
    with db.reading() as session:
        job = session.scalars(select(NetworkJob).where(NetworkJob.batch_id == office.id)).first()
    assert job
    assert [line["text"] for line in job.log][1:] == ["Grupo removido.", "Resultado: feito e conferido (online)"]


def test_batch_stands_still_between_portions_while_it_is_paused(office: Office) -> None:
    office.do(approve_batch)
    assert office.feed()
    assert office.do(pause_batch) == ""

    assert not office.feed()
    assert office.counts() == (PEOPLE, PEOPLE - PORTION, 0, PORTION, 0)

    assert office.do(resume_batch) == ""
    office.feed_all()
    assert office.counts() == (PEOPLE, 0, 0, PEOPLE, 0)


def test_batch_gives_up_what_was_not_begun_when_cancelled(office: Office) -> None:
    office.do(approve_batch)
    office.feed()

    assert office.do(cancel_batch) == ""

    assert not office.feed()
    assert office.states().count("cancelled") == PEOPLE - PORTION
    assert "terminou" in office.do(cancel_batch)


@pytest.mark.parametrize("victim", [f"login{number}" for number in range(PEOPLE)])
def test_batch_goes_on_without_doubling_when_its_worker_is_killed(office: Office, victim: str) -> None:
    office.do(approve_batch)

    def die(login: str) -> None:
        if login == victim:
            raise Killed

    office.access.trouble = die
    with pytest.raises(Killed):
        office.feed_all()
    office.access.trouble = lambda login: None

    office.feed_all()

    assert sorted(office.ended) == sorted(set(office.ended))
    assert len(office.ended) == PEOPLE
    assert (victim, True) in office.access.asked
    assert sum(login == victim for login, _ in office.access.asked) == 2


def test_batch_leaves_a_subscriber_for_later_while_somebody_else_has_it(office: Office, db: Database) -> None:
    office.do(approve_batch)

    with exclusive(db, "subscriber:login0"):
        assert office.feed()
        assert office.states()[:PORTION] == ["approved", "verified", "verified"]

    office.feed_all()
    assert office.counts() == (PEOPLE, 0, 0, PEOPLE, 0)


def test_batch_tries_again_and_then_says_failed_when_nothing_could_be_changed(office: Office) -> None:
    office.do(approve_batch)

    def away(login: str) -> None:
        raise Unreachable("radius_database")

    office.access.trouble = away
    for _ in range(3):
        with pytest.raises(Unreachable):
            office.feed()
    office.access.trouble = lambda login: None
    office.feed_all()

    assert office.counts()[3:] == (PEOPLE, 0)
    assert len(office.ended) == PEOPLE


class DoorPlant(FakePlant):
    """Something happens whenever its access is opened."""

    def __init__(self, access: AccessControl, *events: Callable[[], None]) -> None:
        super().__init__(access)
        self._events = list(events)

    def access(self) -> AccessControl | None:
        """The access, if the next event lets it be opened."""
        if self._events:
            self._events.pop(0)()
        return super().access()


def _locked() -> None:
    raise Misconfigured("radius_login")


def _alerts(db: Database) -> list[tuple[str, str, bool]]:
    with db.reading() as session:
        return [(alert.kind, alert.subject, alert.ended_at is None) for alert in session.scalars(select(Alert))]


@pytest.mark.parametrize("failure", [Misconfigured("radius_login"), Refused("no_driver")])
def test_batch_pauses_with_an_alert_when_repeating_cannot_help(office: Office, db: Database, failure: Failure) -> None:
    office.do(approve_batch)

    def broken(login: str) -> None:
        raise failure

    office.access.trouble = broken
    assert not office.feed()
    assert office.state() == "paused"
    assert office.counts() == (PEOPLE, PEOPLE - PORTION, 0, 0, PORTION)
    assert _alerts(db) == [("batch.stopped", str(office.id), True)]

    office.access.trouble = lambda login: None
    office.do(resume_batch)
    office.feed_all()
    assert office.counts() == (PEOPLE, 0, 0, PEOPLE - PORTION, PORTION)
    assert _alerts(db) == [("batch.stopped", str(office.id), False)]


def test_batch_pauses_with_everybody_waiting_when_its_access_cannot_be_opened(office: Office, db: Database) -> None:
    office.do(approve_batch)

    feed_batch(office.id, feed=Feed(db, DoorPlant(office.access, _locked), lambda session, job: None))

    assert office.state() == "paused"
    assert office.counts() == (PEOPLE, PEOPLE, 0, 0, 0)
    assert _alerts(db) == [("batch.stopped", str(office.id), True)]


def test_batch_ends_what_was_begun_later_when_cancelled_while_its_access_cannot_be_opened(
    office: Office, db: Database
) -> None:
    office.do(approve_batch)

    def die(login: str) -> None:
        raise Killed

    office.access.trouble = die
    with pytest.raises(Killed):
        office.feed()
    office.do(cancel_batch)
    with pytest.raises(Later):
        feed_batch(office.id, feed=Feed(db, DoorPlant(office.access, _locked), lambda session, job: None))

    office.access.trouble = lambda login: None
    office.feed_all()
    assert office.states() == ["verified"] * PORTION + ["cancelled"] * (PEOPLE - PORTION)


@pytest.mark.parametrize("action", [RELEASE_SIGNAL, DIAGNOSE])
def test_batch_leaves_nothing_waiting_when_cancelled_before_the_equipment_fails(db: Database, action: str) -> None:
    office = Office(db, action)
    office.do(approve_batch)

    def cancelled_meanwhile(login: str) -> None:
        office.do(cancel_batch)
        raise Unreachable("silent")

    office.access.trouble = cancelled_meanwhile
    # A portion is one call; a job of another kind opens the access again, for itself.
    plant = DoorPlant(office.access, lambda: None, lambda: cancelled_meanwhile(""))
    with pytest.raises((Unreachable, Later)):
        feed_batch(office.id, feed=Feed(db, plant, lambda session, job: None, portion=PORTION))

    assert office.states() == ["cancelled"] * PEOPLE
    assert not office.feed()


def test_batch_feeds_other_actions_one_by_one(db: Database) -> None:
    office = Office(db, DIAGNOSE)
    office.do(approve_batch)

    office.feed_all()

    assert office.counts() == (PEOPLE, 0, 0, PEOPLE, 0)
    assert len(office.ended) == PEOPLE


# Number, login and status of each contract; what is typed; the numbers acted upon, and what is said to be ambiguous.
@pytest.mark.parametrize(
    ("contracts", "typed", "numbers", "ambiguous"),
    [
        (["1 ana active", "2 ana cancelled"], "ana", ("1",), ()),
        (["2 ana cancelled", "1 ana blocked"], "ana", ("1",), ()),
        (["1 ana active", "2 1 cancelled"], "1", ("1",), ()),
        (["1 ana active", "2 1 active"], "1", (), ("1",)),
        (["1 ana cancelled", "2 1 active"], "1", (), ("1",)),
        (["1 ana active", "2 ana blocked"], "ana", (), ("ana",)),
        (["1 1 active"], "1", ("1",), ()),
        (["1 ana cancelled", "2 ana cancelled"], "ana", (), ()),
    ],
)
def test_batch_list_acts_on_a_contract_only_when_its_name_means_no_other(
    db: Database, contracts: list[str], typed: str, numbers: tuple[str, ...], ambiguous: tuple[str, ...]
) -> None:
    with db.transaction() as session:
        customer = Customer(ref="c", name="Ana", document="1", document_kind="cpf")
        session.add(customer)
        session.flush()
        for number, login, status in (row.split() for row in contracts):
            plain = {"plan": "Fibra", "monthly_fee_cents": 1, "address": "Rua", "customer_id": customer.id}
            session.add(Contract(ref=f"r{number}", number=number, pppoe_login=login, status=status, **plain))
        session.flush()
        found = look_up(session, [typed], RELEASE_SIGNAL)

    assert (found.numbers, found.ambiguous) == (numbers, ambiguous)
    assert [target.contract_ref for target in found.targets] == [f"r{number}" for number in numbers]


def test_batch_needs_a_target(db: Database) -> None:
    with pytest.raises(ValueError, match="target"), db.transaction() as session:
        ask_batch(session, RELEASE_SIGNAL, title="", reason="", asked_by="rita", targets=[])
