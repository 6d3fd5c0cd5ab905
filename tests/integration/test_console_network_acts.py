"""What people do on the network's pages: once however often they press, by those who may, and written down."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from core.db import Database
from handoff.console.network.batch_list import filed_names, typed_names
from models import utc_now
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.device import Device
from models.incident import Incident, IncidentContract
from models.job_batch import JobBatch
from models.network_job import NetworkJob
from models.provider import Provider
from provisioning.vault import Vault
from tests.e2e.network_scene import a_network, an_incident, some_jobs
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_provider, audited, the_cast
from tests.integration.doors import rows

NETWORK = "/console/network"
VAULT = Vault(Fernet.generate_key().decode())


@pytest.fixture
def app(db: Database) -> Flask:
    """The console with everybody's accounts and a small network."""
    a_provider(db)
    the_cast(db)
    a_network(db, olts=2, pons=2, ctos=2)
    with db.transaction() as session:
        session.query(Provider).one().policies = {"onu": {"vlan": 100, "description": "{contract}"}}
    return console_app(db, vault=VAULT, probe=lambda name: (name == "OLT-01", f"{name} respondeu"))


def job(db: Database, job_id: int) -> NetworkJob:
    with db.transaction() as session:
        return session.get_one(NetworkJob, job_id)


def mark_of(page: str) -> str:
    """The mark of what was shown, which the form sends back."""
    return page.split('name="confirmed" value="')[1].split('"')[0]


def test_job_is_approved_once_by_whom_may_however_many_press(app: Flask, db: Database) -> None:
    _, waiting = some_jobs(db)
    people = [Person(app, "karina"), Person(app, "admin")]
    with ThreadPoolExecutor(8) as pool:
        press = [pool.submit(people[n % 2].post, f"{NETWORK}/jobs/{waiting}/approve", {"token": "t"}) for n in range(8)]
    statuses = sorted(answer.result().status_code for answer in press)
    assert statuses == [303, *[409] * 7]
    assert job(db, waiting).state == "approved"
    assert len(audited(db, "network.job_approve")) == 1
    assert Person(app, "igor").post(f"{NETWORK}/jobs/{waiting}/cancel", {"token": "t"}).status_code == 403


def test_job_is_cancelled_and_forms_without_tokens_change_nothing(app: Flask, db: Database) -> None:
    running, waiting = some_jobs(db)
    karina = Person(app, "karina")
    assert karina.post(f"{NETWORK}/jobs/{waiting}/cancel").status_code == 400
    old = karina.client.post(f"{NETWORK}/jobs/{waiting}/cancel", data={"csrf": "from-yesterday", "token": "t"})
    assert old.status_code == 400
    assert job(db, waiting).state == "asked"
    assert karina.post(f"{NETWORK}/jobs/{waiting}/cancel", {"token": "t"}).status_code == 303
    begun = karina.post(f"{NETWORK}/jobs/{running}/cancel", {"token": "t"})
    assert begun.status_code == 409
    assert "já começou" in begun.text


def test_incident_is_confirmed_given_a_time_and_ended(app: Flask, db: Database) -> None:
    incident = an_incident(db)
    karina, where = Person(app, "karina"), f"{NETWORK}/incidents/{incident}"
    soon = utc_now() + timedelta(days=40)
    assert karina.post(f"{where}/confirm", {"token": "t", "kind": "planned"}).status_code == 409
    assert karina.post(f"{where}/confirm", {"token": "t", "kind": "fibre"}).status_code == 303
    assert karina.post(f"{where}/eta", {"token": "t", "eta": "quando der"}).status_code == 409
    assert karina.post(f"{where}/eta", {"token": "t", "eta": "9999-12-31T23:59"}).status_code == 409
    past = karina.post(f"{where}/eta", {"token": "t", "eta": f"{utc_now() - timedelta(days=2):%Y-%m-%dT14:30}"})
    assert (past.status_code, "já passou" in past.text) == (409, True)
    assert karina.post(f"{where}/eta", {"token": "t", "eta": f"{soon:%Y-%m-%dT14:30}"}).status_code == 303
    assert f"{soon:%d/%m/%Y} 14:30" in karina.get(where).text
    assert karina.post(f"{where}/end", {"token": "t"}).status_code == 303
    (row,) = rows(db, Incident)
    assert (row.confirmed_by, row.kind, row.restored_at is not None) == ("karina", "fibre", True)
    for act in ("confirm", "eta", "end"):
        assert audited(db, f"network.incident_{act}") == [("karina", f"incident:{incident}")]
    assert Person(app, "igor").post(f"{where}/dismiss", {"token": "t"}).status_code == 403


