"""The lab, once for all its tests: FreeRADIUS over the demo's tables, and subscribers that really dial."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from provisioning.simulated_network import prepare_radius
from stores import EmbeddedPostgres
from tests.integration import freeradius
from tests.pppoe import lab as pppoe
from tests.pppoe.lab import Lab


@pytest.fixture(scope="session")
def radius_url(postgres: EmbeddedPostgres) -> str:
    """Debian's own tables with the demo's subscribers; nobody is online."""
    postgres.ensure_database("pppoe")
    url = postgres.url("pppoe")
    freeradius.create_tables(url)
    prepare_radius(url)
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM radacct")
    return url


@pytest.fixture(scope="session")
def lab(postgres: EmbeddedPostgres, radius_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The running lab: Ana in home 1, Bruno (suspended) in home 2."""
    reason = pppoe.missing() or freeradius.missing()
    if reason:
        pytest.skip(reason)
    server = freeradius.start(tmp_path_factory.mktemp("pppoe_radius"), postgres.sockets, "pppoe")
    with pppoe.running(tmp_path_factory.mktemp("uml"), server) as running:
        running.order("dial", home=1, login="ana.souza")
        running.order("dial", home=2, login="bruno.lima")
        pppoe.within(40, lambda: running.online("ana.souza") and running.online("bruno.lima"))
        yield running
    server.stop()
