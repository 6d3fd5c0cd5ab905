"""The network's pages in the console: who may open what, what each says, and what a look leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from core.db import Database
from models import utc_now
from models.device import Device
from models.onu_status import OnuStatus
from tests.e2e.network_scene import a_batch, a_device_log, a_network, an_incident, some_jobs
from tests.integration.console import Person, console_app
from tests.integration.desk import audited, the_cast

PAGES = ("", "/incidents", "/jobs", "/batches", "/devices")
OFFICE = ("/incidents/new", "/incidents/maintenance", "/batches/new")


@pytest.fixture
def app(db: Database) -> Flask:
    """The console with everybody's accounts."""
    the_cast(db)
    return console_app(db)


def test_network_opens_for_the_technical_queues_and_supervisors_only(app: Flask) -> None:
    for login, status in (("igor", 200), ("karina", 200), ("admin", 200), ("helena", 403), ("lucas", 403)):
        person = Person(app, login)
        assert {person.get(f"/console/network{path}").status_code for path in PAGES} == {status}, login
    assert "Rede</a>" not in Person(app, "helena").get("/console/").text


def test_only_the_office_opens_incidents_and_batches_and_only_administrators_change_devices(app: Flask) -> None:
    for login, office, admin in (("igor", 403, 403), ("karina", 200, 403), ("admin", 200, 200)):
        person = Person(app, login)
        assert {person.get(f"/console/network{path}").status_code for path in OFFICE} == {office}, login
        assert person.get("/console/network/devices/new").status_code == admin


def test_technician_gets_installations_and_nothing_else(app: Flask) -> None:
    lucas = Person(app)
    answer = lucas.post("/console/login", {"login": "lucas", "password": "correta-e-longa"})
    assert answer.location == "/console/network/onus"
    assert lucas.get("/console/network/onus").status_code == 200
    closed = ("/console/", "/console/network", "/console/network/jobs", "/console/system", "/console/c/1", "/console/x")
    assert {lucas.get(path).status_code for path in closed} == {403}
    assert Person(app, "helena").get("/console/network/onus").status_code == 403


def test_pages_without_anything_say_how_it_begins(app: Flask) -> None:
    admin = Person(app, "admin")
    assert "Nenhuma OLT cadastrada" in admin.get("/console/network").text
    assert "Nenhum incidente em andamento" in admin.get("/console/network/incidents").text
    assert "Nenhuma ação na rede ainda" in admin.get("/console/network/jobs").text
    assert "Nenhum lote ainda" in admin.get("/console/network/batches").text
    assert "Nenhum equipamento cadastrado" in admin.get("/console/network/devices").text
    assert "Nenhuma OLT cadastrada" in admin.get("/console/network/onus").text


def test_map_counts_states_and_takes_a_silent_olt_for_unread(app: Flask, db: Database) -> None:
    a_network(db)
    an_incident(db)
    page = Person(app, "igor").get("/console/network").text
    assert "183 online, 6 sem luz, 3 desligadas" in page
    assert "não responde: estado desconhecido" in page
    assert "192 não lidas" in page
    assert "CTO-1-022: rompimento de fibra na sua rua" in page
    # Healthy CTOs stay folded into their PON.
    assert "CTO-1-001" not in page


def test_what_was_read_long_ago_is_unread_not_down(app: Flask, db: Database) -> None:
    a_network(db, olts=2, pons=1, ctos=1)
    with db.transaction() as session:
        for row in session.query(OnuStatus).where(OnuStatus.olt == "OLT-01"):
            row.state, row.seen_at = "los", utc_now() - timedelta(hours=2)
    page = Person(app, "igor").get("/console/network").text
    assert "sem luz" not in page


def test_circuit_that_is_open_makes_an_olt_unread(app: Flask, db: Database) -> None:
    a_network(db, olts=2, pons=1, ctos=1)
    with db.transaction() as session:
        session.query(Device).where(Device.name == "OLT-01").one().open_until = utc_now() + timedelta(minutes=1)
    assert "online" not in Person(app, "igor").get("/console/network").text.split("OLT-01")[1].split("</summary>")[0]


def test_looking_at_subscribers_jobs_and_incidents_leaves_one_row_each(app: Flask, db: Database) -> None:
    a_network(db, olts=2, pons=3, ctos=2)
    incident, (running, _) = an_incident(db), some_jobs(db)
    igor = Person(app, "igor")
    for _ in range(2):
        lines = igor.get("/console/network/lines?olt=OLT-01&pon=0/1/2")
        igor.get(f"/console/network/incidents/{incident}")
        igor.get(f"/console/network/jobs/{running}")
    assert "Ana Souza" in lines.text
    assert "-19,5 dBm" in lines.text
    assert audited(db, "network.lines_viewed") == [("igor", "place:OLT-01 0/1/2")]
    assert audited(db, "network.incident_viewed") == [("igor", f"incident:{incident}")]
    assert audited(db, "network.job_viewed") == [("igor", f"job:{running}")]


def test_jobs_are_sieved_and_what_is_odd_in_the_address_hurts_nobody(app: Flask, db: Database) -> None:
    some_jobs(db)
    igor = Person(app, "igor")
    assert igor.get("/console/network/jobs").text.count('class="job-what"') == 4
    for query, number in (
        ("state=bad", 1),
        ("state=wait", 1),
        ("action=diagnose", 1),
        ("device=OLT-01&contract=101001", 4),
        ("device=%00x", 0),
        ("before=3", 2),
        ("before=99999999999999", 4),
        ("before=²", 4),
    ):
        assert igor.get(f"/console/network/jobs?{query}").text.count('class="job-what"') == number, query
    for path in ("jobs/999", f"jobs/{2**40}", "incidents/999", "batches/999", "devices/999", "lines"):
        assert igor.get(f"/console/network/{path}").status_code == 404


def test_live_parts_come_again_only_when_they_changed(app: Flask, db: Database) -> None:
    a_network(db, olts=1, pons=1, ctos=1)
    batch, (running, _) = a_batch(db), some_jobs(db)
    a_device_log(db)
    igor = Person(app, "igor")
    for path in ("jobs/live", f"jobs/{running}/live", f"batches/{batch}/live", "devices/1/live", "incidents/live"):
        first = igor.get(f"/console/network/{path}")
        assert first.status_code == 200
        again = igor.get(f"/console/network/{path}", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304, path
