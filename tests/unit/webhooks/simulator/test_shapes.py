"""Which messages the stand-in of the Graph API accepts, at each limit on both sides."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webhooks.simulator.media import MediaInfo
from webhooks.simulator.refusal import Refusal
from webhooks.simulator.shapes import Outgoing, check_message, check_read_receipt
from webhooks.simulator.template_view import Approved

KEYS = ("type", "text", "body", "to", "recipient", "interactive", "action", "template", "context", "id", "components")
FILES = {
    "111": MediaInfo("111", "application/pdf", "fatura.pdf", "ab" * 32, 1000),
    "222": MediaInfo("222", "image/png", "foto.png", "cd" * 32, 2000),
}
TO = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "5512981110001"}


def checked(message: dict[str, Any], **envelope: Any) -> Outgoing:
    return check_message(TO | envelope | message, FILES.get, {})


def refused(message: dict[str, Any], **envelope: Any) -> int:
    with pytest.raises(Refusal) as refusal:
        checked(message, **envelope)
    return refusal.value.code


def text(body: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": body}}


def buttons(titles: list[str], body: str = "Certo?", **more: Any) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"b{i}", "title": title}} for i, title in enumerate(titles)]
    parts = {"type": "button", "body": {"text": body}, "action": {"buttons": replies}} | more
    return {"type": "interactive", "interactive": parts}


def rows(count: int, title: str = "Opção", description: str = "Texto", start: int = 0) -> list[dict[str, str]]:
    return [{"id": f"r{start + i}", "title": title, "description": description} for i in range(count)]


def listed(*sections: dict[str, Any], button: str = "Ver") -> dict[str, Any]:
    parts = {"type": "list", "body": {"text": "Escolha"}, "action": {"button": button, "sections": list(sections)}}
    return {"type": "interactive", "interactive": parts}


def document(**fields: Any) -> dict[str, Any]:
    return {"type": "document", "document": {"id": "111", "filename": "fatura.pdf"} | fields}


def interactive(kind: str, action: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": "Veja"}, "action": action} | more}


def link(title: str = "Abrir", url: str = "https://exemplo.com.br/mapa") -> dict[str, Any]:
    return interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": title, "url": url}})


def money(cents: int) -> dict[str, int]:
    return {"value": cents, "offset": 100}


PIX_WAY = {
    "type": "pix_dynamic_code",
    "pix_dynamic_code": {"code": "000201", "merchant_name": "ISP", "key": "39580525000189", "key_type": "CNPJ"},
}
BOLETO_WAY = {"type": "boleto", "boleto": {"digitable_line": "0" * 47}}
ITEM = {"retailer_id": "f-1", "name": "Plano 500M", "amount": money(9990), "quantity": 1}
ITEMS = {"status": "pending", "tax": money(0), "items": [ITEM], "subtotal": money(9990)}


def order(header: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    parameters = {
        "reference_id": "f-1.a",
        "type": "digital-goods",
        "payment_type": "br",
        "payment_settings": [PIX_WAY],
        "currency": "BRL",
        "total_amount": money(9990),
        "order": ITEMS,
    } | changes
    parameters = {key: value for key, value in parameters.items() if value is not None}
    more = {"header": header} if header else {}
    return interactive("order_details", {"name": "review_and_pay", "parameters": parameters}, **more)


def order_status(status: str) -> dict[str, Any]:
    parameters = {"reference_id": "f-1.a", "order": {"status": status, "description": "Pago por Pix"}}
    return interactive("order_status", {"name": "review_order", "parameters": parameters})


def template(*components: dict[str, Any]) -> dict[str, Any]:
    named = {"name": "aviso", "language": {"code": "pt_BR"}, "components": list(components)}
    return {"type": "template", "template": named}


def template_button(kind: str, **parameter: Any) -> dict[str, Any]:
    return {"type": "button", "sub_type": kind, "index": "0", "parameters": [parameter]}


PICTURE = {"type": "image", "image": {"id": "222"}}
ACCEPTED = {
    "a text of 4096": text("x" * 4096),
    "one button": buttons(["Sim"]),
    "three buttons": buttons(["Sim", "Não", "Talvez"]),
    "a button title of 20": buttons(["x" * 20]),
    "an interactive body of 1024": buttons(["Sim"], body="x" * 1024),
    "a footer of 60": buttons(["Sim"], footer={"text": "x" * 60}),
    "a header of 60": buttons(["Sim"], header={"type": "text", "text": "x" * 60}),
    "ten rows": listed({"title": "A", "rows": rows(10)}),
    "ten rows over two sections": listed({"title": "A", "rows": rows(5)}, {"title": "B", "rows": rows(5, start=5)}),
    "a row title of 24": listed({"rows": rows(1, title="x" * 24)}),
    "a row description of 72": listed({"rows": rows(1, description="x" * 72)}),
    "a list button of 20": listed({"rows": rows(1)}, button="x" * 20),
    "a section title of 24": listed({"title": "x" * 24, "rows": rows(1)}),
    "a caption of 1024": document(caption="x" * 1024),
    "an image": {"type": "image", "image": {"id": "222", "caption": "Foto"}},
    "a link button of 20": link("x" * 20),
    "a request for a location": interactive("location_request_message", {"name": "send_location"}),
    "a request for a contact": interactive("request_contact_info", {"name": "request_contact_info"}),
    "a reaction": {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👩🏽‍🔧"}},
    "a reaction taken back": {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": ""}},
    "an order": order(),
    "an order with a picture": order(PICTURE),
    "an order without items": order(order=None),
    "an order with two ways to pay": order(payment_settings=[PIX_WAY, BOLETO_WAY]),
    "a reference of 60": order(reference_id="x" * 60),
    "an order status": order_status("completed"),
    "a template with a document": template(
        {"type": "header", "parameters": [{"type": "document", "document": {"id": "111", "filename": "a.pdf"}}]}
    ),
}


@pytest.mark.parametrize("message", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_message_is_accepted_at_the_limit(message: dict[str, Any]) -> None:
    assert checked(message).number == "5512981110001"


REFUSED = {
    "a text of 4097": (text("x" * 4097), 131009),
    "an empty text": (text(""), 131008),
    "a text that is not text": ({"type": "text", "text": {"body": 7}}, 100),
    "no buttons": (buttons([]), 131009),
    "four buttons": (buttons(["a", "b", "c", "d"]), 131009),
    "a button title of 21": (buttons(["x" * 21]), 131009),
    "the same button title twice": (buttons(["Sim", "Sim"]), 131009),
    "an interactive body of 1025": (buttons(["Sim"], body="x" * 1025), 131009),
    "an empty interactive body": (buttons(["Sim"], body=" "), 131008),
    "a footer of 61": (buttons(["Sim"], footer={"text": "x" * 61}), 131009),
    "a header of 61": (buttons(["Sim"], header={"type": "text", "text": "x" * 61}), 131009),
    "eleven rows": (listed({"title": "A", "rows": rows(11)}), 131009),
    "eleven rows over two sections": (
        listed({"title": "A", "rows": rows(6)}, {"title": "B", "rows": rows(5, start=6)}),
        131009,
    ),
    "no rows": (listed({"title": "A", "rows": []}), 131009),
    "the same row id twice": (listed({"title": "A", "rows": rows(1) + rows(1)}), 131009),
    "two sections, one without a title": (listed({"title": "A", "rows": rows(1)}, {"rows": rows(1, start=1)}), 131008),
    "a row title of 25": (listed({"rows": rows(1, title="x" * 25)}), 131009),
    "a row description of 73": (listed({"rows": rows(1, description="x" * 73)}), 131009),
    "a list button of 21": (listed({"rows": rows(1)}, button="x" * 21), 131009),
    "a section title of 25": (listed({"title": "x" * 25, "rows": rows(1)}), 131009),
    "a caption of 1025": (document(caption="x" * 1025), 131009),
    "a document without a name": ({"type": "document", "document": {"id": "111"}}, 131008),
    "a document by link": (
        {"type": "document", "document": {"link": "https://a.b/c.pdf", "filename": "c.pdf"}},
        131053,
    ),
    "an unknown file": (document(id="999"), 131009),
    "a PDF as an image": ({"type": "image", "image": {"id": "111"}}, 131053),
    "an unexpected key": (text("oi") | {"extra": 1}, 100),
    "an unexpected key inside": ({"type": "text", "text": {"body": "oi", "bdoy": "oi"}}, 100),
    "a link title of 21": (link("x" * 21), 131009),
    "a link that is none": (link(url="javascript:alert(1)"), 131009),
    "a request with another name": (interactive("location_request_message", {"name": "send_me"}), 100),
    "an unknown interactive type": (interactive("carousel", {}), 100),
    "a reaction to nothing": ({"type": "reaction", "reaction": {"emoji": "👍"}}, 131008),
    "a reference of 61": (order(reference_id="x" * 61), 131009),
    "a reference with blanks": (order(reference_id="f 1"), 131009),
    "an order without a way to pay": (order(payment_settings=[]), 131009),
    "the same way to pay twice": (order(payment_settings=[PIX_WAY, PIX_WAY]), 131009),
    "a way to pay without its code": (order(payment_settings=[{"type": "boleto"}]), 131008),
    "a key of no known type": (
        order(payment_settings=[PIX_WAY | {"pix_dynamic_code": PIX_WAY["pix_dynamic_code"] | {"key_type": "RG"}}]),  # type: ignore[operator]
        100,
    ),
    "items that do not add up": (order(order=ITEMS | {"subtotal": money(9989)}), 131009),
    "a total that is not the sum": (order(total_amount=money(9991)), 131009),
    "a total of nothing": (order(total_amount=money(0), order=None), 131009),
    "an amount in another unit": (order(total_amount={"value": 9990, "offset": 1000}), 100),
    "an order in dollars": (order(currency="USD"), 100),
    "a picture without items": (order(PICTURE, order=None), 131009),
    "an order status of our own": (order_status("paid"), 100),
    "a button of a template without its place": (
        template({"type": "button", "sub_type": "url", "parameters": [{"type": "text", "text": "a"}]}),
        131008,
    ),
    "a value of the wrong kind": (template(template_button("quick_reply", type="text", text="a")), 100),
    "a value with a line break": (template({"type": "body", "parameters": [{"type": "text", "text": "a\nb"}]}), 131009),
    "an unknown type": ({"type": "hologram", "hologram": {}}, 100),
    "a type without its object": ({"type": "text"}, 131008),
}


@pytest.mark.parametrize(("message", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_message_is_refused_beyond_the_limit(message: dict[str, Any], code: int) -> None:
    assert refused(message) == code


def test_envelope_is_refused_when_a_part_is_missing_or_wrong() -> None:
    assert refused(text("oi"), messaging_product="sms") == 100
    assert refused(text("oi"), to=None) == 100
    assert refused(text("oi"), to="alguém") == 131009
    assert refused(text("oi"), recipient_type="group") == 131009
    assert refused(text("oi"), biz_opaque_callback_data="x" * 513) == 131009
    assert checked(text("oi"), biz_opaque_callback_data="x" * 512).callback == "x" * 512


def test_user_id_is_understood_in_recipient_and_goes_astray_in_to() -> None:
    reached = checked(text("oi"), to=None, recipient="BR.1502576394655843")
    assert (reached.user_id, reached.astray) == ("BR.1502576394655843", False)
    lost = checked(text("oi"), to="BR.1502576394655843")
    assert (lost.number, lost.astray) == (None, True)
    assert refused(text("oi"), to=None, recipient="5512981110001") == 131009


TAP = {
    "type": "button",
    "sub_type": "quick_reply",
    "index": "0",
    "parameters": [{"type": "payload", "payload": "pagar"}],
}


def test_template_needs_its_parameters_when_templates_are_known() -> None:
    known = {"aviso": Approved("Olá {{1}}, vence em {{2}}.", ("Pagar agora",), "Até logo")}

    def sent(*values: str) -> Outgoing:
        parameters = [{"type": "text", "text": value} for value in values]
        template = {"name": "aviso", "language": {"code": "pt_BR"}}
        body = TO | {
            "type": "template",
            "template": template | {"components": [{"type": "body", "parameters": parameters}, TAP]},
        }
        return check_message(body, FILES.get, known)

    shown = sent("Ana", "10/12").content
    assert (shown["text"], shown["footer"]) == ("Olá Ana, vence em 10/12.", "Até logo")
    assert shown["buttons"] == [{"kind": "quick_reply", "title": "Pagar agora", "value": "pagar"}]
    with pytest.raises(Refusal) as refusal:
        sent("Ana")
    assert refusal.value.code == 132000


def test_bubbles_have_what_a_phone_shows_of_them() -> None:
    found = checked(order(payment_settings=[PIX_WAY, BOLETO_WAY]))
    assert (found.kind, found.content) == (
        "order",
        {
            "text": "Veja",
            "reference": "f-1.a",
            "item": "Plano 500M",
            "total_cents": 9990,
            "currency": "BRL",
            "ways": [
                {"type": "pix", "code": "000201", "merchant": "ISP"},
                {"type": "boleto", "line": "0" * 47},
            ],
        },
    )
    status = {"text": "Veja", "reference": "f-1.a", "status": "completed", "note": "Pago por Pix"}
    assert (checked(order_status("completed")).kind, checked(order_status("completed")).content) == (
        "order_status",
        status,
    )
    assert checked(ACCEPTED["a reaction"]).content == {"target": "wamid.x", "emoji": "👩🏽‍🔧"}
    asked = [checked(ACCEPTED[f"a request for a {what}"]).kind for what in ("location", "contact")]
    assert asked == ["location_request", "contact_request"]


def test_template_shows_header_and_buttons() -> None:
    header = {"type": "header", "parameters": [{"type": "image", "image": {"id": "222"}}]}
    shown = checked(template(header, template_button("copy_code", type="coupon_code", coupon_code="PAGUE10")))
    assert (shown.kind, shown.content["template"]) == ("text", "aviso")
    assert (shown.content["header"]["kind"], shown.content["header"]["media_id"]) == ("image", "222")
    assert shown.content["buttons"] == [{"kind": "copy_code", "title": "Copiar código", "value": "PAGUE10"}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYS]), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(JSON, st.sampled_from([*ACCEPTED.values()]), st.sampled_from([*KEYS]))
def test_whatever_is_posted_is_accepted_or_refused_but_never_breaks(junk: Any, message: Any, key: str) -> None:
    for body in (junk, TO | {"type": junk}, TO | message | {key: junk}, TO | message | {message["type"]: junk}):
        with suppress(Refusal):
            check_message(body, FILES.get, {})


def test_read_receipt_says_whether_to_show_typing() -> None:
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"}
    assert check_read_receipt(receipt) == ("wamid.x", False)
    assert check_read_receipt(receipt | {"typing_indicator": {"type": "text"}}) == ("wamid.x", True)
    for wrong in ({"status": "delivered"}, {"message_id": ""}, {"typing_indicator": {"type": "dance"}}, {"extra": 1}):
        with pytest.raises(Refusal):
            check_read_receipt(receipt | wrong)
