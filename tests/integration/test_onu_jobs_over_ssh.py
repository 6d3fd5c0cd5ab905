"""Twenty approvals at once on three free places of an OLT with a real SSH server: exactly three ONUs are configured."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.db import Database, make_engine
from core.later import Later
from models.network_job import NetworkJob
from models.provider import Provider
from provisioning.device_admin import add_device
from provisioning.devices import DevicePlant
from provisioning.onu_request import onu_changed
from provisioning.run import run
from tests.integration.onu_rows import OLT, PON, VAULT, a_provider, approved, ask_for, device_of, job_of
from tests.integration.ssh_olt import PASSWORD, USER, OltPlant, SshOlt

CONTRACTS, FREE = 20, 3


@pytest.fixture
def wide_db(db: Database, database_url: str) -> Iterator[Database]:
    """The database with as many connections as twenty workers hold."""
    engine = make_engine(database_url, pool_size=64)
    yield Database(engine)
    engine.dispose()


def configured(db: Database, server: SshOlt) -> None:
    """The provider's OLT is the one behind the SSH server."""
    a_provider(db, contracts=CONTRACTS)
    fields = {"host": "127.0.0.1", "port": str(server.port), "username": USER, "password": PASSWORD}
    with db.transaction() as session:
        onu = {"line_profile": "10", "service_profile": "10", "vlan": 100}
        session.query(Provider).one().policies = {"onu": onu}
        session.delete(device_of(session))
        session.flush()
        limit = {"pon_limit": str(server.plant.limit)}
        assert add_device(session, VAULT, name=OLT, kind="huawei_ssh", fields={**fields, **limit}) == ""


def test_twenty_approvals_at_once_on_three_free_places_of_an_ssh_olt_give_three(wide_db: Database) -> None:
    db, hardware = wide_db, OltPlant((PON,), limit=16)
    serials = [f"HWTC{number:08X}" for number in range(1, CONTRACTS + 1)]
    for number in range(hardware.limit - FREE):
        hardware.add(PON, f"HWTC{0xF0000000 + number:08X}")
    for serial in serials:
        hardware.wait(PON, serial)
    with SshOlt("huawei", hardware) as server:
        configured(db, server)
        plant = DevicePlant(db, VAULT, None)
        jobs = [ask_for(db, str(2000 + number), serial) for number, serial in enumerate(serials)]

        def work(job_id: int) -> NetworkJob:
            """As a worker does, which comes back when it was not the job's turn."""
            while True:
                try:
                    run(job_id, db=db, plant=plant, finished=onu_changed, vault=VAULT)
                except Later:
                    continue
                return job_of(db, job_id)

        def approve_and_work(job_id: int) -> NetworkJob:
            assert approved(db, job_id) == ""
            return work(job_id)

        for job_id in jobs:
            assert work(job_id).state == "asked"
        with ThreadPoolExecutor(CONTRACTS) as pool:
            ended = [(job.state, job.outcome) for job in pool.map(approve_and_work, jobs)]

    assert ended.count(("verified", "added")) == FREE
    assert ended.count(("refused", "pon_full")) == CONTRACTS - FREE
    assert hardware.most == hardware.limit