def test_maintenance_shows_whom_it_touches_before_it_is_saved(app: Flask, db: Database) -> None:
    karina, where = Person(app, "karina"), f"{NETWORK}/incidents/maintenance"
    starts = utc_now() + timedelta(days=9)
    form = {
        "place": "olt:OLT-01",
        "cause": "troca de cabos",
        "starts": f"{starts:%Y-%m-%dT10:00}",
        "ends": f"{starts:%Y-%m-%dT09:00}",
    }
    assert "O fim precisa ser depois" in karina.post(where, form).text
    form["ends"] = f"{starts:%Y-%m-%dT12:00}"
    shown = karina.post(where, form)
    assert "OLT-01: 24 contratos." in shown.text
    assert "Avisados a partir de" in shown.text
    assert rows(db, Incident) == []
    changed = karina.post(where, {**form, "place": "cto:CTO-1-001", "confirmed": mark_of(shown.text)})
    assert "CTO-1-001: 6 contratos." in changed.text
    assert rows(db, Incident) == []
    for _ in range(2):
        assert karina.post(where, {**form, "confirmed": mark_of(shown.text)}).status_code == 303
    (row,) = rows(db, Incident)
    assert (row.planned, row.kind, row.opened_by) == (True, "planned", "karina")
    with db.transaction() as session:
        assert session.query(IncidentContract).count() == 24


def test_batch_is_counted_first_asked_once_and_approved_by_another(app: Flask, db: Database) -> None:
    karina, where = Person(app, "karina"), f"{NETWORK}/batches/new"
    form = {"action": "release_signal", "title": "Sexta", "reason": "pagos", "token": "once"}
    file = (io.BytesIO(b"contrato;nome\n100001;Ana\n999;Ninguem\n"), "pagos.csv")
    names = "100000, cliente.100000\n404"
    shown = karina.post(where, {**form, "names": names, "file": file}, content_type="multipart/form-data")
    assert "2 contratos no lote." in shown.text
    assert "2 não encontrados" in shown.text
    assert rows(db, JobBatch) == []
    more = karina.post(where, {**form, "names": "100000 100001 100002", "confirmed": mark_of(shown.text)})
    assert "3 contratos no lote." in more.text
    for _ in range(2):
        asked = karina.post(where, {**form, "names": "100000 100001", "confirmed": mark_of(shown.text)})
        assert asked.status_code == 303
    (batch,) = rows(db, JobBatch)
    assert (batch.total, batch.state, batch.asked_by) == (2, "waiting", "agent:karina")
    page = f"{NETWORK}/batches/{batch.id}"
    own = karina.post(f"{page}/approve", {"token": "t"})
    assert own.status_code == 409
    assert "segunda pessoa" in own.text
    admin = Person(app, "admin")
    shown_to_approver = admin.get(page).text
    assert "cliente.100000" in shown_to_approver
    assert "cliente.100001" in shown_to_approver
    assert ("admin", f"batch:{batch.id}") in audited(db, "network.batch_viewed")
    assert [admin.post(f"{page}/approve", {"token": "t"}).status_code for _ in range(2)] == [303, 409]
    assert admin.post(f"{page}/pause", {"token": "t"}).status_code == 303
    assert "pausado" in karina.get(page).text
    assert karina.post(f"{page}/cancel", {"token": "t"}).status_code == 303
    assert audited(db, "network.batch_approve") == [("admin", f"batch:{batch.id}")]


def test_pasted_and_filed_names_are_taken_as_people_write_them() -> None:
    assert typed_names("1001;1002\n 1003,ana.souza\n1001") == ["1001", "1002", "1003", "ana.souza"]
    assert filed_names("Número do contrato,Nome\n1001,Zé\n".encode("cp1252")) == ["1001"]
    assert filed_names(b"\xef\xbb\xbfana.souza\tx\nbruno\ty\n") == ["ana.souza", "bruno"]
    assert filed_names(b"") == []


