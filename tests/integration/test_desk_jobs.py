"""Second copies, tickets, visits and the Wi-Fi from a conversation: asked once, done once, refused in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import select, update

from bot.desk_jobs import DeskWork, do_desk_job, give_up
from bot.texts import Texts
from core.db import Database
from core.errors import Refused, Unreachable
from handoff.access import Attendant
from models import utc_now
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.desk_job import DeskJob
from models.device import Device
from models.erp_health import ErpHealth
from models.invoice import Invoice
from models.network_job import NetworkJob
from models.ticket import Ticket
from provisioning.vault import Vault
from tests.fake_erp import FakeErp
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_provider, audited, messages, the_cast
from tests.integration.test_console_conversation import ana_is_known
from tests.unit.billing.build import a_provider as provider_value
from tests.unit.billing.build import an_invoice

VAULT = Vault(Fernet.generate_key().decode())
SURE = {"token": "t", "sure": "yes"}
TICKET = {**SURE, "subject": "Sem luz", "text": "LOS desde ontem"}


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    a_provider(db)
    return the_cast(db)


@pytest.fixture
def app(db: Database, cast: dict[str, Attendant]) -> Flask:
    return console_app(db, vault=VAULT)


@pytest.fixture
def talk(db: Database, cast: dict[str, Attendant]) -> int:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    ana_is_known(db, id_)
    return id_


@pytest.fixture
def erp() -> FakeErp:
    made = FakeErp()
    made.add(an_invoice(ref="i1", contract_ref="1001", status="open", hold=""))
    return made


def bill(db: Database) -> int:
    with db.transaction() as session:
        return session.scalars(select(Invoice.id).where(Invoice.ref == "i1")).one()


def jobs(db: Database) -> list[DeskJob]:
    with db.transaction() as session:
        return list(session.scalars(select(DeskJob).order_by(DeskJob.id)))


def work(db: Database, erp: FakeErp) -> None:
    """All that waits, twice over, as after a worker that died."""
    desk = DeskWork(db, erp, Texts.load(), provider_value)
    for job in jobs(db):
        for _ in range(2):
            do_desk_job(job.id, work=desk)


def copy(person: Person, db: Database, talk: int, **form: Any) -> int:
    return person.post(f"/console/c/{talk}/invoices/{bill(db)}/copy", {**SURE, **form}).status_code


def test_second_copy_goes_once_as_the_agents_message(app: Flask, db: Database, talk: int, erp: FakeErp) -> None:
    helena = Person(app, "helena")
    assert [copy(helena, db, talk) for _ in range(2)] == [303, 303]
    work(db, erp)
    sent = messages(db, talk, "out")
    assert [(row.author, row.kind) for row in sent] == [("agent:helena", "document")]
    assert "00020126PIX6304ABCD" in sent[0].text
    assert "Ana" in sent[0].text
    assert jobs(db)[0].state == "done"
    assert "Segunda via enviada." in helena.get(f"/console/c/{talk}").text
    assert audited(db, "second_copy.asked") == [("helena", "contract:1001")]


def test_same_document_goes_again_within_minutes(app: Flask, db: Database, talk: int, erp: FakeErp) -> None:
    helena = Person(app, "helena")
    for token in "ab":
        copy(helena, db, talk, token=token)
        work(db, erp)
    first, second = messages(db, talk, "out")
    assert (first.text, first.attachment_id) == (second.text, second.attachment_id)
    assert erp.asked.count("second_copy") == 1


def test_second_copy_is_refused_with_words(app: Flask, db: Database, talk: int, erp: FakeErp) -> None:
    helena, karina = Person(app, "helena"), Person(app, "karina")
    assert copy(karina, db, talk) == 409
    assert copy(helena, db, talk, sure="") == 409
    assert helena.post(f"/console/c/{talk}/invoices/999/copy", SURE).status_code == 409
    assert helena.post(f"/console/c/{talk}/invoices/{bill(db)}/copy", {"sure": "yes"}).status_code == 400
    copy(helena, db, talk, token="held")
    erp.add(an_invoice(ref="i1", contract_ref="1001", status="open", hold="disputed"))
    work(db, erp)
    copy(helena, db, talk, token="paid")
    erp.pay("i1")
    work(db, erp)
    assert [row.state for row in jobs(db)] == ["refused", "refused"]
    assert "contestada" in jobs(db)[0].outcome
    assert "não está mais em aberto" in jobs(db)[1].outcome
    assert messages(db, talk, "out") == []


def test_copy_is_not_sent_once_somebody_else_has_the_conversation(
    app: Flask, db: Database, talk: int, erp: FakeErp, cast: dict[str, Attendant]
) -> None:
    copy(Person(app, "helena"), db, talk)
    with db.transaction() as session:
        session.execute(update(Conversation).values(agent_id=cast["karina"].id))
    work(db, erp)
    assert messages(db, talk, "out") == []
    assert jobs(db)[0].state == "refused"


def test_erp_that_stays_away_is_said(app: Flask, db: Database, talk: int, erp: FakeErp) -> None:
    copy(Person(app, "helena"), db, talk)
    erp.switch_off()
    with pytest.raises(Unreachable):
        work(db, erp)
    give_up(jobs(db)[0].id, work=DeskWork(db, erp, Texts.load(), provider_value))
    assert (jobs(db)[0].state, jobs(db)[0].outcome) == (
        "refused",
        "O ERP não respondeu. Tente de novo em alguns minutos.",
    )


def test_ticket_is_opened_once_in_the_erp(app: Flask, db: Database, talk: int, erp: FakeErp) -> None:
    igor = Person(app, "helena")
    for _ in range(2):
        assert igor.post(f"/console/c/{talk}/desk/ticket", TICKET).status_code == 303
    work(db, erp)
    assert erp.asked == ["open_ticket"]
    with db.transaction() as session:
        row = session.scalars(select(Ticket).where(Ticket.protocol == "T-1")).one()
        assert (row.subject, row.conversation_id, row.contract_ref) == ("Sem luz", talk, "1001")


def test_visit_says_what_the_customer_prefers(app: Flask, db: Database, talk: int) -> None:
    helena, day = Person(app, "helena"), utc_now().date() + timedelta(days=3)
    wish = {**SURE, "day": day.isoformat(), "period": "morning", "text": "trocar conector"}
    assert helena.post(f"/console/c/{talk}/desk/visit", {**wish, "day": "2020-01-01"}).status_code == 409
    assert helena.post(f"/console/c/{talk}/desk/visit", {**wish, "day": "amanhã"}).status_code == 409
    assert helena.post(f"/console/c/{talk}/desk/visit", wish).status_code == 303
    work(db, FakeErp(frozenset()))
    with db.transaction() as session:
        row = session.scalars(select(Ticket).where(Ticket.subject == "Visita técnica")).one()
        assert row.protocol == session.get_one(Conversation, talk).protocol
        assert "manhã" in row.text


def test_ticket_in_doubt_is_not_asked_for_again(app: Flask, db: Database, talk: int, erp: FakeErp) -> None:
    Person(app, "helena").post(f"/console/c/{talk}/desk/ticket", TICKET)
    erp.broken = Unreachable("timeout", ambiguous=True)
    work(db, erp)
    erp.switch_on()
    work(db, erp)
    assert erp.asked == []
    assert jobs(db)[0].state == "unknown"
    with db.transaction() as session:
        session.execute(update(DeskJob).values(state="running"))
    work(db, erp)
    assert (erp.asked, jobs(db)[0].state) == ([], "unknown")


def test_refusal_of_the_erp_is_told(app: Flask, db: Database, talk: int, erp: FakeErp) -> None:
    Person(app, "helena").post(f"/console/c/{talk}/desk/ticket", TICKET)
    erp.broken = Refused("unknown_contract", "contrato não existe")
    work(db, erp)
    assert jobs(db)[0].outcome == "O ERP recusou o chamado: contrato não existe"


def test_wifi_is_changed_with_a_locked_password(app: Flask, db: Database, talk: int) -> None:
    helena, where = Person(app, "helena"), f"/console/c/{talk}/desk/wifi"
    form = {**SURE, "ssid": "Casa da Ana", "password": "segredo-da-ana"}
    assert "Nenhum ACS" in helena.post(where, form).text
    with db.transaction() as session:
        session.add(Device(name="ACS", kind="simulator_acs", role="acs", fields={}))
    short = helena.post(where, {**form, "password": "curta"})
    assert (short.status_code, "de 8 a 63" in short.text) == (409, True)
    for _ in range(2):
        assert helena.post(where, form).status_code == 303
    with db.transaction() as session:
        job = session.scalars(select(NetworkJob).where(NetworkJob.action == "set_wifi")).one()
        assert job.arguments == {"ssid": "Casa da Ana"}
        assert b"segredo-da-ana" not in (job.secrets or b"")
        assert VAULT.unlock(job.secrets) == {"wifi_password": "segredo-da-ana"}
    assert "segredo-da-ana" not in helena.get(f"/console/c/{talk}").text
    assert len(audited(db, "line.wifi")) == 2


def test_card_says_how_old_it_is_while_the_erp_is_away(app: Flask, db: Database, talk: int) -> None:
    helena = Person(app, "helena")
    assert "O ERP não responde" not in helena.get(f"/console/c/{talk}").text
    with db.transaction() as session:
        session.execute(update(Contract).values(seen_at=utc_now() - timedelta(hours=2)))
        session.add(ErpHealth(name="ixc", failures=5, open_until=utc_now() + timedelta(minutes=1)))
    assert "como estavam há 2 h" in helena.get(f"/console/c/{talk}").text


def test_nobody_asks_for_what_they_may_not_see(app: Flask, db: Database, talk: int) -> None:
    joana = Person(app, "joana")
    for path, form in (("desk/ticket", TICKET), ("desk/wifi", SURE), ("desk/visit", SURE)):
        assert joana.post(f"/console/c/{talk}/{path}", form).status_code == 403
    assert Person(app, "lucas").post(f"/console/c/{talk}/desk/ticket", TICKET).status_code == 403
    assert jobs(db) == []


def test_nothing_is_asked_for_somebody_who_has_not_proved_to_be_the_customer(
    app: Flask, db: Database, talk: int
) -> None:
    """The conversation still knows its contract, but the proof is gone: so it is after a merge."""
    helena, day = Person(app, "helena"), utc_now().date() + timedelta(days=3)
    with db.transaction() as session:
        session.add(Device(name="ACS", kind="simulator_acs", role="acs", fields={}))
        session.execute(update(Contact).values(customer_ref=None, proved_by=None, proved_at=None))
    forms = {
        "ticket": TICKET,
        "visit": {**SURE, "day": day.isoformat(), "period": "morning", "text": "trocar conector"},
        "wifi": {**SURE, "ssid": "Casa da Ana"},
    }
    for name, form in forms.items():
        told = helena.post(f"/console/c/{talk}/desk/{name}", form)
        assert (told.status_code, "ainda não provou" in told.text) == (409, True), name
    assert jobs(db) == []
    with db.transaction() as session:
        assert session.scalars(select(NetworkJob).where(NetworkJob.action == "set_wifi")).all() == []
