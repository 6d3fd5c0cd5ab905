"""What a customer does on the phone beside writing, and the webhook that the product gets for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.webhooks.simulator.standin import ANA, DISPLAY, StandIn, standing_in, wait_until

BRUNO = "5512981110002"


@pytest.fixture
def product(tmp_path: Path) -> Iterator[StandIn]:
    with standing_in(tmp_path) as running:
        running.write("oi")
        wait_until(lambda: len(running.values("messages")) == 1)
        yield running


def act(product: StandIn, who: str = ANA, status: int = 200, **wanted: object) -> dict[str, Any]:
    url = f"{product.base_url}/simulator/api/chats/{who}/acts"
    answer = product.session.post(url, json=wanted, timeout=10)
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def write(product: StandIn, **wanted: object) -> None:
    url = f"{product.base_url}/simulator/api/chats/{ANA}/messages"
    assert product.session.post(url, json=wanted, timeout=10).status_code == 200


def bubbles(product: StandIn, who: str = ANA) -> list[dict[str, Any]]:
    answer = product.session.get(f"{product.base_url}/simulator/api/chats/{who}", timeout=10)
    found: list[dict[str, Any]] = answer.json()["messages"]
    return found


def last_message(product: StandIn, count: int) -> dict[str, Any]:
    wait_until(lambda: len(product.values("messages")) == count)
    return product.values("messages")[-1]


def field(product: StandIn, name: str) -> dict[str, Any]:
    """The value of the first change of a field."""

    def values() -> list[dict[str, Any]]:
        entries = [entry for raw in list(product.bodies) for entry in json.loads(raw)["entry"]]
        return [c["value"] for entry in entries for c in entry["changes"] if c["field"] == name]

    wait_until(lambda: bool(values()))
    return values()[0]


def test_edit_tells_the_new_text_and_names_the_message(product: StandIn) -> None:
    first = bubbles(product)[0]["id"]
    act(product, act="edit", message_id=first, text="oi, preciso do boleto")
    edit = last_message(product, 2)
    assert (edit["type"], edit["from"]) == ("edit", ANA)
    assert edit["edit"]["original_message_id"] == first
    assert edit["edit"]["message"]["text"] == {"body": "oi, preciso do boleto"}
    assert edit["id"] != first
    assert bubbles(product)[0]["content"]["edited"] == "oi, preciso do boleto"


def test_edit_comes_after_its_message_which_says_what_was_written_first(product: StandIn) -> None:
    product.refuse = 1
    product.write("um")
    act(product, act="edit", message_id=bubbles(product)[-1]["id"], text="dois")
    wait_until(lambda: len(product.values("messages")) == 3)
    assert [m["type"] for m in product.values("messages")] == ["text", "text", "edit"]
    assert product.values("messages")[1]["text"] == {"body": "um"}


def test_deleted_message_is_named_and_no_longer_shown(product: StandIn) -> None:
    first = bubbles(product)[0]["id"]
    act(product, act="revoke", message_id=first)
    revoke = last_message(product, 2)
    assert (revoke["type"], revoke["revoke"]) == ("revoke", {"original_message_id": first})
    assert bubbles(product)[0]["content"]["revoked"] is True
    act(product, status=400, act="revoke", message_id=first)


def test_reaction_is_put_and_taken_back_without_an_emoji(product: StandIn) -> None:
    answer = product.say({"type": "text", "text": {"body": "Olá"}})
    act(product, act="react", message_id=answer, emoji="❤️")
    assert last_message(product, 2)["reaction"] == {"message_id": answer, "emoji": "❤️"}
    assert bubbles(product)[-1]["content"]["reactions"] == {"customer": "❤️"}
    act(product, act="react", message_id=answer, emoji="")
    assert last_message(product, 3)["reaction"] == {"message_id": answer}
    assert bubbles(product)[-1]["content"]["reactions"] == {}


def test_only_own_messages_can_be_changed(product: StandIn) -> None:
    answer = product.say({"type": "text", "text": {"body": "Olá"}})
    act(product, status=400, act="edit", message_id=answer, text="x")
    act(product, status=400, act="revoke", message_id=answer)
    act(product, BRUNO, status=404, act="react", message_id=answer, emoji="👍")
    act(product, status=400, act="dance")


def test_hidden_number_is_in_no_webhook_until_it_is_shown_again(product: StandIn) -> None:
    act(product, act="hide")
    product.bodies.clear()
    product.write("sem número")
    hidden = last_message(product, 1)
    assert "from" not in hidden
    assert hidden["from_user_id"].startswith("BR.")
    assert ANA.encode() not in product.bodies[-1].replace(b"wamid", b"")
    act(product, act="hide")
    product.write("com número")
    assert last_message(product, 2)["from"] == ANA


def test_new_number_is_told_by_the_system_and_takes_the_chat_along(product: StandIn) -> None:
    before = product.values("messages")[0]["from_user_id"]
    now = act(product, act="number", number="(12) 98111-5555")
    assert now["wa_id"] == "5512981115555"
    told = last_message(product, 2)
    assert (told["type"], told["from"]) == ("system", ANA)
    assert told["system"]["type"] == "user_changed_number"
    assert told["system"]["wa_id"] == "5512981115555"
    assert told["system"]["previous_user_id"] == before
    assert "contacts" not in json.loads(product.bodies[-1])["entry"][0]["changes"][0]["value"]
    assert [bubble["content"]["text"] for bubble in bubbles(product, now["key"])] == ["oi"]
    act(product, now["key"], status=400, act="number", number=BRUNO)


def test_call_rings_and_ends(product: StandIn) -> None:
    act(product, act="call")
    call = field(product, "calls")["calls"][0]
    assert (call["event"], call["direction"], call["from"], call["to"]) == ("connect", "USER_INITIATED", ANA, DISPLAY)
    assert call["session"]["sdp_type"] == "offer"
    wait_until(lambda: [one["event"] for one in product.values("calls")] == ["connect", "terminate"])


def test_call_opens_the_window_as_a_message_does(product: StandIn) -> None:
    text = {"messaging_product": "whatsapp", "to": BRUNO, "type": "text", "text": {"body": "oi"}}
    act(product, BRUNO, act="call")
    assert product.graph("messages", text).status_code == 200
    wait_until(lambda: [one["status"] for one in product.values("statuses")] == ["sent", "delivered"])


@pytest.mark.parametrize(("resume", "value"), [(False, "stop"), (True, "resume")])
def test_marketing_is_stopped_and_resumed(product: StandIn, resume: bool, value: str) -> None:
    act(product, act="marketing", resume=resume)
    wish = field(product, "user_preferences")["user_preferences"][0]
    assert (wish["category"], wish["value"], wish["wa_id"]) == ("marketing_messages", value, ANA)
    assert isinstance(wish["timestamp"], int)


def test_person_who_answers_on_the_business_phone_is_echoed(product: StandIn) -> None:
    act(product, act="answer", text="Oi, aqui é a Helena")
    echo = field(product, "smb_message_echoes")["message_echoes"][0]
    assert (echo["from"], echo["to"], echo["text"]) == (DISPLAY, ANA, {"body": "Oi, aqui é a Helena"})
    assert bubbles(product)[-1]["author"] == "business"
    assert bubbles(product)[-1]["id"] == echo["id"]


def test_answer_quotes_the_message(product: StandIn) -> None:
    first = bubbles(product)[0]["id"]
    write(product, type="text", text="isso", quotes=first)
    assert last_message(product, 2)["context"]["id"] == first
    assert bubbles(product)[-1]["quote"]["text"] == "oi"


def test_message_in_a_group_names_the_group(product: StandIn) -> None:
    write(product, type="text", text="alguém aí?", group=True)
    assert last_message(product, 2)["group_id"]


def test_contact_order_and_poll_come_as_meta_words_them(product: StandIn) -> None:
    write(product, type="contact", name="Rosa Maria Dias", number="12 98111-4444")
    card = last_message(product, 2)["contacts"][0]
    assert card["name"]["formatted_name"] == "Rosa Maria Dias"
    assert card["phones"][0] == {"phone": "+5512981114444", "wa_id": "5512981114444", "type": "CELL"}
    assert "origin" not in card
    write(product, type="order")
    item = last_message(product, 3)["order"]["product_items"][0]
    assert (item["quantity"], item["item_price"], item["currency"]) == (1, 349.0, "BRL")
    write(product, type="poll")
    poll = last_message(product, 4)
    assert (poll["type"], poll["unsupported"]) == ("unsupported", {"type": "poll_creation"})
    assert poll["errors"][0]["code"] == 131051


def test_sticker_and_album_are_sent_as_files(product: StandIn) -> None:
    url = f"{product.base_url}/simulator/api/chats/{ANA}/files"
    webp = b"RIFF\x00\x00\x00\x00WEBPVP8 "
    product.session.post(url, files={"file": ("a.webp", webp, "image/webp")}, timeout=10)
    assert last_message(product, 2)["sticker"]["animated"] is False
    product.refuse = 1
    for number in range(3):
        png = b"\x89PNG\r\n\x1a\n" + bytes([number])
        product.session.post(url, files={"file": ("a.png", png)}, data={"album": "1"}, timeout=10)
    wait_until(lambda: [m["type"] for m in product.values("messages")].count("image") == 3)