def test_secret_of_a_device_goes_in_and_never_comes_back(app: Flask, db: Database) -> None:
    admin, secret = Person(app, "admin"), "s3gredo-do-radius"
    form = {"kind": "radius", "name": "RADIUS", "field-database_url": "postgresql://x@127.0.0.1/radius"}
    added = admin.post(f"{NETWORK}/devices/new", {**form, "field-secret": secret})
    assert added.status_code == 303, added.text
    device = rows(db, Device)[-1]
    assert VAULT.unlock(device.secrets)["secret"] == secret
    where = f"{NETWORK}/devices/{device.id}"
    page, form_again = admin.get(where).text, admin.get(f"{where}/edit").text
    assert "guardada" in page
    assert "guardada: deixe em branco para manter" in form_again
    assert secret not in page + form_again
    refused = admin.post(f"{NETWORK}/devices/new", {**form, "field-secret": secret})
    assert refused.status_code == 409
    assert secret not in refused.text
    assert admin.post(f"{where}/edit", {"pop": "Centro"}).status_code == 303
    assert VAULT.unlock(rows(db, Device)[-1].secrets)["secret"] == secret


def test_device_is_added_changed_tested_and_switched_off(app: Flask, db: Database) -> None:
    admin = Person(app, "admin")
    form = {"kind": "simulator", "name": "OLT-NOVA", "pop": "POP Norte", "per_minute": "60"}
    assert "um número" in admin.post(f"{NETWORK}/devices/new", {**form, "per_minute": "muitos"}).text
    assert admin.post(f"{NETWORK}/devices/new", {"name": "x"}).status_code == 409
    added = admin.post(f"{NETWORK}/devices/new", {**form, "field-olt": "OLT-NOVA"})
    assert added.status_code == 303, added.text
    again = admin.post(f"{NETWORK}/devices/new", {**form, "field-olt": "OLT-NOVA"})
    assert "Já existe" in again.text
    device = rows(db, Device)[-1]
    where = f"{NETWORK}/devices/{device.id}"
    assert admin.post(f"{where}/edit", {"pop": "POP Oeste", "per_minute": "30", "field-olt": "X"}).status_code == 303
    assert "POP Oeste" in admin.get(where).text
    assert "OLT-NOVA respondeu" in admin.post(f"{where}/test").text
    assert admin.post(f"{where}/enabled", {"on": "0"}).status_code == 303
    assert "desativado" in admin.get(f"{NETWORK}/devices").text
    for act in ("added", "changed", "tested", "enabled"):
        assert audited(db, f"network.device_{act}") == [("admin", "device:OLT-NOVA")]
    assert Person(app, "karina").post(f"{where}/test").status_code == 403


def test_onu_is_asked_for_from_the_street_once_and_waits_for_the_office(app: Flask, db: Database) -> None:
    lucas = Person(app)
    lucas.post("/console/login", {"login": "lucas", "password": "correta-e-longa"})
    csrf = lucas.get(f"{NETWORK}/onus").text.split('name="csrf" value="')[1].split('"')[0]
    with db.transaction() as session:
        contract = session.query(Contract).where(Contract.ref == "100000").one()
        contract.onu = contract.pon = contract.olt = ""

    def send(path: str, **form: str) -> str:
        answer = lucas.client.post(f"{NETWORK}/onus/{path}", data={"csrf": csrf, **form})
        return answer.text if answer.status_code != 303 else "303"

    assert send("look", olt="OLT-01", token="a") == send("look", olt="OLT-01", token="a") == "303"
    assert len(rows(db, NetworkJob)) == 1
    form = {"olt": "OLT-01", "contract": "100000", "typed_serial": "hwtc-aabb-ccdd", "token": "b"}
    assert "Confirme que o serial" in send("ask", **form)
    assert "Serial inválido" in send("ask", **{**form, "typed_serial": "12"}, read_it="yes")
    shown = send("ask", **form, read_it="yes")
    assert "Ana Souza" in shown
    assert len(rows(db, NetworkJob)) == 1
    assert send("ask", **form, read_it="yes", confirmed="100000") == "303"
    assert send("ask", **form, read_it="yes", confirmed="100000") == "303"
    _, asked = rows(db, NetworkJob)
    assert (asked.action, asked.state, asked.asked_by) == ("provision_onu", "asked", "agent:lucas")
    assert asked.needs_approvals == 1
    assert asked.arguments["serial"] == "HWTCAABBCCDD"
    assert "espera aprovação" in lucas.get(f"{NETWORK}/onus").text
    assert audited(db, "network.contract_viewed") == [("lucas", "contract:100000")]
    assert lucas.client.post(f"{NETWORK}/onus/remove", data={"csrf": csrf, "token": "c"}).status_code == 403


