"""The OLT's power or the connection goes in the middle of adding an ONU: it ends truthfully, and never doubled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.db import Database
from core.errors import Unreachable
from models.device import Device
from models.network_job import NetworkJob
from provisioning.device_admin import add_device
from provisioning.devices import DevicePlant
from provisioning.onu_request import onu_changed
from provisioning.run import run
from tests.integration.onu_rows import OLT, PON, SERIAL, VAULT, a_provider, approved, ask_for, contract_of, job_of
from tests.integration.ssh_olt import PASSWORD, USER, OltPlant, SshOlt


@pytest.fixture
def server(db: Database) -> Iterator[SshOlt]:
    """A Huawei OLT over SSH on which one ONU waits, and a provider whose OLT it is."""
    a_provider(db)
    hardware = OltPlant((PON,), limit=16)
    hardware.wait(PON, SERIAL)
    with SshOlt("huawei", hardware) as server:
        fields = {"host": "127.0.0.1", "port": str(server.port), "username": USER, "password": PASSWORD}
        with db.transaction() as session:
            session.query(Device).delete()
            assert add_device(session, VAULT, name=OLT, kind="huawei_ssh", fields=fields) == ""
        yield server


def work(db: Database, job_id: int, *, max_tries: int = 5) -> NetworkJob:
    """One run, and the row after it."""
    plant = DevicePlant(db, VAULT, None, sleep=lambda seconds: None)
    run(job_id, db=db, plant=plant, finished=onu_changed, vault=VAULT, max_tries=max_tries)
    return job_of(db, job_id)


def about_to_add(db: Database) -> int:
    """A job that is planned and approved."""
    job_id = ask_for(db)
    assert work(db, job_id).state == "asked"
    assert approved(db, job_id) == ""
    return job_id


def services(server: SshOlt) -> list[int]:
    """The VLANs of the ONU's services, as the OLT has them."""
    found = server.plant.find(SERIAL)
    return [vlan for vlan, _ in found[1].services.values()] if found else []


def adds(server: SshOlt) -> int:
    """How often an ONU was added on the command line."""
    return sum(line.startswith("ont add") for line in server.commands)


@pytest.mark.parametrize("moment", ["ont add", "service-port vlan"])
@pytest.mark.parametrize("switch", ["drop_before", "drop_after"])
def test_onu_is_configured_once_with_its_service_when_the_connection_goes_half_way(
    db: Database, server: SshOlt, moment: str, switch: str
) -> None:
    job_id = about_to_add(db)
    setattr(server.trouble, switch, moment)
    with pytest.raises(Unreachable):
        work(db, job_id)
    setattr(server.trouble, switch, "")

    job = work(db, job_id)

    assert job.state in ("verified", "already")
    assert services(server) == [100]
    assert server.plant.most == 1
    assert contract_of(db).onu == SERIAL


def test_job_ends_as_unknown_and_the_contract_stays_when_the_olt_never_comes_back(db: Database, server: SshOlt) -> None:
    job_id = about_to_add(db)
    server.trouble.drop_after = "ont add"
    with pytest.raises(Unreachable):
        work(db, job_id)
    server.stop()

    job = work(db, job_id, max_tries=2)

    assert job.state == "unknown"
    assert adds(server) == 1
    assert contract_of(db).onu == ""
