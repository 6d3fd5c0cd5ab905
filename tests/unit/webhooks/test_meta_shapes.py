"""What goes over the wire to Meta: every message that can be asked for is one that Meta takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refused
from tests.contract.channels.scenarios import BILL, INVOICE, NOTICE, PHOTO, SCENARIOS, a_message
from tests.unit.webhooks.outgoings import outgoings
from webhooks.channels.meta_shapes import body_of, fitting, uploaded
from webhooks.channels.ports import KINDS, Outgoing, Recipient, TemplateButton
from webhooks.schemas import problems
from webhooks.simulator.media import MediaInfo
from webhooks.simulator.shapes import check_message

FILES = {
    "application/pdf": MediaInfo("111", "application/pdf", "fatura.pdf", "ab" * 32, 1000),
    "image/png": MediaInfo("222", "image/png", "foto.png", "cd" * 32, 2000),
    "audio/ogg": MediaInfo("333", "audio/ogg", "recado.ogg", "ef" * 32, 3000),
    "video/mp4": MediaInfo("444", "video/mp4", "luzes.mp4", "01" * 32, 4000),
}


def wired(message: Outgoing) -> dict[str, Any]:
    """The body, with its file uploaded."""
    message = fitting(message)
    return body_of(message, FILES[message.file.mime_type].id if message.file else "")


def shown(body: dict[str, Any]) -> Any:
    return check_message(body, {info.id: info for info in FILES.values()}.get, {})


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=40)
@given(st.data())
def test_any_message_has_a_body_that_meta_takes(kind: str, data: st.DataObject) -> None:
    body = wired(data.draw(outgoings(kind)))
    assert problems(body) == []
    assert shown(body).content is not None


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario_has_a_body_that_meta_takes(scenario: Any) -> None:
    message = scenario.message
    if message.reaction:
        message = replace(message, reaction=replace(message.reaction, provider_id="wamid.1"))
    assert problems(wired(message)) == []


def test_bsuid_is_never_put_where_a_number_belongs() -> None:
    message = a_message("text", "oi")
    assert wired(replace(message, to=Recipient(bsuid="BR.12")))["recipient"] == "BR.12"
    assert "to" not in wired(replace(message, to=Recipient(bsuid="BR.12")))
    with pytest.raises(Refused) as refused:
        wired(replace(message, to=Recipient(wa_id="BR.12")))
    assert refused.value.code == "not_a_number"
    with pytest.raises(Refused):
        wired(replace(message, to=Recipient(address="whatsapp:+5512981110001")))


def test_link_is_previewed_only_when_asked() -> None:
    assert wired(a_message("text", "oi"))["text"]["preview_url"] is False
    assert wired(a_message("text", "oi", preview=True))["text"]["preview_url"] is True


@pytest.mark.parametrize("name", ["", "x" * 257])
def test_id_of_a_button_is_never_cut(name: str) -> None:
    with pytest.raises(Refused) as refused:
        wired(a_message("buttons", "Certo?", options=((name, "Sim", ""),)))
    assert refused.value.code == "bad_option_id"


def test_more_than_three_buttons_are_a_list_and_more_than_ten_are_numbered() -> None:
    def of(count: int, button: str = "Ver") -> dict[str, Any]:
        options = tuple((f"o{place}", f"Opção {place}", "") for place in range(count))
        return wired(a_message("buttons", "Qual?", options=options, list_button=button))

    assert of(3)["interactive"]["type"] == "button"
    assert of(4)["interactive"]["type"] == "list"
    assert of(4, button="")["type"] == "text"
    assert of(11)["text"]["body"].endswith("11. Opção 10")


def test_body_that_is_too_long_for_buttons_loses_nothing_as_text() -> None:
    long = "Preciso contar uma coisa. " * 60
    body = wired(a_message("buttons", long, options=(("a", "Sim", ""), ("b", "Não", ""))))
    assert body["text"]["body"] == f"{long}\n\n1. Sim\n2. Não"


def test_order_has_one_item_that_costs_all_of_it_and_only_the_ways_that_are_there() -> None:
    only_pix = replace(BILL, boleto_line="", link="")
    parameters = wired(a_message("payment", "Sua fatura", payment=only_pix))["interactive"]["action"]["parameters"]
    assert [setting["type"] for setting in parameters["payment_settings"]] == ["pix_dynamic_code"]
    assert parameters["payment_settings"][0]["pix_dynamic_code"]["code"] == BILL.pix_code
    assert parameters["total_amount"] == parameters["order"]["subtotal"] == {"value": 11990, "offset": 100}
    assert sum(item["amount"]["value"] for item in parameters["order"]["items"]) == 11990


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pix_code": "", "boleto_line": "", "link": ""}, "no_way_to_pay"),
        ({"pix_key": ""}, "pix_without_receiver"),
        ({"reference": "fatura 1"}, "bad_reference"),
        ({"reference": "x" * 61}, "bad_reference"),
        ({"total_cents": 0}, "no_payment"),
    ],
)
def test_order_that_whatsapp_could_not_show_is_refused_before_it_leaves(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        wired(a_message("payment", "Sua fatura", payment=replace(BILL, **changes)))
    assert refused.value.code == code


def test_file_of_a_payment_and_of_a_template_without_a_place_for_it_stays_here() -> None:
    assert uploaded(a_message("payment", "Sua fatura", payment=BILL, file=INVOICE)) is None
    assert uploaded(a_message("template", "", template=NOTICE, file=INVOICE)) is None
    assert uploaded(a_message("template", "", template=replace(NOTICE, header_file=True), file=INVOICE)) is INVOICE
    with pytest.raises(Refused):
        wired(a_message("template", "", template=replace(NOTICE, header_file=True)))


def components(**more: Any) -> list[dict[str, Any]]:
    body = wired(a_message("template", "", **more))
    assert problems(body) == []
    found: list[dict[str, Any]] = body["template"]["components"]
    return found


def test_template_takes_a_file_or_words_in_its_header() -> None:
    plain = replace(NOTICE, buttons=(), body=(), header=("Fatura de\tnovembro",))
    assert components(template=plain)[0]["parameters"] == [{"type": "text", "text": "Fatura de novembro"}]
    assert len(components(template=plain, file=INVOICE)[0]["parameters"]) == 1
    plain = replace(plain, header_file=True)
    (header,) = components(template=plain, file=INVOICE)
    assert header["parameters"] == [{"type": "document", "document": {"id": "111", "filename": "fatura.pdf"}}]
    (header,) = components(template=plain, file=PHOTO)
    assert header["parameters"] == [{"type": "image", "image": {"id": "222"}}]


def test_each_button_of_a_template_gets_its_own_kind_of_value() -> None:
    kinds = ("url", "quick_reply", "copy_code", "flow", "order_details")
    buttons = tuple(TemplateButton(kind, place, "valor") for place, kind in enumerate(kinds))
    found = components(template=replace(NOTICE, body=(), buttons=buttons), payment=BILL)
    assert [(part["sub_type"], part["index"], part["parameters"][0]["type"]) for part in found] == [
        ("url", "0", "text"),
        ("quick_reply", "1", "payload"),
        ("copy_code", "2", "coupon_code"),
        ("flow", "3", "action"),
        ("order_details", "4", "action"),
    ]


def test_button_that_copies_a_one_time_code_is_an_address_on_the_wire() -> None:
    code = replace(NOTICE, category="AUTHENTICATION", buttons=(TemplateButton("copy_code", 0, "424242"),))
    button = components(template=code)[-1]
    assert (button["sub_type"], button["parameters"]) == ("url", [{"type": "text", "text": "424242"}])