def ana_proved_it(db: Database, talk: int) -> None:
    with db.transaction() as session:
        contact = session.get_one(Contact, session.get_one(Conversation, talk).contact_id)
        contact.customer_ref = session.query(Customer).where(Customer.name == "Ana Souza").one().ref


def test_line_is_released_and_restarted_only_for_who_proved_to_be_its_customer(app: Flask, db: Database) -> None:
    talk = a_conversation(db, name="Ana", contract_ref="100000")
    helena, where = Person(app, "helena"), f"/console/c/{talk}"
    forms = {"release": {"token": "u", "reason": "pagou"}, "reboot": {"token": "v", "sure": "yes"}}
    page = helena.get(where).text
    for name, form in forms.items():
        assert f"/line/{name}" not in page
        told = helena.post(f"{where}/line/{name}", form)
        assert (told.status_code, "ainda não provou" in told.text) == (409, True)
    assert rows(db, NetworkJob) == []
    # What only measures, and what is not for the customer, needs no proof.
    assert helena.post(f"{where}/line/diagnose", {"token": "t"}).status_code == 303
    assert Person(app, "karina").post(f"{where}/line/block", {"token": "w", "reason": "fraude"}).status_code == 303


def test_line_is_acted_on_from_its_conversation_once(app: Flask, db: Database) -> None:
    talk = a_conversation(db, name="Ana", contract_ref="100000")
    ana_proved_it(db, talk)
    helena, where = Person(app, "helena"), f"/console/c/{talk}/line"
    for _ in range(2):
        assert helena.post(f"{where}/diagnose", {"token": "t"}).status_code == 303
    assert helena.post(f"{where}/release", {"token": "u"}).status_code == 409
    assert helena.post(f"{where}/release", {"token": "u", "reason": "pagou no caixa"}).status_code == 303
    assert helena.post(f"{where}/reboot", {"token": "v"}).status_code == 409
    assert helena.post(f"{where}/reboot", {"token": "v", "sure": "yes"}).status_code == 303
    assert helena.post(f"{where}/block", {"token": "w", "reason": "x"}).status_code == 403
    assert Person(app, "karina").post(f"{where}/block", {"token": "w", "reason": "fraude"}).status_code == 303
    assert [row.action for row in rows(db, NetworkJob)] == [
        "diagnose",
        "release_signal",
        "reboot_onu",
        "block_signal",
    ]
    assert audited(db, "line.release") == [("helena", "contract:100000")]
    # Not their queue, not their line.
    assert Person(app, "joana").post(f"{where}/diagnose", {"token": "t"}).status_code == 403


def test_card_shows_the_latest_diagnosis_with_its_age(app: Flask, db: Database) -> None:
    talk = a_conversation(db, name="Ana", contract_ref="100000")
    ana_proved_it(db, talk)
    with db.transaction() as session:
        facts = {"line": {"onu_state": "los", "rx_dbm": -27.5}}
        session.add(
            NetworkJob(
                action="diagnose",
                contract_ref="100000",
                idempotency_key="d",
                reason="x",
                asked_by="bot",
                state="verified",
                outcome="read",
                facts=facts,
                finished_at=utc_now() - timedelta(minutes=7),
            )
        )
    page = Person(app, "helena").get(f"/console/c/{talk}").text
    card = page.split('aria-label="Linha"')[1].split("</section>")[0]
    assert "Diagnóstico de 7 min atrás" in card
    assert "Off-line · sem luz na fibra" in card.split("<details")[0]
    assert "-27,5 dBm" in card.split("<summary>Detalhes</summary>")[1]
    assert "Bloquear" not in card
    assert "Bloquear" in Person(app, "karina").get(f"/console/c/{talk}").text
