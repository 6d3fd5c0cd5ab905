"""The conversation's page: what is shown, what is hidden, and what is written down."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from core.db import Database
from handoff.access import Attendant
from models import utc_now
from models.attachment import Attachment
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.incident import Incident
from models.invoice import Invoice
from models.message import Message
from models.network_job import NetworkJob
from models.ticket import Ticket
from models.trust_unlock import TrustUnlock
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import a_conversation, a_provider, audited, the_cast

CPF, MASKED = "52998224725", "***.982.247-**"


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    a_provider(db)
    return the_cast(db)


@pytest.fixture
def app(db: Database, cast: dict[str, Attendant]) -> Flask:
    """The console."""
    return console_app(db)


@pytest.fixture
def helena(app: Flask) -> Person:
    """An agent of N1, signed in."""
    return Person(app, "helena")


def ana_is_known(db: Database, id_: int) -> None:
    """The contact proved to be Ana, with a contract, an overdue invoice and a history."""
    with db.transaction() as session:
        row = session.get_one(Conversation, id_)
        contact = session.get_one(Contact, row.contact_id)
        contact.customer_ref, contact.proved_by, contact.proved_at = "ana", "two_facts", utc_now()
        customer = Customer(ref="ana", name="Ana Souza", document=CPF, document_kind="cpf")
        session.add(customer)
        session.flush()
        contract = Contract(
            ref="1001",
            customer_id=customer.id,
            number="1001",
            plan="Fibra 500 Mega",
            monthly_fee_cents=9990,
            status="blocked",
            address="Rua das Acácias, 10, Centro",
            pppoe_login="ana.souza",
            olt="OLT-CENTRO",
            pon="0/1/0",
            cto="CTO-C-001",
            onu="HWTC00000001",
        )
        session.add(contract)
        session.flush()
        row.contract_ref, row.summary, row.handed_off_for = "1001", "Já reiniciou a ONU.", "sem sinal"
        session.add_all(
            [
                Invoice(
                    ref="i1", contract_id=contract.id, number="F-1001-1", amount_cents=9990, due_date=date(2020, 1, 5)
                ),
                Invoice(
                    ref="i0",
                    contract_id=contract.id,
                    number="PAGA",
                    amount_cents=1,
                    due_date=date(2020, 1, 5),
                    status="paid",
                ),
                NetworkJob(
                    action="release_signal",
                    contract_ref="1001",
                    idempotency_key="k",
                    reason="confiança",
                    asked_by="bot",
                    state="verified",
                    facts={"rx_dbm": -19.4},
                    log=[{"at": "2026-11-22T15:00:00+00:00", "text": "grupo suspenso removido"}],
                ),
                TrustUnlock(
                    contract_ref="1001",
                    state="kept",
                    amount_cents=9990,
                    shown_text="",
                    confirmed_text="",
                    expires_at=utc_now(),
                ),
                Ticket(protocol="OS-77", contract_ref="1001", subject="Sem sinal", text="ONU em LOS"),
                Incident(scope_kind="pon", scope="OLT-CENTRO 0/1/0", cause="rompimento de fibra"),
                Incident(scope_kind="cto", scope="CTO-L-001", cause="outro lugar"),
            ]
        )


def test_page_shows_everything_that_is_known(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    ana_is_known(db, id_)
    page = helena.get(f"/console/c/{id_}").text
    for expected in (
        "acertou duas informações do cadastro",
        "bloqueado por débito",
        "OLT-CENTRO · PON 0/1/0 · CTO-C-001",
        "R$ 99,90",
        "vencida há",
        "Liberar sinal",
        "feita e conferida",
        "-19,4",
        "grupo suspenso removido",
        "22/11/2026 12:00",
        "cumprida: pagou no prazo",
        "OS-77",
        "rompimento de fibra",
        "Já reiniciou a ONU.",
        "sem sinal",
        "(12) 98111-0001",
    ):
        assert expected in page, expected
    assert "PAGA" not in page
    assert "outro lugar" not in page


def test_page_shows_no_customer_without_a_proof(helena: Person, db: Database) -> None:
    ana_is_known(db, a_conversation(db))
    stranger = a_conversation(db, name="Zeca")
    page = re.sub(
        r'<section class="column list".*?</section>', "", helena.get(f"/console/c/{stranger}").text, flags=re.S
    )
    assert "Ainda não identificado" in page
    assert "Ana" not in page
    assert helena.post(f"/console/c/{stranger}/reveal").status_code == 404


def test_document_is_masked_until_asked_for_and_that_is_written_down(helena: Person, db: Database) -> None:
    id_ = a_conversation(db, said=f"meu cpf é {CPF}")
    ana_is_known(db, id_)
    page = helena.get(f"/console/c/{id_}").text
    assert MASKED in page
    assert "247-25" not in page
    assert CPF not in page
    assert audited(db, "document.revealed") == []
    assert helena.post(f"/console/c/{id_}/reveal", headers=LIVE).json == {"ok": True, "document": "529.982.247-25"}
    assert "529.982.247-25" in helena.post(f"/console/c/{id_}/reveal").text
    assert audited(db, "document.revealed") == [("helena", "customer:ana")] * 2


def test_looking_is_written_down_but_not_every_refresh(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    helena.get(f"/console/c/{id_}")
    for _ in range(3):
        helena.get(f"/console/c/{id_}/live")
    assert audited(db, "conversation.viewed") == [("helena", f"conversation:{id_}")]


def test_fetching_only_the_live_part_is_looking_too(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    helena.get(f"/console/c/{id_}/live")
    assert audited(db, "conversation.viewed") == [("helena", f"conversation:{id_}")]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt;"])
def test_what_people_write_is_only_text(helena: Person, db: Database, cast: dict[str, Attendant], text: str) -> None:
    id_ = a_conversation(
        db,
        said=text,
        name=text,
        handler="agent",
        owner=cast["helena"],
        summary=text,
        handed_off_for=text,
        needs_person=text,
    )
    helena.post(f"/console/c/{id_}/note", {"text": text, "token": "t"})
    for path in (f"/console/c/{id_}", f"/console/c/{id_}/live", "/console/?tab=mine", "/console/search"):
        page = helena.get(path).text
        assert text not in page, path
    assert text not in helena.post("/console/search", {"q": text}).text


def test_what_looks_like_a_template_is_shown_as_it_was_written(helena: Person, db: Database) -> None:
    page = helena.get(f"/console/c/{a_conversation(db, said='{{ 7*7 }}')}").text
    assert ">{{ 7*7 }}</p>" in page


def test_failed_and_doubtful_messages_are_plain_to_see(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    with db.transaction() as session:
        for status, error in (
            ("failed", "window_closed"),
            ("unknown", "no answer and no receipt"),
            ("discarded", None),
        ):
            session.add(
                Message(
                    conversation_id=id_, channel="whatsapp", direction="out", text=status, status=status, error=error
                )
            )
    page = helena.get(f"/console/c/{id_}").text
    assert "Não entregue: a janela de 24 horas do WhatsApp estava fechada" in page
    assert "Sem confirmação: o WhatsApp não respondeu; pode ou não ter chegado" in page
    assert "Descartada" in page


def test_the_live_part_is_sent_only_when_it_changed(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    first = helena.get(f"/console/c/{id_}/live")
    tag = first.headers["ETag"]
    same = helena.get(f"/console/c/{id_}/live", headers={"If-None-Match": tag})
    assert (same.status_code, same.data) == (304, b"")
    with db.transaction() as session:
        session.add(Message(conversation_id=id_, channel="whatsapp", direction="in", text="chegou agora"))
    changed = helena.get(f"/console/c/{id_}/live", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert "chegou agora" in changed.text
    versions = [dict(re.findall(r'data-region="(\w+)" data-v="(\w+)"', answer.text)) for answer in (first, changed)]
    assert versions[0]["thread"] != versions[1]["thread"]
    assert versions[0]["composer"] == versions[1]["composer"]


def test_a_file_is_served_to_those_who_may_see_it_and_written_down(app: Flask, helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    other = a_conversation(db, queue="Financeiro")
    with db.transaction() as session:
        page = Attachment(filename="foto.html", mime_type="text/html", sha256="0", data=b"<script>1</script>")
        picture = Attachment(filename="modem.png", mime_type="image/png", sha256="1", data=b"\x89PNG")
        session.add_all([page, picture])
        session.flush()
        rows = [
            Message(conversation_id=id_, channel="whatsapp", direction="in", kind="document", attachment_id=file.id)
            for file in (page, picture)
        ]
        session.add_all(rows)
        session.flush()
        ids = [row.id for row in rows]
    html = helena.get(f"/console/c/{id_}/files/{ids[0]}")
    assert html.mimetype == "application/octet-stream"
    assert html.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in html.headers["Content-Security-Policy"]
    shown = helena.get(f"/console/c/{id_}/files/{ids[1]}")
    assert (shown.mimetype, shown.data) == ("image/png", b"\x89PNG")
    assert audited(db, "attachment.viewed") == [("helena", f"conversation:{id_}")] * 2
    assert helena.get(f"/console/c/{other}/files/{ids[0]}").status_code == 403
    assert Person(app, "joana").get(f"/console/c/{other}/files/{ids[0]}").status_code == 404


def test_times_are_on_the_providers_clock(helena: Person, db: Database) -> None:
    id_ = a_conversation(db, said=None)
    at = (utc_now() - timedelta(days=3)).replace(hour=1, minute=30, second=0, microsecond=0, tzinfo=UTC)
    with db.transaction() as session:
        session.add(Message(conversation_id=id_, channel="whatsapp", direction="in", text="x", received_at=at))
    page = helena.get(f"/console/c/{id_}").text
    assert "22:30" in page
    assert f"{at - timedelta(days=1):%d/%m/%Y}" in page


def test_a_long_thread_shows_its_end_and_offers_the_rest(helena: Person, db: Database) -> None:
    id_ = a_conversation(db, said=None)
    start = datetime.now(UTC) - timedelta(hours=1)
    with db.transaction() as session:
        session.add_all(
            [
                Message(conversation_id=id_, channel="whatsapp", direction="in", text=f"linha-{n}.", received_at=start)
                for n in range(205)
            ]
        )
    page = helena.get(f"/console/c/{id_}").text
    assert "Mostrar 5 anteriores" in page
    assert "linha-204." in page
    assert "linha-4." not in page
    assert "linha-0." in helena.get(f"/console/c/{id_}?tudo=1").text
