"""The rigs that the access contract runs on: the simulated network, and a real FreeRADIUS."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.simulated_network import prepare_radius
from provisioning.simulated_network.subscribers import TableSubscribers
from stores import EmbeddedPostgres
from tests.contract.drivers.rig import Rig
from tests.integration import freeradius
from tests.integration.radius_nas import WireSubscribers

_numbers = itertools.count(1)


@pytest.fixture(params=["simulated", pytest.param("freeradius", marks=pytest.mark.freeradius)])
def rig(request: pytest.FixtureRequest, postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Rig]:
    """Bruno is blocked and online, Ana is free and online, Davi's fibre is cut."""
    name = f"radius_{next(_numbers)}"
    if request.param == "freeradius" and freeradius.missing():
        pytest.skip(freeradius.missing())
    postgres.ensure_database(name)
    url = postgres.url(name)
    server = None
    if request.param == "freeradius":
        freeradius.create_tables(url)
        server = freeradius.start(tmp_path, postgres.sockets, name)
    prepare_radius(url)
    rig = Rig(url, WireSubscribers(server) if server else TableSubscribers(url))
    if server:
        # The seeded accounting rows belong to the simulated NAS; this one starts empty.
        rig.sql("DELETE FROM radacct")
        rig.dial("bruno.lima")
        rig.dial("ana.souza")
    yield rig
    rig.nas.stop()
    if server:
        server.stop()
