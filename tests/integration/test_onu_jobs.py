"""ONUs are configured, removed and replaced by jobs that people approved, on an OLT that keeps what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from core.db import Database, make_engine
from core.errors import Refused, Unreachable
from models.contract import Contract
from models.network_job import NetworkJob
from provisioning.action import DEPROVISION_ONU, PROVISION_ONU, REBOOT_ONU, REPLACE_ONU
from provisioning.fake_olt import FakeOlt
from provisioning.onu_request import ask_onu, ask_removal, ask_undo
from provisioning.request import ask, target_of
from tests.integration.onu_rows import (
    OLT,
    PON,
    SERIAL,
    VAULT,
    a_provider,
    approved,
    ask_for,
    contract_of,
    go,
    job_of,
    plant_of,
    through,
    until_done,
)

NEW = "HWTC0000BEEF"


@pytest.fixture
def olt(db: Database) -> FakeOlt:
    """An OLT with two PONs of four places, and one ONU that waits."""
    a_provider(db)
    olt = FakeOlt({PON: 4, "0/1/1": 4})
    olt.hang(PON, SERIAL)
    return olt


def installed(db: Database, olt: FakeOlt) -> NetworkJob:
    """The contract's ONU is configured, by a job."""
    return through(db, ask_for(db, secrets=VAULT.lock({"pppoe_password": "s3nha-pppoe"})), plant_of(db, olt))


def test_onu_is_configured_read_back_and_written_into_the_contract_when_approved(db: Database, olt: FakeOlt) -> None:
    job = installed(db, olt)

    assert (job.state, job.outcome) == ("verified", "added")
    assert olt.changes == [("add", SERIAL)]
    kept = olt.configured[SERIAL]
    assert (kept.vlan, kept.line_profile, kept.description) == (100, "LP", "2000-Ana_Souza")
    assert olt.passwords[SERIAL] == "s3nha-pppoe"
    assert job.facts["line"]["onu_state"] == "online"
    contract = contract_of(db)
    assert (contract.olt, contract.pon, contract.onu) == (OLT, PON, SERIAL)


def test_onu_waits_for_approval_with_its_plan_and_nothing_changed(db: Database, olt: FakeOlt) -> None:
    job = go(db, ask_for(db), plant_of(db, olt))

    assert job.state == "asked"
    assert job.plan is not None
    assert job.plan["onu"] == [None, SERIAL]
    assert job.plan["places"] == [0, 1]
    assert olt.changes == []
    assert contract_of(db).onu == ""


def test_onu_secrets_are_gone_from_the_row_and_in_no_line_when_the_job_has_ended(db: Database, olt: FakeOlt) -> None:
    job = installed(db, olt)

    assert job.secrets is None
    assert "s3nha-pppoe" not in str([job.log, job.facts, job.plan, job.arguments])


def test_onu_is_refused_when_no_person_confirmed_its_serial(db: Database, olt: FakeOlt) -> None:
    with db.transaction() as session:
        target = target_of(session, "2000")
        arguments = {"serial": SERIAL, "pon": PON}
        job_id = ask(session, PROVISION_ONU, target=target, reason="r", asked_by="x", cause="1", arguments=arguments).id

    job = go(db, job_id, plant_of(db, olt))

    assert (job.state, job.outcome) == ("refused", "serial_not_confirmed")


@pytest.mark.parametrize(
    ("where", "outcome"), [(None, "not_found"), ("0/1/1", "another_pon")], ids=["nowhere", "on another PON"]
)
def test_onu_is_refused_when_the_olt_did_not_find_it_there(
    db: Database, olt: FakeOlt, where: str | None, outcome: str
) -> None:
    olt.waiting.clear()
    if where:
        olt.hang(where, SERIAL)

    job = go(db, ask_for(db), plant_of(db, olt))

    assert (job.state, job.outcome, olt.changes) == ("refused", outcome, [])


def test_onu_is_refused_when_the_pon_filled_up_after_the_plan(db: Database, olt: FakeOlt) -> None:
    job_id, plant = ask_for(db), plant_of(db, olt)
    go(db, job_id, plant)
    approved(db, job_id)
    olt.fill(PON, 4)

    job = go(db, job_id, plant)

    assert (job.state, job.outcome, olt.changes) == ("refused", "pon_full", [])


