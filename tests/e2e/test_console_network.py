"""The network's pages in a browser: maps, logs and progress that move."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core.db import Database
from handoff.access import Attendant
from models import utc_now
from models.network_job import NetworkJob
from tests.e2e.console_scene import address, cast, server, sign_in
from tests.e2e.network_scene import a_batch, a_network, an_incident, some_jobs
from tests.integration.desk import PASSWORD

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


def test_map_opens_what_is_in_trouble_and_never_calls_a_silent_olt_down(
    desktop_page: Page, address: str, cast: dict[str, Attendant], db: Database
) -> None:
    a_network(db)
    an_incident(db)
    sign_in(desktop_page, address, "igor")
    desktop_page.goto(f"{address}/network")
    expect(desktop_page.get_by_text("não responde: estado desconhecido")).to_be_visible()
    silent = desktop_page.locator(".olt.silent")
    expect(silent.locator(".words")).to_have_text("192 não lidas")
    desktop_page.get_by_role("link", name="CTO-1-022 6 sem luz").click()
    expect(desktop_page.get_by_role("heading", name="CTO-1-022")).to_be_visible()
    expect(desktop_page.locator(".line.s-los")).to_have_count(6)


def test_log_of_a_running_job_grows_on_the_page(
    desktop_page: Page, address: str, cast: dict[str, Attendant], db: Database
) -> None:
    running, _ = some_jobs(db)
    sign_in(desktop_page, address, "karina")
    desktop_page.goto(f"{address}/network/jobs/{running}")
    log = desktop_page.get_by_label("Registro da ação")
    expect(log.locator("li")).to_have_count(3)
    with db.transaction() as session:
        job = session.get_one(NetworkJob, running)
        job.log = [*job.log, {"at": utc_now().isoformat(), "text": "CoA-ACK de 10.0.0.1"}]
    expect(log.get_by_text("CoA-ACK de 10.0.0.1")).to_be_visible()
    with db.transaction() as session:
        job = session.get_one(NetworkJob, running)
        job.state, job.outcome, job.finished_at = "verified", "released", utc_now()
    expect(desktop_page.get_by_text("Feita, e conferida no equipamento.")).to_be_visible()


def test_progress_of_a_batch_moves_and_it_can_be_paused(
    phone_page: Page, address: str, cast: dict[str, Attendant], db: Database
) -> None:
    batch = a_batch(db, total=10, done=4, problems=0)
    sign_in(phone_page, address, "karina")
    phone_page.goto(f"{address}/network/batches/{batch}")
    bar = phone_page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "40")
    with db.transaction() as session:
        for job in session.query(NetworkJob).where(NetworkJob.state == "approved").limit(2):
            job.state, job.finished_at = "verified", utc_now() + timedelta(seconds=1)
    expect(bar).to_have_attribute("aria-valuenow", "60")
    phone_page.get_by_role("button", name="Pausar").click()
    expect(phone_page.get_by_role("button", name="Continuar")).to_be_visible()


def test_technician_lands_on_installations_and_finds_large_targets(
    phone_page: Page, address: str, cast: dict[str, Attendant], db: Database
) -> None:
    a_network(db, pons=1, ctos=1)
    phone_page.goto(f"{address}/login")
    phone_page.get_by_label("Usuário").fill("lucas")
    phone_page.get_by_label("Senha").fill(PASSWORD)
    phone_page.get_by_role("button", name="Entrar").click()
    expect(phone_page.get_by_role("heading", name="Instalações")).to_be_visible()
    phone_page.get_by_label("OLT").select_option("OLT-01")
    phone_page.get_by_role("button", name="Procurar ONUs novas").click()
    expect(phone_page.get_by_text("Lendo a lista da OLT-01…")).to_be_visible()
    with db.transaction() as session:
        job = session.query(NetworkJob).one()
        found = [{"pon": "0/1/0", "serial": "HWTCAABBCCDD", "model": "EG8145", "found_at": None}]
        job.state, job.outcome, job.finished_at = "verified", "read", utc_now()
        job.facts = {"found": found, "pons": {"0/1/0": {"used": 6, "limit": 64}}}
    choice = phone_page.locator("label", has_text="HWTCAABBCCDD")
    expect(choice).to_contain_text("6 de 64 na PON")
    box = choice.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    choice.click()
    phone_page.get_by_label("Contrato ou login").fill("100000")
    phone_page.get_by_label("Li este serial").check()
    phone_page.get_by_role("button", name="Conferir o endereço").click()
    expect(phone_page.get_by_text("Ana Souza")).to_be_visible()
