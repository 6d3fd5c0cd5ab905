"""A real FreeRADIUS: what it grants before and after, how it answers as a NAS, and whole jobs that survive a kill."""

from __future__ import annotations

import importlib
import multiprocessing
import pkgutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyrad import packet

import models
from core.db import Database, make_engine
from models.network_job import NetworkJob
from provisioning.action import DIAGNOSE, RELEASE_SIGNAL
from provisioning.drivers.radius import make
from provisioning.ports import Session, Target
from provisioning.radius.messages import Messenger
from provisioning.radius.tables import RadiusTables
from provisioning.request import ask
from provisioning.run import run
from provisioning.simulated_network import prepare_radius
from stores import EmbeddedPostgres
from tests.contract.drivers.rig import Rig, wait_until
from tests.integration import freeradius
from tests.integration.freeradius import SECRET, FreeRadius
from tests.integration.radius_nas import PASSWORD, WireSubscribers
from tests.unit.provisioning.fakes import FakePlant

pytestmark = pytest.mark.freeradius

DATABASE = "freeradius_integration"
BRUNO = Target("1002", "bruno.lima", "OLT-CENTRO", "0/1/0", "CTO-C-002", "HWTC00000002")


@pytest.fixture(scope="module")
def server(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreeRadius]:
    """One FreeRADIUS over the demo's subscribers, in Debian's own tables."""
    if freeradius.missing():
        pytest.skip(freeradius.missing())
    postgres.ensure_database(DATABASE)
    freeradius.create_tables(postgres.url(DATABASE))
    prepare_radius(postgres.url(DATABASE))
    running = freeradius.start(tmp_path_factory.mktemp("freeradius"), postgres.sockets, DATABASE)
    yield running
    running.stop()


@pytest.fixture
def rig(server: FreeRadius, postgres: EmbeddedPostgres) -> Iterator[Rig]:
    """Bruno is suspended and online through a NAS that speaks RADIUS with the server."""
    rig = Rig(postgres.url(DATABASE), WireSubscribers(server))
    rig.sql("DELETE FROM radacct")
    rig.sql("DELETE FROM radusergroup WHERE username = 'bruno.lima' AND groupname = 'suspenso'")
    rig.block("bruno.lima")
    rig.dial("bruno.lima")
    yield rig
    rig.nas.stop()


def test_access_accept_carries_the_suspended_list_before_the_release_and_not_after(
    rig: Rig, server: FreeRadius
) -> None:
    nas = WireSubscribers(server)
    code, before = nas.access_request("bruno.lima")
    assert code == packet.AccessAccept
    assert before["Mikrotik-Address-List"] == ["bloqueados"]
    assert before["Mikrotik-Rate-Limit"] == ["128k/128k"]

    assert rig.access().set_blocked("bruno.lima", False, lambda line: None).result == "verified"

    code, after = nas.access_request("bruno.lima")
    assert code == packet.AccessAccept
    assert "Mikrotik-Address-List" not in after
    assert after["Mikrotik-Rate-Limit"] == ["600M/600M"]


