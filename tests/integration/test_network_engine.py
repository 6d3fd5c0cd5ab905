"""People approve what was planned, once; a worker that dies leaves what can be gone on with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from core.db import Database
from core.later import Later
from models.outbox import Outbox
from models.provider import Provider
from provisioning.action import DEACTIVATE_ONU, PROVISION_ONU
from provisioning.approval import approvals_needed, cancel
from provisioning.fake_olt import FakeOlt
from provisioning.request import ask, target_of
from tests.integration.onu_rows import (
    PON,
    SERIAL,
    VAULT,
    a_provider,
    approved,
    ask_for,
    contract_of,
    device_of,
    go,
    job_of,
    plant_of,
    through,
)


class Killed(BaseException):
    """Nothing in the product catches it, as nothing survives a kill."""


@pytest.fixture
def olt(db: Database) -> FakeOlt:
    """An OLT with one ONU that waits."""
    a_provider(db)
    olt = FakeOlt({PON: 4})
    olt.hang(PON, SERIAL)
    return olt


def planned(db: Database, olt: FakeOlt) -> int:
    """A job that waits for people."""
    return go(db, ask_for(db), plant_of(db, olt)).id


def works(db: Database, job_id: int) -> int:
    """How much work there is for a job."""
    with db.transaction() as session:
        query = select(func.count()).select_from(Outbox).where(Outbox.topic == "network", Outbox.ref_id == job_id)
        return session.scalar(query) or 0


def killed_at(olt: FakeOlt, method: str) -> None:
    """The worker dies when it is about to say this to the OLT, once."""

    def die(said: str) -> None:
        if said == method:
            olt.before = lambda _: None
            raise Killed

    olt.before = die


def test_approval_counts_only_after_the_plan_was_made(db: Database, olt: FakeOlt) -> None:
    job_id = ask_for(db)

    assert "plano" in approved(db, job_id)
    go(db, job_id, plant_of(db, olt))
    assert approved(db, job_id) == ""


@pytest.mark.parametrize("who", ["carla", "tecnico"], ids=["who asked", "who confirmed the serial"])
def test_approval_is_refused_from_those_who_took_part(db: Database, olt: FakeOlt, who: str) -> None:
    job_id = planned(db, olt)

    assert approved(db, job_id, who)
    assert go(db, job_id, plant_of(db, olt)).state == "asked"
    assert olt.changes == []


def test_approval_takes_two_different_people_when_the_provider_wants_two(db: Database, olt: FakeOlt) -> None:
    with db.transaction() as session:
        provider = session.query(Provider).one()
        provider.policies = {**provider.policies, "network": {"approvals": {PROVISION_ONU: 2}}}
    job_id = planned(db, olt)

    assert approved(db, job_id, "chefe") == ""
    assert approved(db, job_id, "chefe")
    assert go(db, job_id, plant_of(db, olt)).state == "asked"
    assert approved(db, job_id, "diretora") == ""
    assert go(db, job_id, plant_of(db, olt)).state == "verified"


def test_approvals_of_provisioning_are_at_least_one_whatever_the_settings_say() -> None:
    assert approvals_needed({"network": {"approvals": {PROVISION_ONU: 0}}}, PROVISION_ONU) == 1
    assert approvals_needed({"network": {"approvals": {PROVISION_ONU: "two"}}}, PROVISION_ONU) == 1


def test_approval_is_refused_when_the_job_has_ended(db: Database, olt: FakeOlt) -> None:
    job_id = through(db, ask_for(db), plant_of(db, olt)).id

    assert approved(db, job_id, "diretora")
    assert approved(db, 999)


def test_approvals_in_parallel_let_the_job_go_once(db: Database, olt: FakeOlt) -> None:
    job_id = planned(db, olt)
    before = works(db, job_id)

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda number: approved(db, job_id, f"chefe{number}"), range(8)))

    assert said.count("") == 1
    assert works(db, job_id) == before + 1
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: go(db, job_id, plant_of(db, olt)), range(4)))
    assert olt.changes == [("add", SERIAL)]


def test_cancelled_job_does_nothing_and_keeps_no_secret(db: Database, olt: FakeOlt) -> None:
    job_id = ask_for(db, secrets=VAULT.lock({"pppoe_password": "s3nha"}))
    go(db, job_id, plant_of(db, olt))
    with db.transaction() as session:
        assert cancel(session, job_id, "chefe") == ""
        assert cancel(session, job_id, "chefe")

    job = go(db, job_id, plant_of(db, olt))

    assert (job.state, job.secrets, olt.changes) == ("cancelled", None, [])
    assert approved(db, job_id, "diretora")


def test_dry_run_ends_with_the_plan_and_changes_nothing(db: Database, olt: FakeOlt) -> None:
    through(db, ask_for(db), plant_of(db, olt))
    with db.transaction() as session:
        target = target_of(session, "2000")
        job_id = ask(session, DEACTIVATE_ONU, target=target, reason="r", asked_by="agent:c", cause="1", dry_run=True).id

    job = go(db, job_id, plant_of(db, olt))

    assert (job.state, job.plan) == ("planned", {"active": [True, False]})
    assert olt.changes == [("add", SERIAL)]


def test_job_is_planned_again_when_the_worker_died_while_it_planned(db: Database, olt: FakeOlt) -> None:
    job_id = ask_for(db)
    killed_at(olt, "load")
    with pytest.raises(Killed):
        go(db, job_id, plant_of(db, olt))
    assert job_of(db, job_id).state == "running"

    job = go(db, job_id, plant_of(db, olt))

    assert job.state == "asked"
    assert job.plan is not None
    assert approved(db, job_id) == ""
    assert go(db, job_id, plant_of(db, olt)).state == "verified"


@pytest.mark.parametrize("method", ["load", "add", "read"], ids=["before it changed", "at the change", "after it"])
def test_onu_is_configured_once_when_the_worker_died_while_it_applied(db: Database, olt: FakeOlt, method: str) -> None:
    job_id = planned(db, olt)
    approved(db, job_id)
    killed_at(olt, method)
    with pytest.raises(Killed):
        go(db, job_id, plant_of(db, olt))

    job = go(db, job_id, plant_of(db, olt))

    assert job.state in ("verified", "already")
    assert olt.changes == [("add", SERIAL)]
    assert contract_of(db).onu == SERIAL


def test_job_loses_no_try_while_others_are_at_its_device(db: Database, olt: FakeOlt) -> None:
    job_id = ask_for(db)
    with db.transaction() as session:
        device_of(session).per_minute = 1
    plant = plant_of(db, olt)

    with pytest.raises(Later) as told:
        go(db, job_id, plant)

    assert told.value.seconds > 3
    job = job_of(db, job_id)
    assert (job.state, job.facts["tries"]) == ("asked", 0)
