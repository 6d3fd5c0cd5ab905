"""The rigs that the access contract runs on: the simulated network, and a real FreeRADIUS."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from provisioning.simulated_network import prepare_radius
from provisioning.simulated_network.subscribers import TableSubscribers
from stores import EmbeddedPostgres
from tests.contract.drivers.rig import MySqlRig, Rig
from tests.integration import freeradius, mariadb
from tests.integration.freeradius import FreeRadius
from tests.integration.mariadb import MariaDb
from tests.integration.radius_nas import WireSubscribers

MYSQL_DATABASE = "contract_mysql"
COPIES = (
    (
        b"SELECT username, attribute, op, value FROM radcheck ORDER BY id",
        "INSERT INTO radcheck (username, attribute, op, value) VALUES (%s, %s, %s, %s)",
    ),
    (
        b"SELECT groupname, attribute, op, value FROM radgroupreply ORDER BY id",
        "INSERT INTO radgroupreply (groupname, attribute, op, value) VALUES (%s, %s, %s, %s)",
    ),
    (
        b"SELECT username, groupname, priority FROM radusergroup ORDER BY id",
        "INSERT INTO radusergroup (username, groupname, priority) VALUES (%s, %s, %s)",
    ),
)


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


@pytest.fixture(scope="session")
def mariadb_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[MariaDb, FreeRadius]]:
    """FreeRADIUS over Debian's tables in MariaDB."""
    if freeradius.missing() or mariadb.missing():
        pytest.skip(freeradius.missing() or mariadb.missing())
    database = mariadb.start(tmp_path_factory.mktemp("mariadb"))
    database.create(MYSQL_DATABASE)
    server = freeradius.start_on_mysql(tmp_path_factory.mktemp("freeradius"), database.port, MYSQL_DATABASE)
    yield database, server
    server.stop()
    database.stop()


@pytest.fixture(
    params=[
        "simulated",
        pytest.param("freeradius", marks=pytest.mark.freeradius),
        pytest.param("mariadb", marks=pytest.mark.freeradius),
    ]
)
def rig(request: pytest.FixtureRequest, postgres: EmbeddedPostgres) -> Iterator[Rig]:
    """Bruno is blocked and online, Ana is free and online, Davi's fibre is cut."""
    url = request.getfixturevalue("simulated_radius")
    if request.param == "freeradius":
        rig = _with_freeradius(request.getfixturevalue("freeradius_server"), postgres.url("contract_freeradius"))
    elif request.param == "mariadb":
        database, server = request.getfixturevalue("mariadb_server")
        rig = _with_mariadb(database, server, url)
    else:
        _start_over(url)
        rig = Rig(url, TableSubscribers(url))
    yield rig
    rig.nas.stop()


def _with_mariadb(database: MariaDb, server: FreeRadius, url: str) -> Rig:
    """The demo's subscribers, copied from where the simulated network puts them."""
    _start_over(url)
    rig = MySqlRig(url, database, MYSQL_DATABASE, WireSubscribers(server))
    for table in ("radcheck", "radreply", "radgroupreply", "radusergroup", "radacct", "radpostauth", "nas"):
        rig.sql(f"TRUNCATE {table}")
    with psycopg.connect(url) as connection:
        for read, write in COPIES:
            for row in connection.execute(read):
                rig.sql(write, *row)
    rig.dial("bruno.lima")
    rig.dial("ana.souza")
    return rig


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
