"""The HTTP API: who comes in, what they may, what they get, and that an act happens once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from core.db import Database
from handoff.access import Attendant
from handoff.integrations.tokens import SCOPES, revoke
from models import utc_now
from models.api_token import ApiToken
from models.contract import Contract
from models.customer import Customer, CustomerPhone
from models.network_job import NetworkJob
from models.queue import QueueRow
from tests.integration.desk import a_conversation, a_provider, audited, conversation, messages, the_cast
from tests.integration.other_systems import BY_NAME, Clock, System, a_token
from webhooks.api.operations import OPERATIONS

ADMIN = Attendant(0, "admin", "Administração", "admin", frozenset())


@pytest.fixture
def crm(db: Database) -> System:
    """A system that may do everything."""
    a_provider(db)
    return System(db, a_token(db))


def a_customer(db: Database, number: int = 1) -> str:
    """A customer with a contract; the ref of both."""
    with db.transaction() as session:
        row = Customer(ref=f"C{number}", name="Ana Souza", document="52998224725", document_kind="cpf", email="")
        session.add(row)
        session.flush()
        session.add(CustomerPhone(customer_id=row.id, match_key="+5512981110001"))
        session.add(
            Contract(
                ref=f"C{number}",
                customer_id=row.id,
                number="100",
                plan="500 Mega",
                monthly_fee_cents=9990,
                address="Rua A, 1",
                pppoe_login=f"ana{number}",
            )
        )
    return f"C{number}"


def concrete(path: str) -> str:
    return path.replace("{conversation_id}", "1").replace("{job_id}", "1").replace("{ref}", "C1")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_refuses_a_token_without_its_scope(db: Database, operation: Any) -> None:
    others = tuple(scope for scope in SCOPES if scope != operation.scope)
    answer = System(db, a_token(db, scopes=others))._checked(operation.method, concrete(operation.path), {})
    assert answer.status_code == 403
    assert answer.get_json()["scope"] == operation.scope


def test_every_route_stands_in_the_table(crm: System) -> None:
    routes = {rule.endpoint.partition(".")[2] for rule in crm.app.url_map.iter_rules()} - {""}
    assert routes - {"openapi", "nothing"} == BY_NAME.keys()


def test_token_opens_nothing_once_revoked_expired_or_unknown(db: Database) -> None:
    clock = Clock(utc_now())
    secret = a_token(db, expires_at=clock.at + timedelta(hours=1))
    system = System(db, secret, now=clock)
    assert system.get("/tickets").status_code == 200
    clock.at += timedelta(hours=2)
    assert system.get("/tickets").status_code == 401
    clock.at -= timedelta(hours=2)
    with db.transaction() as session:
        revoke(session, session.query(ApiToken).one().id, ADMIN)
    answer = system.get("/tickets")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert System(db, "religa_nothing").get("/tickets").status_code == 401


def test_token_is_kept_as_a_hash_and_its_use_is_noted(db: Database) -> None:
    secret = a_token(db)
    System(db, secret).get("/tickets")
    with db.transaction() as session:
        row = session.query(ApiToken).one()
        assert secret not in {row.token_hash, row.prefix, row.name}
        assert secret.startswith(row.prefix)
        assert row.last_used_at is not None


def test_token_that_asks_too_often_is_told_when_to_come_again(db: Database) -> None:
    clock = Clock(utc_now())
    system = System(db, a_token(db), now=clock, per_minute=60, burst=2)
    assert [system.get("/tickets").status_code for _ in range(3)] == [200, 200, 429]
    wait = int(system.get("/tickets").headers["Retry-After"])
    clock.at += timedelta(seconds=wait)
    assert system.get("/tickets").status_code == 200


def test_problem_speaks_the_language_that_is_asked_for(crm: System) -> None:
    assert crm.get("/nothing").get_json()["title"] == "Não encontrado"
    assert crm.get("/nothing", headers={"Accept-Language": "en"}).get_json()["title"] == "Not found"
    assert crm.get("/conversations/99999999999999").status_code == 404


def test_request_that_does_not_fit_is_told_where_without_repeating_it(crm: System) -> None:
    answer = crm.get("/conversations?handler=52998224725&what=1&opened_after=yesterday&limit=999")
    assert answer.status_code == 400
    assert {error["where"] for error in answer.get_json()["errors"]} == {"handler", "body", "opened_after", "limit"}
    assert "52998224725" not in answer.text
    assert crm.post("/tickets", {"subject": "x\x00"}).status_code == 400
    assert crm.post("/tickets", [1]).status_code == 400


def test_document_is_masked_unless_the_scope_says_otherwise(db: Database, crm: System) -> None:
    ref = a_customer(db)
    assert crm.get(f"/customers/{ref}").get_json()["document"] == "52998224725"
    plain = System(db, a_token(db, "plain", ("customers.read",)))
    assert plain.get(f"/customers/{ref}").get_json()["document"] == "***.982.247-**"
    assert plain.get("/customers").get_json()["items"][0]["document"] == "***.982.247-**"
    assert audited(db, "customer.viewed") == [
        ("api:crm", "customer:C1"),
        ("api:plain", "customer:C1"),
        ("api:plain", "customer:C1"),
    ]


def test_contract_is_told_with_its_customer(db: Database, crm: System) -> None:
    ref = a_customer(db)
    assert crm.get(f"/contracts/{ref}").get_json()["customer_ref"] == "C1"
    assert [item["ref"] for item in crm.get("/contracts?customer=C1&status=active").get_json()["items"]] == [ref]
    assert crm.get("/contracts?customer=C2").get_json()["items"] == []
    assert crm.get("/contracts/C9").status_code == 404


def test_contract_says_why_it_is_blocked_only_while_it_is(db: Database, crm: System) -> None:
    ref = a_customer(db)
    assert crm.get(f"/contracts/{ref}").get_json()["blocked_for"] is None
    with db.transaction() as session:
        session.query(Contract).one().status = "blocked"
    assert crm.get(f"/contracts/{ref}").get_json()["blocked_for"] == "debt"


def test_phone_of_a_contact_is_masked_without_the_scope_of_customers(db: Database, crm: System) -> None:
    number = a_conversation(db)
    assert crm.get(f"/conversations/{number}").get_json()["contact"]["phone"].startswith("5512")
    plain = System(db, a_token(db, "plain", ("conversations.read",)))
    assert "*" in plain.get(f"/conversations/{number}").get_json()["contact"]["phone"]
    assert ("api:plain", f"conversation:{number}") in audited(db, "conversation.viewed")


def test_acts_go_through_the_desk_under_the_token_s_name(db: Database, crm: System) -> None:
    number = a_conversation(db)
    one = f"/conversations/{number}"
    assert crm.post(f"{one}/replies", {"text": "oi"}).status_code == 409
    assert crm.post(f"{one}/take").status_code == 200
    assert crm.post(f"{one}/replies", {"text": "Já vimos, Ana."}).status_code == 201
    assert crm.post(f"{one}/notes", {"text": "veio do CRM"}).status_code == 201
    assert crm.post(f"{one}/tags", {"add": ["Fibra", "vip"], "remove": ["vip"]}).status_code == 200
    assert crm.post(f"{one}/transfer", {"queue": "Financeiro", "note": "ver fatura"}).status_code == 200
    assert crm.post(f"{one}/close").status_code == 409
    row = conversation(db, number)
    assert (row.handler, row.queue, row.tags) == ("queue", "Financeiro", ["fibra"])
    assert [message.author for message in messages(db, number, "out")] == ["agent:api:crm"]
    assert audited(db, "message.sent") == [("api:crm", f"conversation:{number}")]
    directions = [item["direction"] for item in crm.get(f"{one}/messages").get_json()["items"]]
    assert directions == ["in", "event", "out", "note", "event"]


def test_conversation_is_given_back_and_closed(db: Database, crm: System) -> None:
    number, other = a_conversation(db), a_conversation(db, name="Bia")
    for each in (number, other):
        crm.post(f"/conversations/{each}/take")
    assert crm.post(f"/conversations/{number}/give-back").status_code == 200
    assert crm.post(f"/conversations/{other}/close").status_code == 200
    assert [conversation(db, each).handler for each in (number, other)] == ["bot", "closed"]
    found = crm.get("/conversations?handler=closed").get_json()["items"]
    assert [item["id"] for item in found] == [other]


def test_conversation_of_a_person_is_not_taken_from_them(db: Database, crm: System) -> None:
    helena = the_cast(db, "helena")["helena"]
    number = a_conversation(db, handler="agent", owner=helena)
    answer = crm.post(f"/conversations/{number}/take")
    assert (answer.status_code, answer.get_json()["detail"]) == (409, "Esta conversa está com Helena Castro.")


def test_same_key_is_the_same_act_and_another_body_is_refused(db: Database, crm: System) -> None:
    number = a_conversation(db)
    first = crm.post(f"/conversations/{number}/notes", {"text": "um"}, key="k1")
    again = crm.post(f"/conversations/{number}/notes", {"text": "um"}, key="k1")
    other = crm.post(f"/conversations/{number}/notes", {"text": "dois"}, key="k1")
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == 409
    assert len(messages(db, number, "note")) == 1
    bare = crm._checked("POST", f"/conversations/{number}/notes", {"json": {"text": "um"}})
    assert bare.status_code == 400


def test_refused_act_uses_no_key(db: Database, crm: System) -> None:
    number = a_conversation(db)
    path, body = f"/conversations/{number}/replies", {"text": "oi"}
    assert crm.post(path, body, key="k1").status_code == 409
    crm.post(f"/conversations/{number}/take")
    assert crm.post(path, body, key="k1").status_code == 201


def test_two_requests_at_once_with_one_key_are_one_act(db: Database, crm: System) -> None:
    a_customer(db)
    barrier = threading.Barrier(4)
    answers: list[Any] = []

    def ask() -> None:
        barrier.wait()
        body = {"contract_ref": "C1", "subject": "Sem sinal", "text": "LOS"}
        answers.append(crm.post("/tickets", body, key="same"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [answer.get_json()["id"] for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code != 201]
    assert set(done) == {1}
    assert all(answer.status_code == 409 and answer.headers["Retry-After"] for answer in waiting)
    assert len(crm.get("/tickets?contract=C1").get_json()["items"]) == 1


def test_action_on_the_network_is_asked_for_once_and_waits_for_its_approvals(db: Database, crm: System) -> None:
    a_customer(db)
    body = {"action": "reboot", "contract_ref": "C1", "reason": "pedido do CRM"}
    asked = crm.post("/jobs", body, key="k1")
    assert asked.status_code == 202
    assert (asked.get_json()["action"], asked.get_json()["asked_by"]) == ("reboot", "agent:api:crm")
    assert crm.get(f"/jobs/{asked.get_json()['id']}").get_json()["state"] in ("asked", "approved")
    assert crm.post("/jobs", {**body, "action": "deprovision_onu"}).status_code == 400
    assert crm.post("/jobs", {"action": "reboot", "contract_ref": "C1"}).status_code == 400
    assert crm.post("/jobs", {**body, "contract_ref": "C9"}).status_code == 409
    with db.transaction() as session:
        row = session.query(NetworkJob).one()
        assert (row.asked_by, row.reason) == ("agent:api:crm", "pedido do CRM")
    assert audited(db, "line.reboot") == [("api:crm", "contract:C1")]


def test_answer_that_did_not_change_is_not_sent_again(db: Database, crm: System) -> None:
    a_customer(db)
    tag = crm.get("/contracts/C1").headers["ETag"]
    assert crm.get("/contracts/C1", headers={"If-None-Match": tag}).status_code == 304


def test_queue_that_is_not_there_is_refused(db: Database, crm: System) -> None:
    with db.transaction() as session:
        assert session.query(QueueRow).count() == 0
    number = a_conversation(db)
    crm.post(f"/conversations/{number}/take")
    assert crm.post(f"/conversations/{number}/transfer", {"queue": "N9"}).status_code == 409
