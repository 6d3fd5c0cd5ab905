"""What every AccessControl promises, on the simulated network and on a real FreeRADIUS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Unreachable
from provisioning.drivers.radius import make
from tests.contract.drivers.rig import Rig, wait_until
from tests.integration.freeradius import free_udp_port


def test_release_frees_the_open_session_and_only_that_row_when_blocked(rig: Rig) -> None:
    assert rig.held("bruno.lima") is True
    lines: list[str] = []

    outcome = rig.access().set_blocked("bruno.lima", False, lines.append)

    assert (outcome.result, outcome.code) == ("verified", "online")
    assert rig.held("bruno.lima") is False
    assert rig.sql("SELECT groupname FROM radusergroup WHERE username = 'bruno.lima'") == [("fibra-600",)]
    assert rig.sql("SELECT count(*) FROM radusergroup WHERE groupname = 'suspenso'") == [(1,)]
    assert any("removido" in line for line in lines)
    assert any("ACK" in line for line in lines)


def test_block_holds_the_open_session_back_when_free(rig: Rig) -> None:
    outcome = rig.access().set_blocked("ana.souza", True, lambda line: None)

    assert outcome.result == "verified"
    wait_until(lambda: rig.held("ana.souza") is True)
    assert rig.access().state("ana.souza").groups == ("suspenso", "fibra-500")


def test_block_wins_over_the_plan_when_the_plan_has_the_same_priority(rig: Rig) -> None:
    rig.sql("UPDATE radusergroup SET priority = 1 WHERE username = 'ana.souza'")

    assert rig.access().set_blocked("ana.souza", True, lambda line: None).result == "verified"

    wait_until(lambda: rig.held("ana.souza") is True)


def test_second_release_changes_nothing_when_already_free(rig: Rig) -> None:
    rig.access().set_blocked("bruno.lima", False, lambda line: None)
    accepts = rig.accepts("bruno.lima")

    outcome = rig.access().set_blocked("bruno.lima", False, lambda line: None)

    assert outcome.result == "already"
    assert rig.accepts("bruno.lima") == accepts


def test_release_reaches_the_session_when_an_earlier_try_died_after_changing_the_row(rig: Rig) -> None:
    rig.sql("DELETE FROM radusergroup WHERE username = 'bruno.lima' AND groupname = 'suspenso'")

    outcome = rig.access().set_blocked("bruno.lima", False, lambda line: None, doubtful=True)

    assert outcome.result == "verified"
    wait_until(lambda: rig.held("bruno.lima") is False)


def test_release_reaches_the_redial_when_it_authenticated_before_the_row_changed(rig: Rig) -> None:
    rig.nas.behaviour.registration_seconds = 1.5
    before = rig.accepts("bruno.lima")
    rig.nas.drop("bruno.lima", "User-Request")
    wait_until(lambda: rig.accepts("bruno.lima") == before + 1)
    rig.nas.behaviour.registration_seconds = 0.05
    assert rig.access().state("bruno.lima").sessions == ()

    outcome = rig.access(settle_seconds=5).set_blocked("bruno.lima", False, lambda line: None)

    assert outcome.result == "verified"
    wait_until(lambda: rig.held("bruno.lima") is False)


def test_release_is_verified_when_nobody_is_online(rig: Rig) -> None:
    rig.block("davi.rocha")

    outcome = rig.access(settle_seconds=1).set_blocked("davi.rocha", False, lambda line: None)

    assert (outcome.result, outcome.code) == ("verified", "settled")
    assert outcome.facts["online"] is False


def test_release_is_unknown_when_the_nas_is_dead(rig: Rig) -> None:
    access = rig.access(settle_seconds=1, port=free_udp_port())

    outcome = access.set_blocked("bruno.lima", False, lambda line: None)

    assert (outcome.result, outcome.code) == ("unknown", "nas_silent")
    assert rig.held("bruno.lima") is True
    assert outcome.facts["nas"][0]["answer"] == "sem resposta ou segredo errado"


def test_release_is_unknown_when_the_secret_is_wrong(rig: Rig) -> None:
    outcome = rig.access(settle_seconds=1, secret="outro").set_blocked("bruno.lima", False, lambda line: None)

    assert (outcome.result, outcome.code) == ("unknown", "nas_silent")


def test_release_is_verified_when_accounting_shows_a_session_that_the_nas_does_not_have(rig: Rig) -> None:
    rig.block("davi.rocha")
    rig.sql(
        "INSERT INTO radacct (acctsessionid, acctuniqueid, username, nasipaddress, acctstarttime, framedipaddress)"
        " VALUES ('velha', 'velha', 'davi.rocha', '127.0.0.9', %s, '100.64.9.9')",
        datetime.now(UTC) - timedelta(days=9),
    )
    lines: list[str] = []

    outcome = rig.access(settle_seconds=1).set_blocked("davi.rocha", False, lines.append)

    assert (outcome.result, outcome.code) == ("verified", "stale_session")
    assert any("503" in line for line in lines)
    assert any("registro velho" in line for line in lines)


def test_release_is_refused_when_the_login_does_not_exist(rig: Rig) -> None:
    outcome = rig.access().set_blocked("ninguem", False, lambda line: None)

    assert (outcome.result, outcome.code) == ("refused", "unknown_login")


def test_release_says_that_nothing_was_changed_when_the_database_cannot_be_reached(rig: Rig) -> None:
    access = make("postgresql://postgres@127.0.0.1:1/radius", secret="x")

    with pytest.raises(Unreachable) as failure:
        access.set_blocked("bruno.lima", False, lambda line: None)

    assert not failure.value.ambiguous


def test_state_tells_sessions_and_how_the_last_one_ended(rig: Rig) -> None:
    rig.plant.change(rig.plant.select(login="ana.souza")[0], "los")
    rig.nas.drop("ana.souza", "Lost-Carrier")

    state = rig.access().state("ana.souza")

    assert state.sessions == ()
    assert state.last_end
    assert state.last_end[1] == "Lost-Carrier"
    bruno = rig.access().state("bruno.lima")
    assert bruno.blocked
    assert bruno.sessions[0].framed_ip.startswith("100.")