def test_onu_cannot_be_asked_for_while_another_contract_has_it(db: Database, olt: FakeOlt) -> None:
    with db.transaction() as session:
        first = session.query(Contract).one()
        values = {
            name: getattr(first, name)
            for name in ("customer_id", "plan", "monthly_fee_cents", "address", "pppoe_login")
        }
        session.add(Contract(ref="3000", number="3000", onu=SERIAL, **values))

    with db.transaction() as session:
        said = ask_onu(session, "2000", SERIAL, olt=OLT, confirmed_by="t", asked_by="agent:c", cause="2")

    assert isinstance(said, str)
    assert "3000" in said


def test_onu_is_added_once_when_the_answer_got_lost(db: Database, olt: FakeOlt) -> None:
    job_id, plant = ask_for(db), plant_of(db, olt)
    go(db, job_id, plant)
    approved(db, job_id)
    olt.lose_answer_of("add")

    with pytest.raises(Unreachable):
        go(db, job_id, plant)
    job = go(db, job_id, plant)

    assert olt.changes == [("add", SERIAL)]
    assert (job.state, job.outcome) == ("already", "configured")
    assert contract_of(db).onu == SERIAL


def removed(db: Database, olt: FakeOlt) -> NetworkJob:
    """The contract's ONU is taken away, by a job."""
    with db.transaction() as session:
        job = ask_removal(session, "2000", asked_by="agent:carla", cause="form:2")
        assert isinstance(job, NetworkJob)
        job_id = job.id
    return through(db, job_id, plant_of(db, olt))


def test_removal_keeps_what_undo_puts_back_exactly(db: Database, olt: FakeOlt) -> None:
    installed(db, olt)
    before = olt.configured[SERIAL]

    job = removed(db, olt)
    assert (job.action, job.state, job.outcome) == (DEPROVISION_ONU, "verified", "removed")
    assert SERIAL not in olt.configured
    assert contract_of(db).onu == ""

    with db.transaction() as session:
        undo = ask_undo(session, job.id, asked_by="agent:carla", cause="form:3")
        assert isinstance(undo, NetworkJob)
        undo_id = undo.id
    assert through(db, undo_id, plant_of(db, olt)).state == "verified"
    assert olt.configured[SERIAL] == before
    assert contract_of(db).onu == SERIAL


def test_removal_is_already_done_when_its_answer_got_lost(db: Database, olt: FakeOlt) -> None:
    installed(db, olt)
    olt.lose_answer_of("remove")

    with pytest.raises(Unreachable):
        removed(db, olt)
    with db.transaction() as session:
        job_id = session.query(NetworkJob.id).filter_by(action=DEPROVISION_ONU).scalar()
    job = go(db, job_id or 0, plant_of(db, olt))

    assert (job.state, job.outcome) == ("already", "not_configured")
    assert job.facts["undo"]["serial"] == SERIAL
    assert contract_of(db).onu == ""


def test_replacement_puts_the_new_one_in_the_old_ones_place(db: Database, olt: FakeOlt) -> None:
    installed(db, olt)
    olt.fill(PON, 3)
    olt.hang(PON, NEW)

    job = through(db, ask_for(db, serial=NEW, cause="form:2"), plant_of(db, olt))

    assert (job.action, job.state) == (REPLACE_ONU, "verified")
    assert NEW in olt.configured
    assert SERIAL not in olt.configured
    assert job.facts["undo"]["serial"] == SERIAL
    assert contract_of(db).onu == NEW


def test_replacement_puts_the_old_one_back_when_the_new_one_is_refused(db: Database, olt: FakeOlt) -> None:
    installed(db, olt)
    before = olt.configured[SERIAL]
    olt.hang(PON, NEW)
    olt.fail_next("add", Refused("olt_refused", "profile"))

    job = through(db, ask_for(db, serial=NEW, cause="form:2"), plant_of(db, olt))

    assert (job.state, job.outcome) == ("failed", "put_back")
    assert olt.configured == {SERIAL: before}
    assert contract_of(db).onu == SERIAL


