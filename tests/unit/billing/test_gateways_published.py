"""What the gateways' adapters make of published answers, and that they ask where the gateways' documents say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from billing.gateway import Gateway, gateway_kinds
from core.field import fill_in
from tests.unit.billing.answering import answering
from tests.vectors import load

PUBLISHED = load("erp/gateways_operations.json")
TOKEN = {"access_token": "t", "expires_in": 3600}
PAYMENT = {
    "id": "pay_1",
    "status": "PENDING",
    "value": 50,
    "dueDate": "2026-11-10",
    "invoiceUrl": "https://a.example/i",
}


def connected(kind: str, said: dict[str, Any], asked: list[str] | None = None) -> Gateway:
    """The gateway, which says what stands under the end of the asked path."""

    def say(path: str) -> Any:
        if asked is not None:
            asked.append(path)
        return next((answer for end, answer in said.items() if path.endswith(end)), {})

    known = gateway_kinds()[kind]
    given = dict.fromkeys(("client_id", "client_secret", "webhook_secret", "token", "webhook_token"), "x")
    fields = {field.name: given[field.name] for field in known.fields if field.name in given}
    return known.connect(fill_in(known.fields, fields), answering(say), "America/Sao_Paulo")


def test_the_published_charge_of_inter_is_forwarded_although_no_strict_reader_takes_it() -> None:
    published = PUBLISHED["inter_v3"]["response_get"]
    asked: list[str] = []
    charge = connected("inter", {"/oauth/v2/token": TOKEN, "/cobrancas/c-1": published}, asked).state("c-1")
    assert asked == ["/oauth/v2/token", "/cobranca/v3/cobrancas/c-1"]
    assert (charge.state, charge.amount_cents, charge.due_date) == ("open", 250, date(2024, 11, 21))
    assert charge.pix == published["pix"]["pixCopiaECola"]
    assert charge.txid == published["pix"]["txid"]
    assert charge.line == published["boleto"]["linhaDigitavel"]
    assert charge.barcode == published["boleto"]["codigoBarras"]
    assert (charge.paid_cents, charge.paid_at) == (0, None)


def test_the_published_codes_of_asaas_are_those_of_the_charge() -> None:
    line, code = (PUBLISHED["asaas"][f"{name}_response"] for name in ("identificationField", "pixQrCode"))
    said = {"/identificationField": line, "/pixQrCode": code, "/payments/pay_1": PAYMENT}
    charge = connected("asaas", said).state("pay_1")
    assert (charge.line, charge.barcode) == (line["identificationField"], line["barCode"])
    assert (charge.pix, charge.amount_cents) == (code["payload"], 5000)


@pytest.mark.parametrize("kind", ["efi", "asaas", "inter"])
def test_a_gateway_is_asked_at_its_published_address(kind: str) -> None:
    (url,) = (field.default for field in gateway_kinds()[kind].fields if field.name == "url")
    if kind == "efi":
        assert url in PUBLISHED["efi"]["charges_base"]
        (pix_url,) = (field.default for field in gateway_kinds()["efi"].fields if field.name == "pix_url")
        assert pix_url in PUBLISHED["efi"]["pix_base"]
    else:
        assert url.startswith("https://")
        assert kind != "asaas" or url.endswith(PUBLISHED["asaas"]["base"])
