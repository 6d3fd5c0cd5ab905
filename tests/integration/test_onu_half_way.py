"""ONUs that were left half-way, are somebody else's, or compete for a place: what jobs make of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.db import Database
from core.errors import Refused, Unreachable
from models.network_job import NetworkJob
from provisioning.fake_olt import FakeOlt
from provisioning.olt import OnuConfig
from provisioning.onu_request import ask_onu
from tests.integration.onu_rows import (
    OLT,
    PON,
    SERIAL,
    a_provider,
    approved,
    ask_for,
    contract_of,
    go,
    job_of,
    plant_of,
    through,
)

NEW = "HWTC0000BEEF"


@pytest.fixture
def olt(db: Database) -> FakeOlt:
    """An OLT with one PON of four places, and one ONU that waits."""
    a_provider(db, contracts=3)
    olt = FakeOlt({PON: 4})
    olt.hang(PON, SERIAL)
    return olt


def planned(db: Database, olt: FakeOlt, contract: str = "2000", serial: str = SERIAL, cause: str = "form:1") -> int:
    """A job that is planned and approved, and waits for a worker."""
    job_id = ask_for(db, contract, serial, cause=cause)
    assert go(db, job_id, plant_of(db, olt)).state == "asked"
    assert approved(db, job_id) == ""
    return job_id


def lost(db: Database, olt: FakeOlt, job_id: int) -> None:
    """A run whose last command's answer never came."""
    with pytest.raises(Unreachable):
        go(db, job_id, plant_of(db, olt))


def without_service(olt: FakeOlt, serial: str) -> None:
    """The power went when the ONU had its number, and no service yet."""
    olt.configured[serial] = replace(olt.configured[serial], vlan=None)


def test_onu_left_without_its_service_is_configured_anew_when_the_power_went_half_way(
    db: Database, olt: FakeOlt
) -> None:
    job_id = planned(db, olt)
    olt.lose_answer_of("add")
    lost(db, olt, job_id)
    without_service(olt, SERIAL)
    olt.waiting.clear()

    job = go(db, job_id, plant_of(db, olt))

    assert (job.state, job.outcome) == ("verified", "added")
    assert [config.vlan for config in olt.configured.values()] == [100]
    assert any("pela metade" in entry["text"] for entry in job.log)


def test_onu_of_somebody_else_is_refused_and_left_alone_when_it_is_configured_already(
    db: Database, olt: FakeOlt
) -> None:
    theirs = OnuConfig(PON, SERIAL, 0, "9999-Outra_Pessoa", "LP", "SP", 100)
    olt.configured[SERIAL] = theirs

    job = go(db, ask_for(db), plant_of(db, olt))

    assert (job.state, job.outcome) == ("refused", "exists")
    assert olt.configured == {SERIAL: theirs}
    assert contract_of(db).onu == ""


def test_onu_is_not_told_as_done_when_it_stands_on_another_vlan(db: Database, olt: FakeOlt) -> None:
    job_id, adding = planned(db, olt), olt.add
    olt.add = lambda order: adding(replace(order, vlan=999))  # type: ignore[method-assign]

    job = go(db, job_id, plant_of(db, olt))

    assert (job.state, job.outcome) == ("failed", "another_vlan")
    assert contract_of(db).onu == ""


def test_plan_is_refused_when_earlier_approvals_take_the_last_place(db: Database, olt: FakeOlt) -> None:
    olt.fill(PON, 3)
    olt.hang(PON, NEW)
    first = planned(db, olt)

    second = go(db, ask_for(db, "2001", NEW), plant_of(db, olt))

    assert (second.state, second.outcome) == ("refused", "pon_full")
    assert go(db, first, plant_of(db, olt)).state == "verified"


def test_place_is_not_counted_twice_when_the_earlier_one_stands_already(db: Database, olt: FakeOlt) -> None:
    olt.fill(PON, 2)
    olt.hang(PON, NEW)
    first = planned(db, olt)
    olt.lose_answer_of("add")
    lost(db, olt, first)

    assert through(db, ask_for(db, "2001", NEW), plant_of(db, olt)).state == "verified"


def replacing(db: Database, olt: FakeOlt) -> int:
    """The contract has its ONU, and a job that replaces it is approved. The old one is dark: it is broken."""
    assert through(db, ask_for(db), plant_of(db, olt)).state == "verified"
    olt.hang(PON, NEW)
    return planned(db, olt, serial=NEW, cause="form:2")


def test_replacement_puts_the_old_one_back_when_it_was_cut_off_and_the_new_one_is_gone(
    db: Database, olt: FakeOlt
) -> None:
    job_id = replacing(db, olt)
    before = olt.configured[SERIAL]
    olt.fail_next("add", Unreachable("no_answer", ambiguous=True))
    lost(db, olt, job_id)
    olt.waiting.clear()

    job = go(db, job_id, plant_of(db, olt))

    assert (job.state, job.outcome, job.facts["refused"]) == ("failed", "put_back", "not_found")
    assert olt.configured == {SERIAL: before}
    assert contract_of(db).onu == SERIAL


def test_replacement_goes_on_when_it_was_cut_off_between_old_and_new(db: Database, olt: FakeOlt) -> None:
    job_id = replacing(db, olt)
    olt.lose_answer_of("remove")
    lost(db, olt, job_id)

    job = go(db, job_id, plant_of(db, olt))

    assert (job.state, job.outcome) == ("verified", "added")
    assert list(olt.configured) == [NEW]
    assert job.facts["undo"]["serial"] == SERIAL
    assert contract_of(db).onu == NEW


def test_replacement_says_that_the_line_has_no_onu_when_neither_goes_in(db: Database, olt: FakeOlt) -> None:
    job_id = replacing(db, olt)
    olt.fail_next("add", Refused("olt_refused"), Refused("olt_refused"))

    job = go(db, job_id, plant_of(db, olt))

    assert (job.state, job.outcome) == ("failed", "not_put_back")
    assert job.facts["undo"]["serial"] == SERIAL


def test_second_onu_for_a_contract_cannot_be_asked_for_while_the_first_is_open(db: Database, olt: FakeOlt) -> None:
    first = planned(db, olt)

    with db.transaction() as session:
        said = ask_onu(session, "2000", NEW, olt=OLT, confirmed_by="tecnico", asked_by="agent:carla", cause="form:2")

    assert isinstance(said, str)
    assert job_of(db, first).state == "approved"
    assert ask_for(db) == first


def test_same_onu_cannot_be_asked_for_by_two_contracts_at_once(db: Database, olt: FakeOlt) -> None:
    planned(db, olt)

    with db.transaction() as session:
        said = ask_onu(session, "2001", SERIAL, olt=OLT, confirmed_by="tecnico", asked_by="agent:carla", cause="form:2")

    assert not isinstance(said, NetworkJob)
