"""The rigs that the access contract runs on: the simulated network, and a real FreeRADIUS."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from provisioning.simulated_network import prepare_radius
from provisioning.simulated_network.subscribers import TableSubscribers
from stores import EmbeddedPostgres
from tests.contract.drivers.rig import Rig
from tests.integration import freeradius
from tests.integration.freeradius import FreeRadius
from tests.integration.radius_nas import WireSubscribers


@pytest.fixture(scope="session")
def simulated_radius(postgres: EmbeddedPostgres) -> str:
    """A database with our own tables."""
    postgres.ensure_database("contract_simulated")
    prepare_radius(postgres.url("contract_simulated"))
    return postgres.url("contract_simulated")


@pytest.fixture(scope="session")
def freeradius_server(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreeRadius]:
    """FreeRADIUS over Debian's tables."""
    if freeradius.missing():
        pytest.skip(freeradius.missing())
    postgres.ensure_database("contract_freeradius")
    freeradius.create_tables(postgres.url("contract_freeradius"))
    prepare_radius(postgres.url("contract_freeradius"))
    server = freeradius.start(tmp_path_factory.mktemp("freeradius"), postgres.sockets, "contract_freeradius")
    yield server
    server.stop()


@pytest.fixture(params=["simulated", pytest.param("freeradius", marks=pytest.mark.freeradius)])
def rig(request: pytest.FixtureRequest, postgres: EmbeddedPostgres) -> Iterator[Rig]:
    """Bruno is blocked and online, Ana is free and online, Davi's fibre is cut."""
    if request.param == "freeradius":
        rig = _with_freeradius(request.getfixturevalue("freeradius_server"), postgres.url("contract_freeradius"))
    else:
        url = request.getfixturevalue("simulated_radius")
        _start_over(url)
        rig = Rig(url, TableSubscribers(url))
    yield rig
    rig.nas.stop()


def _with_freeradius(server: FreeRadius, url: str) -> Rig:
    _start_over(url)
    rig = Rig(url, WireSubscribers(server))
    # The seeded accounting rows belong to the simulated NAS; this one starts empty.
    rig.sql("DELETE FROM radacct")
    rig.dial("bruno.lima")
    rig.dial("ana.souza")
    return rig


def _start_over(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "TRUNCATE radcheck, radreply, radgroupcheck, radgroupreply, radusergroup, radacct, radpostauth,"
            " simulated_line"
        )
    prepare_radius(url)
