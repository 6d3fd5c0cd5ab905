"""The phone page's small interface: who may post, what a tap may say, how files are handed out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.webhooks.simulator.standin import ANA, StandIn, standing_in, wait_until

CHAT = f"/simulator/api/chats/{ANA}"
QUESTION = {
    "type": "interactive",
    "interactive": {
        "type": "button",
        "body": {"text": "Certo?"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "sim", "title": "Sim"}}]},
    },
}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[StandIn]:
    with standing_in(tmp_path) as running:
        running.write("oi")
        wait_until(lambda: len(running.values("messages")) == 1)
        yield running


@pytest.mark.parametrize("path", [f"{CHAT}/messages", "/simulator/control", "/simulator/api/chats"])
@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://mal.example"}]
)
def test_post_is_refused_when_another_site_sends_it(product: StandIn, path: str, headers: dict[str, str]) -> None:
    answer = product.session.post(
        product.base_url + path, json={"type": "text", "text": "x"}, headers=headers, timeout=10
    )
    assert answer.status_code == 403


def test_post_is_taken_when_the_page_itself_sends_it(product: StandIn) -> None:
    message = {"type": "text", "text": "x"}
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": product.base_url}):
        answer = product.session.post(f"{product.base_url}{CHAT}/messages", json=message, headers=headers, timeout=10)
        assert answer.status_code == 200


def test_tap_is_sent_with_the_title_that_was_offered(product: StandIn) -> None:
    question = product.say(QUESTION)
    tap = {"type": "option", "message_id": question, "option_id": "sim", "text": "inventado"}
    assert product.session.post(f"{product.base_url}{CHAT}/messages", json=tap, timeout=10).status_code == 200
    wait_until(lambda: len(product.values("messages")) == 2)
    reply = product.values("messages")[1]
    assert reply["interactive"]["button_reply"] == {"id": "sim", "title": "Sim"}
    assert reply["context"]["id"] == question


def test_tap_is_refused_when_nobody_offered_it(product: StandIn) -> None:
    question = product.say(QUESTION)
    for wrong in ({"message_id": question, "option_id": "não"}, {"message_id": "wamid.x", "option_id": "sim"}):
        tap = {"type": "option"} | wrong
        assert product.session.post(f"{product.base_url}{CHAT}/messages", json=tap, timeout=10).status_code in (
            400,
            404,
        )


def test_file_becomes_what_its_bytes_say(product: StandIn) -> None:
    files = {
        "image": b"\x89PNG\r\n\x1a\n...",
        "document": b"%PDF-1.4",
        "audio": b"OggS....",
    }
    for kind, body in files.items():
        product.session.post(f"{product.base_url}{CHAT}/files", files={"file": ("a.bin", body)}, timeout=10)
        wait_until(lambda kind=kind: product.values("messages")[-1]["type"] == kind)  # type: ignore[misc]


def test_page_sent_as_a_file_is_never_shown_as_a_page(product: StandIn) -> None:
    evil = b"<script>alert(1)</script>"
    sent = product.session.post(
        f"{product.base_url}{CHAT}/files", files={"file": ("../../x.html", evil, "text/html")}, timeout=10
    )
    content = sent.json()["message"]["content"]
    assert content["filename"] == "x.html"
    got = product.session.get(f"{product.base_url}/simulator/media/{content['media_id']}", timeout=10)
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"


def test_page_forbids_foreign_and_inline_code(product: StandIn) -> None:
    page = product.session.get(f"{product.base_url}/simulator/", timeout=10)
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "Conecta Vale Telecom" in page.text


def test_typed_number_gets_its_own_chat(product: StandIn) -> None:
    chats = f"{product.base_url}/simulator/api/chats"
    assert (
        product.session.post(chats, json={"number": "(12) 98111-8888"}, timeout=10).json()["wa_id"] == "5512981118888"
    )
    assert product.session.post(chats, json={"number": "12"}, timeout=10).status_code == 400
    product.write("quem?", "5512981118888")
    wait_until(lambda: product.values("messages")[-1].get("from") == "5512981118888")


def test_message_waits_for_the_product_to_come_back(product: StandIn) -> None:
    product.refuse = 2
    product.write("tem alguém?")
    wait_until(lambda: product.values("messages")[-1]["text"]["body"] == "tem alguém?")
    chat = f"{product.base_url}{CHAT}"
    wait_until(lambda: product.session.get(chat, timeout=10).json()["messages"][-1]["status"] == "sent")
