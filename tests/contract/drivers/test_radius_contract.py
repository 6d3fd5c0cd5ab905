"""What FreeRADIUS's tables and RFC 5176 allow beyond blocking: CoA, the nas table, disabled logins, plans, many."""

from __future__ import annotations

import pytest

from provisioning.ports import Outcome
from tests.contract.drivers.rig import SECRET, Rig, wait_until

COA_RATE = {"settle_seconds": 5.0, "coa": "coa"}


@pytest.fixture(autouse=True)
def _clean(rig: Rig) -> None:
    rig.sql("DELETE FROM nas")


def release(rig: Rig, **terms: object) -> tuple[Outcome, list[str]]:
    """Bruno's release and its lines."""
    lines: list[str] = []
    return rig.access(**terms).set_blocked("bruno.lima", False, lines.append), lines  # type: ignore[arg-type]


def one_pool(rig: Rig) -> None:
    """Held back or not, addresses come from one pool: then a CoA can do it."""
    rig.sql("UPDATE radgroupreply SET value = 'pool-clientes' WHERE attribute = 'Framed-Pool'")


def test_coa_changes_the_open_session_without_dropping_it(rig: Rig) -> None:
    one_pool(rig)
    session = rig.subscribers.find(login="bruno.lima")[0].session_id

    outcome, lines = release(rig, **COA_RATE)

    assert (outcome.result, outcome.code) == ("verified", "online")
    assert rig.subscribers.find(login="bruno.lima")[0].session_id == session
    assert rig.held("bruno.lima") is False
    assert any(line.startswith("CoA") and line.endswith("ACK") for line in lines)


def test_coa_becomes_a_disconnect_when_the_nas_refuses_it(rig: Rig) -> None:
    one_pool(rig)
    rig.nas.behaviour.takes_coa = False

    outcome, lines = release(rig, **COA_RATE)

    assert outcome.result == "verified"
    wait_until(lambda: rig.held("bruno.lima") is False)
    assert any(line.startswith("Disconnect") and line.endswith("ACK") for line in lines)
    assert not any(line.startswith("CoA") for line in lines)


def test_coa_becomes_a_disconnect_when_an_address_pool_differs(rig: Rig) -> None:
    outcome, lines = release(rig, **COA_RATE)

    assert outcome.result == "verified"
    assert not any(line.startswith("CoA") for line in lines)


@pytest.mark.parametrize("name", ["127.0.0.1", "127.0.0.0/8"])
def test_nas_and_its_secret_come_from_freeradius_own_table(rig: Rig, name: str) -> None:
    rig.sql("INSERT INTO nas (nasname, shortname, secret) VALUES ('0.0.0.0/0', 'todas', 'errado')")
    rig.sql("INSERT INTO nas (nasname, shortname, secret) VALUES (%s, 'bng', %s)", name, SECRET)

    outcome, _ = release(rig, secret="outro", host="127.0.0.9")

    assert (outcome.result, outcome.code) == ("verified", "online")


def test_release_is_refused_and_leaves_the_row_when_the_operator_disabled_the_login(rig: Rig) -> None:
    rig.sql("INSERT INTO radcheck (username, attribute, op, value) VALUES ('bruno.lima', 'Auth-Type', ':=', 'Reject')")
    assert rig.access().state("bruno.lima").reasons == ("suspended", "disabled")

    outcome, _ = release(rig)

    assert (outcome.result, outcome.code) == ("refused", "disabled_by_another")
    assert rig.access().state("bruno.lima").reasons == ("suspended", "disabled")


def test_login_is_rejected_and_let_in_again_where_blocking_is_a_reject(rig: Rig) -> None:
    access = rig.access(block_by="reject")

    assert access.set_blocked("ana.souza", True, lambda line: None).result == "verified"
    assert access.state("ana.souza").reasons == ("disabled",)
    assert access.set_blocked("ana.souza", True, lambda line: None).result == "already"

    assert access.set_blocked("ana.souza", False, lambda line: None).result == "verified"
    assert rig.sql("SELECT attribute FROM radcheck WHERE username = 'ana.souza'") == [("Cleartext-Password",)]


def test_plan_is_set_whatever_it_was_and_may_be_set_again(rig: Rig) -> None:
    access = rig.access()

    assert access.set_plan("ana.souza", "fibra-600", lambda line: None).result == "verified"
    assert access.set_plan("ana.souza", "fibra-600", lambda line: None).result == "already"

    assert access.state("ana.souza").groups == ("fibra-600",)


def test_plan_of_a_held_back_login_changes_behind_the_suspended_group(rig: Rig) -> None:
    outcome = rig.access().set_plan("bruno.lima", "fibra-500", lambda line: None)

    assert outcome.result == "verified"
    assert rig.access().state("bruno.lima").groups == ("suspenso", "fibra-500")
    assert rig.held("bruno.lima") is True


def test_many_are_blocked_in_one_go_and_each_is_judged_by_itself(rig: Rig) -> None:
    logins = ["bruno.lima", "ana.souza", "ninguem"]
    found: dict[str, Outcome] = {}

    for settled in rig.access().set_blocked_many(logins, True, lambda login, line: None):
        found.update(settled)

    results = {login: outcome.result for login, outcome in found.items()}
    assert results == {"bruno.lima": "already", "ana.souza": "verified", "ninguem": "refused"}
    wait_until(lambda: rig.held("ana.souza") is True)


def test_everybody_who_is_held_back_can_be_listed_at_once(rig: Rig) -> None:
    before = rig.access().held_back()
    assert "bruno.lima" in before
    assert "ana.souza" not in before
    rig.access().set_blocked("ana.souza", True, lambda line: None)
    assert rig.access().held_back() == before | {"ana.souza"}


def test_a_login_that_the_operator_disabled_is_not_listed_among_ours(rig: Rig) -> None:
    rig.access(block_by="reject").set_blocked("ana.souza", True, lambda line: None)
    assert "ana.souza" not in rig.access().held_back()
    assert rig.access(block_by="reject").held_back() == {"ana.souza"}
