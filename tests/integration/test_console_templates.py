"""Templates in the console: what an agent may send, the supervisors' page, and consent on the customer's card."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from core.db import Database
from handoff.access import Attendant
from models.audit import Audit
from models.channel_template import ChannelTemplate, usable_template
from models.consent import Consent
from models.message import Message
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import a_conversation, a_provider, messages, the_cast
from tests.integration.doors import planned, rows
from tests.integration.template_rows import a_template


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    a_provider(db)
    return the_cast(db)


def sent(db: Database, conversation_id: int) -> list[Message]:
    return messages(db, conversation_id, "out")


FORM = {"purpose": "reopen", "value-name": "Davi", "value-protocol": "123", "token": "t1"}


def test_owner_is_offered_templates_with_what_is_known_filled_in(db: Database, cast: dict[str, Attendant]) -> None:
    a_template(db)
    talk = a_conversation(db, name="Davi Rocha", handler="agent", owner=cast["helena"], hours_ago=30)
    page = Person(console_app(db), "helena").get(f"/console/c/{talk}").text
    assert "Modelos aprovados (1)" in page
    assert "Retomar a conversa" in page
    assert re.search(r'name="value-name" value="Davi"', page)
    assert re.search(r'name="value-protocol" value="\d{15}"', page)


def test_nobody_else_is_offered_templates(db: Database, cast: dict[str, Attendant]) -> None:
    a_template(db)
    talk = a_conversation(db, handler="queue", hours_ago=30)
    assert "Modelos aprovados" not in Person(console_app(db), "helena").get(f"/console/c/{talk}").text


def test_template_is_sent_once_with_an_audit_row(db: Database, cast: dict[str, Attendant]) -> None:
    a_template(db)
    talk = a_conversation(db, handler="agent", owner=cast["helena"], hours_ago=30)
    helena = Person(console_app(db), "helena")
    for _ in range(2):
        assert helena.post(f"/console/c/{talk}/template", FORM).status_code == 303
    (message,) = sent(db, talk)
    assert (message.kind, message.payload["values"]) == ("template", {"name": "Davi", "protocol": "123"})
    assert planned(db, "deliver") == [message.id]
    with db.transaction() as session:
        row = session.scalars(select(Audit).where(Audit.action == "template.sent")).one()
    assert (row.actor, row.detail) == ("helena", {"message_id": message.id, "template": "reopen_1a2b3c4d"})


def test_missing_value_is_named_and_nothing_is_sent(db: Database, cast: dict[str, Attendant]) -> None:
    a_template(db)
    talk = a_conversation(db, handler="agent", owner=cast["helena"], hours_ago=30)
    answer = Person(console_app(db), "helena").post(
        f"/console/c/{talk}/template", {**FORM, "value-protocol": " "}, headers=LIVE
    )
    assert (answer.status_code, answer.json) == (409, {"ok": False, "problem": "Protocolo: falta o valor."})
    assert sent(db, talk) == []


def test_time_left_of_the_window_is_told(db: Database, cast: dict[str, Attendant]) -> None:
    helena = Person(console_app(db), "helena")
    early = a_conversation(db, handler="agent", owner=cast["helena"], hours_ago=4)
    late = a_conversation(db, handler="agent", owner=cast["helena"], hours_ago=22.4)
    assert re.search(r"A janela fecha em 19 h, às \d\d:\d\d", helena.get(f"/console/c/{early}").text)
    assert re.search(r'class="warn"[^>]*>A janela fecha em 1 h 30 min', helena.get(f"/console/c/{late}").text)


def test_supervisor_sees_every_template_and_asks_for_news(db: Database, cast: dict[str, Attendant]) -> None:
    a_template(db)
    a_template(db, "survey", category="MARKETING", status="PAUSED", reason="FIRST_PAUSE")
    karina = Person(console_app(db), "karina")
    page = karina.get("/console/modelos").text
    for words in ("Retomar a conversa", "aprovado", "cobrado como marketing", "Pedido como utilidade", "FIRST_PAUSE"):
        assert words in page
    assert karina.post("/console/modelos/sync").status_code == 303
    karina.post("/console/modelos/sync")
    assert planned(db, "sync_templates") == [0]
    assert "Pedido feito" in karina.get("/console/modelos").text


def test_supervisor_lets_a_blocked_template_go_again(db: Database, cast: dict[str, Attendant]) -> None:
    blocked = a_template(db, blocked_for="graph_132000")
    old = a_template(db, name="old", blocked_for="superseded")
    karina = Person(console_app(db), "karina")
    for id_ in (blocked, old):
        assert karina.post(f"/console/modelos/{id_}/unblock").status_code == 303
    assert karina.post("/console/modelos/99/unblock").status_code == 404
    assert [row.blocked_for for row in rows(db, ChannelTemplate)] == [None, "superseded"]


def test_house_has_a_template_of_its_own_go_for_a_purpose_and_takes_it_back(
    db: Database, cast: dict[str, Attendant]
) -> None:
    a_template(db, "survey")
    ours = a_template(db)
    body = [{"type": "BODY", "text": "Protocolo {{1}}: {{2}}, vamos continuar?"}]
    more = {"name": "volta", "category_expected": "", "components": body, "variables": []}
    own = a_template(db, "", **more)
    karina = Person(console_app(db), "karina")
    page = karina.get("/console/modelos").text
    assert page.count("Usar no lugar de um nosso") == 1
    assert 'value="survey"' not in page
    where, form = f"/console/modelos/{own}/purpose", {"value-0": "protocol", "value-1": "name"}
    for wrong in (
        {"purpose": "survey"},
        {"purpose": "reopen", "value-1": "amount"},
        {"purpose": "reopen", "value-0": ""},
    ):
        assert karina.post(where, {**form, **wrong}).status_code == 409, wrong
    assert karina.post(f"/console/modelos/{ours}/purpose", {**form, "purpose": "reopen"}).status_code == 409
    assert karina.post(where, {**form, "purpose": "reopen"}).status_code == 303
    with db.transaction() as session:
        chosen = usable_template(session, "whatsapp", "reopen", "pt_BR")
        assert chosen is not None
        assert (chosen.id, chosen.variables) == (own, ["protocol", "name"])
        detail = session.scalars(select(Audit.detail).where(Audit.action == "template.chosen")).one()
    assert detail == {"before": "", "after": "reopen"}
    assert "Usado no lugar do nosso" in karina.get("/console/modelos").text
    assert karina.post(where, {"purpose": ""}).status_code == 303
    with db.transaction() as session:
        left = usable_template(session, "whatsapp", "reopen", "pt_BR")
    assert left is not None
    assert left.id == ours


def test_page_of_templates_is_for_supervisors(db: Database, cast: dict[str, Attendant]) -> None:
    helena = Person(console_app(db), "helena")
    assert helena.get("/console/modelos").status_code == 403
    assert helena.post("/console/modelos/sync").status_code == 403


def test_agent_writes_down_what_the_customer_said_once_with_its_reason(
    db: Database, cast: dict[str, Attendant]
) -> None:
    talk = a_conversation(db)
    helena = Person(console_app(db), "helena")
    assert "Nunca autorizou promoções" in helena.get(f"/console/c/{talk}").text
    form = {"decision": "in", "reason": "pediu na loja", "token": "t1"}
    for _ in range(2):
        assert helena.post(f"/console/c/{talk}/consent", form).status_code == 303
    page = helena.get(f"/console/c/{talk}").text
    assert "Quer promoções desde" in page
    assert "pediu na loja" in page
    (row,) = rows(db, Consent)
    assert (row.decision, row.source, row.recorded_by) == ("in", "agent", "helena")
    with db.transaction() as session:
        audits = session.scalars(select(Audit).where(Audit.action == "consent.recorded")).all()
    assert [audit.detail["decision"] for audit in audits] == ["in"]
    assert [message.text for message in messages(db, talk, "event")] == [
        "Registrado: o cliente quer receber promoções."
    ]


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"decision": "", "reason": "x"}, "Escolha"),
        ({"decision": "in", "reason": " "}, "Escreva como"),
        ({"decision": "out", "reason": "x" * 301}, "300 caracteres"),
    ],
)
def test_consent_without_a_decision_or_a_reason_is_not_kept(
    db: Database, cast: dict[str, Attendant], form: dict[str, str], problem: str
) -> None:
    talk = a_conversation(db)
    answer = Person(console_app(db), "helena").post(f"/console/c/{talk}/consent", {**form, "token": "t"}, headers=LIVE)
    assert problem in str(answer.json)
    assert rows(db, Consent) == []
