"""A subscriber that really dials: blocked, released and cut are what ping says, not what a table says."""

from __future__ import annotations

import psycopg
import pytest

from provisioning.drivers.radius import make
from provisioning.radius.access import RadiusAccess
from tests.integration.freeradius import SECRET
from tests.pppoe.lab import Lab, within

pytestmark = [pytest.mark.freeradius, pytest.mark.pppoe]


def access(lab: Lab, radius_url: str) -> RadiusAccess:
    """The product's driver, towards the lab's NAS."""
    return make(radius_url, secret=SECRET, coa_host="127.0.0.1", coa_port=lab.coa_port, settle_seconds=12)


def last_end(radius_url: str, login: str) -> str:
    with psycopg.connect(radius_url) as connection:
        row = connection.execute(
            "SELECT acctterminatecause FROM radacct WHERE username = %s AND acctstoptime IS NOT NULL"
            " ORDER BY acctstoptime DESC LIMIT 1",
            (login,),
        ).fetchone()
    return str(row[0]) if row else ""


def test_suspended_subscriber_is_filtered_and_the_free_one_is_not(lab: Lab) -> None:
    assert lab.ping(1) == "answers"
    assert lab.ping(2) == "filtered"


def test_release_lets_packets_through_and_block_holds_them_back(lab: Lab, radius_url: str) -> None:
    driver = access(lab, radius_url)
    lines: list[str] = []

    released = driver.set_blocked("bruno.lima", False, lines.append)

    assert released.result == "verified", lines
    within(20, lambda: lab.ping(2) == "answers")
    assert any("ACK" in line for line in lines)
    blocked = driver.set_blocked("bruno.lima", True, lines.append)
    assert blocked.result == "verified", lines
    within(20, lambda: lab.ping(2) == "filtered")


def test_cut_fibre_ends_the_session_as_lost_and_it_comes_back_with_the_light(lab: Lab, radius_url: str) -> None:
    lab.order("link", home=1, state="down")
    within(40, lambda: not lab.online("ana.souza"))
    within(10, lambda: last_end(radius_url, "ana.souza") == "Lost-Carrier")
    assert access(lab, radius_url).state("ana.souza").sessions == ()

    lab.order("link", home=1, state="up")

    within(40, lambda: lab.ping(1) == "answers")
