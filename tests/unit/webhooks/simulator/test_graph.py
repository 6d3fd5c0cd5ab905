"""The stand-in of the Graph API over HTTP: answers, errors, media, failures that can be switched on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.unit.webhooks.simulator.standin import ANA, GISELE, PHONE_ID, SECRET, TOKEN, StandIn, standing_in, wait_until
from webhooks.simulator.meta import signature

TEXT = {"messaging_product": "whatsapp", "to": ANA, "type": "text", "text": {"body": "Olá"}}
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[StandIn]:
    with standing_in(tmp_path) as running:
        running.write("oi")
        wait_until(lambda: len(running.values("messages")) == 1)
        yield running


def fail(product: StandIn, **wanted: object) -> None:
    answer = product.session.post(f"{product.base_url}/simulator/control", json=wanted, timeout=10)
    assert answer.status_code == 200, answer.text


def test_message_is_answered_with_an_id_and_followed_by_signed_statuses(product: StandIn) -> None:
    answer = product.graph("messages", TEXT | {"biz_opaque_callback_data": "outbox-9"})
    body = answer.json()
    assert body["contacts"][0]["input"] == body["contacts"][0]["wa_id"] == ANA
    wait_until(lambda: len(product.values("statuses")) == 2)
    statuses = product.values("statuses")
    assert [status["status"] for status in statuses] == ["sent", "delivered"]
    assert {status["id"] for status in statuses} == {body["messages"][0]["id"]}
    assert {status["biz_opaque_callback_data"] for status in statuses} == {"outbox-9"}
    expected = [signature(SECRET, raw) for raw in product.bodies]
    assert product.signatures == expected


def test_number_is_rewritten_when_whatsapp_knows_it_without_the_ninth_digit(product: StandIn) -> None:
    contact = product.graph("messages", TEXT | {"to": "5512981110007"}).json()["contacts"][0]
    assert (contact["input"], contact["wa_id"]) == ("5512981110007", GISELE)


def test_call_is_refused_when_token_version_or_number_is_wrong(product: StandIn) -> None:
    wrong_token = product.graph("messages", TEXT, token="outro")
    assert (wrong_token.status_code, wrong_token.json()["error"]["code"]) == (401, 190)
    root = f"{product.base_url}/simulator/graph"
    wrong_number = product.session.post(f"{root}/v24.0/1/messages", json=TEXT, headers=BEARER, timeout=10)
    assert (wrong_number.status_code, wrong_number.json()["error"]["error_subcode"]) == (400, 33)
    wrong_version = product.session.post(f"{root}/novo/{PHONE_ID}/messages", json=TEXT, headers=BEARER, timeout=10)
    assert wrong_version.json()["error"]["code"] == 2500


def test_error_has_the_parts_of_a_graph_error(product: StandIn) -> None:
    answer = product.graph("messages", TEXT | {"text": {"body": "x" * 4097}})
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert (error["code"], error["type"]) == (131009, "OAuthException")
    assert "4096" in error["error_data"]["details"]
    assert error["fbtrace_id"]


def test_free_text_fails_afterwards_when_the_customer_did_not_write_within_a_day(product: StandIn) -> None:
    assert product.graph("messages", TEXT | {"to": GISELE}).status_code == 200
    wait_until(lambda: len(product.values("statuses")) == 1)
    status = product.values("statuses")[0]
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131047)


def test_user_id_in_to_is_answered_like_success_and_lost(product: StandIn) -> None:
    user_id = product.values("messages")[0]["from_user_id"]
    assert product.graph("messages", TEXT | {"to": user_id}).status_code == 200
    reached = {key: value for key, value in TEXT.items() if key != "to"} | {"recipient": user_id}
    assert product.graph("messages", reached).status_code == 200
    wait_until(lambda: len(product.values("statuses")) == 2)
    state = product.session.get(f"{product.base_url}/simulator/control", timeout=10).json()
    assert state["dropped"] == 1


def test_receipt_marks_the_message_read_and_shows_typing(product: StandIn) -> None:
    receipt = {"messaging_product": "whatsapp", "status": "read", "typing_indicator": {"type": "text"}}
    message_id = product.values("messages")[0]["id"]
    assert product.graph("messages", receipt | {"message_id": message_id}).json() == {"success": True}
    chat = product.session.get(f"{product.base_url}/simulator/api/chats/{ANA}", timeout=10).json()
    assert chat["typing"] is True
    assert chat["messages"][0]["status"] == "read"
    unknown = product.graph("messages", receipt | {"message_id": "wamid.nada"})
    assert unknown.json()["error"]["code"] == 131009


def test_file_comes_back_as_it_went_in(product: StandIn) -> None:
    media_id = product.upload(b"%PDF-1.4 conta", "application/pdf", "conta.pdf")
    facts = product.session.get(
        f"{product.base_url}/simulator/graph/v24.0/{media_id}", headers=BEARER, timeout=10
    ).json()
    assert facts["file_size"] == 14
    assert facts["sha256"] == hashlib.sha256(b"%PDF-1.4 conta").hexdigest()
    assert product.session.get(facts["url"], headers=BEARER, timeout=10).content == b"%PDF-1.4 conta"
    assert product.session.get(facts["url"], timeout=10).status_code == 401


def test_upload_is_refused_when_its_type_is_not_supported(product: StandIn) -> None:
    answer = product.session.post(
        f"{product.base_url}/simulator/graph/v24.0/{PHONE_ID}/media",
        data={"messaging_product": "whatsapp"},
        files={"file": ("a.exe", b"MZ", "application/x-msdownload")},
        headers=BEARER,
        timeout=10,
    )
    assert answer.json()["error"]["code"] == 100


@pytest.mark.parametrize(
    ("mode", "status", "code"),
    [("500", 500, 131000), ("130429", 429, 130429), ("131056", 429, 131056), ("190", 401, 190)],
)
def test_call_fails_as_often_as_was_switched_on(product: StandIn, mode: str, status: int, code: int) -> None:
    fail(product, mode=mode, next=2)
    for _ in range(2):
        answer = product.graph("messages", TEXT)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert product.graph("messages", TEXT).status_code == 200


def test_message_is_accepted_although_the_connection_drops(product: StandIn) -> None:
    fail(product, mode="drop_connection")
    with pytest.raises(requests.ConnectionError):
        product.graph("messages", TEXT | {"biz_opaque_callback_data": "k1"})
    wait_until(lambda: len(product.values("statuses")) == 2)
    assert product.values("statuses")[0]["biz_opaque_callback_data"] == "k1"


def test_status_arrives_before_the_answer_when_answers_are_slow(product: StandIn) -> None:
    fail(product, mode="slow_answer", seconds=1.5)
    with pytest.raises(requests.ReadTimeout):
        product.session.post(
            f"{product.base_url}/simulator/graph/v24.0/{PHONE_ID}/messages", json=TEXT, headers=BEARER, timeout=(5, 0.5)
        )
    wait_until(lambda: len(product.values("statuses")) == 2)


def test_undeliverable_message_is_accepted_and_reported_as_failed(product: StandIn) -> None:
    fail(product, mode="undeliverable")
    assert product.graph("messages", TEXT).status_code == 200
    wait_until(lambda: len(product.values("statuses")) == 1)
    assert product.values("statuses")[0]["errors"][0]["code"] == 131026


def test_control_refuses_what_it_does_not_know(product: StandIn) -> None:
    url = f"{product.base_url}/simulator/control"
    for wrong in (
        {"mode": "explode"},
        {"mode": "500", "next": 0},
        {"mode": "hang", "seconds": 1e9},
        {"mode": "500", "on": "x"},
    ):
        assert product.session.post(url, json=wrong, timeout=10).status_code == 400
    fail(product, mode="500", next=9)
    fail(product, clear=True)
    assert product.graph("messages", TEXT).status_code == 200