def test_radclient_sees_the_same_as_our_own_dictionary(rig: Rig, server: FreeRadius) -> None:
    def radclient() -> str:
        asked = subprocess.run(
            ["radclient", "-x", f"127.0.0.1:{server.auth_port}", "auth", SECRET],
            input=f'User-Name = "bruno.lima", User-Password = "{PASSWORD}"',
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        return asked.stdout

    assert 'Mikrotik-Address-List = "bloqueados"' in radclient()
    rig.access().set_blocked("bruno.lima", False, lambda line: None)
    released = radclient()
    assert "Access-Accept" in released
    assert "Mikrotik-Address-List" not in released


def test_wrong_password_is_rejected(server: FreeRadius) -> None:
    assert WireSubscribers(server).access_request("bruno.lima", "errada")[0] == packet.AccessReject


def test_state_undoes_how_freeradius_escapes_session_ids(rig: Rig) -> None:
    stored = rig.sql("SELECT acctsessionid FROM radacct WHERE username = 'bruno.lima' AND acctstoptime IS NULL")

    state = RadiusTables(rig.database_url, "suspenso").read("bruno.lima")

    assert "=" in str(stored[0][0])
    assert state.sessions[0].session_id == rig.subscribers.find(login="bruno.lima")[0].session_id


def test_freeradius_as_nas_acknowledges_known_sessions_and_names_its_reason_for_others(
    rig: Rig, server: FreeRadius
) -> None:
    disconnect = Messenger(SECRET, host="127.0.0.1", port=server.coa_port)
    session = RadiusTables(rig.database_url, "suspenso").read("bruno.lima").sessions[0]

    assert disconnect(session).kind == "ack"
    assert disconnect(Session(9, "ninguem", "x", "127.0.0.1", "100.64.9.9", None)).not_found


def test_freeradius_as_nas_is_silent_when_the_secret_is_wrong_or_nobody_is_there(rig: Rig, server: FreeRadius) -> None:
    session = RadiusTables(rig.database_url, "suspenso").read("bruno.lima").sessions[0]
    wrong = Messenger("outro", host="127.0.0.1", port=server.coa_port, timeout_seconds=0.3)
    dead = Messenger(SECRET, host="127.0.0.1", port=freeradius.free_udp_port(), timeout_seconds=0.3)

    assert wrong(session).kind == "silence"
    assert dead(session).kind == "silence"


@pytest.mark.parametrize("registration_seconds", [0.0, 0.6, 1.2])
def test_release_wins_the_race_however_late_the_session_registers(rig: Rig, registration_seconds: float) -> None:
    rig.nas.behaviour.registration_seconds = registration_seconds
    accepts = rig.accepts("bruno.lima")
    rig.nas.drop("bruno.lima", "User-Request")
    wait_until(lambda: rig.accepts("bruno.lima") > accepts)

    outcome = rig.access(settle_seconds=8).set_blocked("bruno.lima", False, lambda line: None)

    assert outcome.result == "verified"
    wait_until(lambda: rig.held("bruno.lima") is False)


def test_job_releases_and_diagnoses_when_it_runs_whole(rig: Rig, db: Database) -> None:
    job_id = _asked(db, RELEASE_SIGNAL)
    run(job_id, db=db, plant=FakePlant(rig.access()), finished=lambda session, job: None)
    diagnosis_id = _asked(db, DIAGNOSE)
    run(diagnosis_id, db=db, plant=FakePlant(rig.access()), finished=lambda session, job: None)

    with db.transaction() as session:
        job, diagnosis = session.get_one(NetworkJob, job_id), session.get_one(NetworkJob, diagnosis_id)
    assert (job.state, job.outcome) == ("verified", "online")
    assert diagnosis.facts["access"]["blocked"] is False
    assert diagnosis.facts["access"]["sessions"][0]["since"]
    assert diagnosis.facts["line"]["error"] == "no_driver"


def test_job_ends_released_when_its_worker_is_killed_after_changing_the_row(
    rig: Rig, db: Database, database_url: str
) -> None:
    job_id = _asked(db, RELEASE_SIGNAL)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        worker = multiprocessing.get_context("spawn").Process(
            target=_work_with_a_deaf_nas, args=(database_url, rig.database_url, deaf.getsockname()[1], job_id)
        )
        worker.start()
        wait_until(lambda: not RadiusTables(rig.database_url, "suspenso").read("bruno.lima").blocked, 30)
        worker.kill()
        worker.join()
    assert rig.held("bruno.lima") is True
    ended: list[str] = []

    run(job_id, db=db, plant=FakePlant(rig.access()), finished=lambda session, job: ended.append(job.state))

    assert ended == ["verified"]
    wait_until(lambda: rig.held("bruno.lima") is False)


def _asked(db: Database, action: str) -> int:
    with db.transaction() as session:
        return ask(session, action, target=BRUNO, reason="trust", asked_by="customer", cause="turn:1").id


def _work_with_a_deaf_nas(database_url: str, radius_url: str, port: int, job_id: int) -> None:
    for module in pkgutil.iter_modules(models.__path__):
        importlib.import_module(f"models.{module.name}")
    access = make(radius_url, secret=SECRET, coa_host="127.0.0.1", coa_port=port, settle_seconds=60)
    database = Database(make_engine(database_url))
    run(job_id, db=database, plant=FakePlant(access), finished=lambda session, job: None)


def test_missing_says_nothing_when_the_server_can_run(server: FreeRadius) -> None:
    assert freeradius.missing() == ""
    assert Path(server.folder, "radiusd.conf").exists()