def test_replacement_puts_the_old_one_back_when_the_answer_to_the_removal_got_lost_and_the_new_one_is_refused(
    db: Database, olt: FakeOlt
) -> None:
    installed(db, olt)
    before = olt.configured[SERIAL]
    olt.hang(PON, NEW)
    job_id, plant = ask_for(db, serial=NEW, cause="form:2"), plant_of(db, olt)
    go(db, job_id, plant)
    approved(db, job_id)
    olt.lose_answer_of("remove")
    olt.fail_next("add", Refused("olt_refused", "profile"))
    with pytest.raises(Unreachable):
        go(db, job_id, plant)
    assert SERIAL not in olt.configured

    job = until_done(db, job_id, plant)

    assert (job.state, job.outcome) == ("failed", "put_back")
    assert olt.configured == {SERIAL: before}
    assert contract_of(db).onu == SERIAL


def reboot(db: Database, cause: str) -> int:
    """A restart of the contract's ONU is asked for."""
    with db.transaction() as session:
        target = target_of(session, "2000")
        return ask(session, REBOOT_ONU, target=target, reason="r", asked_by="agent:carla", cause=cause).id


def test_reboot_is_refused_when_the_same_was_done_just_before(db: Database, olt: FakeOlt) -> None:
    installed(db, olt)
    first, second = reboot(db, "1"), reboot(db, "2")

    assert go(db, first, plant_of(db, olt)).state == "verified"
    job = go(db, second, plant_of(db, olt))

    assert (job.state, job.outcome) == ("refused", "cooling_down")
    assert 0 < job.facts["wait_seconds"] <= 600
    assert olt.changes.count(("reboot", SERIAL)) == 1


def test_reboot_is_sent_once_and_told_as_unknown_when_its_answer_got_lost_and_the_onu_is_away(
    db: Database, olt: FakeOlt
) -> None:
    installed(db, olt)
    job_id = reboot(db, "1")
    olt.lose_answer_of("reboot")
    with pytest.raises(Unreachable):
        go(db, job_id, plant_of(db, olt))
    olt.states[SERIAL] = "offline"

    job = go(db, job_id, plant_of(db, olt))

    assert (job.state, job.outcome) == ("unknown", "not_seen_restarting")
    assert olt.changes.count(("reboot", SERIAL)) == 1


def test_reboot_is_told_as_done_when_the_onu_counts_its_time_anew(db: Database, olt: FakeOlt) -> None:
    installed(db, olt)
    olt.uptime[SERIAL] = 86400

    job = go(db, reboot(db, "1"), plant_of(db, olt))

    assert (job.state, job.outcome) == ("verified", "restarted")


def test_reboot_is_not_told_as_done_when_the_onu_goes_on_counting_until_the_time_is_over(
    db: Database, olt: FakeOlt
) -> None:
    installed(db, olt)
    olt.uptime[SERIAL] = 86400
    olt.reboot = lambda pon, serial: None  # type: ignore[method-assign]
    before = olt.asked.count("read")

    job = go(db, reboot(db, "1"), plant_of(db, olt))

    assert (job.state, job.outcome) == ("failed", "not_restarted")
    assert olt.asked.count("read") - before > 3


def test_reboot_is_refused_when_the_driver_cannot(db: Database, olt: FakeOlt) -> None:
    installed(db, olt)
    olt.can = frozenset({"read"})

    job = go(db, reboot(db, "1"), plant_of(db, olt))

    assert (job.state, job.outcome) == ("refused", "not_supported")


@pytest.fixture
def wide_db(db: Database, database_url: str) -> Iterator[Database]:
    """The database with as many connections as twenty workers hold."""
    engine = make_engine(database_url, pool_size=64)
    yield Database(engine)
    engine.dispose()


def test_twenty_approvals_at_once_on_three_free_places_give_three(wide_db: Database) -> None:
    db = wide_db
    a_provider(db, contracts=20)
    olt, serials = FakeOlt({PON: 16}), [f"HWTC{number:08X}" for number in range(20)]
    olt.fill(PON, 13)
    for serial in serials:
        olt.hang(PON, serial)
    plant = plant_of(db, olt)
    jobs = [ask_for(db, str(2000 + number), serial) for number, serial in enumerate(serials)]
    for job_id in jobs:
        assert go(db, job_id, plant).state == "asked"

    def approve_and_run(job_id: int) -> None:
        assert approved(db, job_id) == ""
        until_done(db, job_id, plant)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(approve_and_run, jobs))

    ended = [(job.state, job.outcome) for job in map(partial(job_of, db), jobs)]
    assert ended.count(("verified", "added")) == 3
    assert ended.count(("refused", "pon_full")) == 17
    assert len(olt.configured) == 16
