"""The pretended bank: whose Pix may be paid where, what the product is told, and who may ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import requests

from billing.boleto import parse
from billing.gateway import ChargeOrder, Gateway, Payer, gateway_kinds
from billing.pix import check
from core.document import Document
from core.errors import Refused
from core.http import make_session
from tests.unit.webhooks.simulator.standin import ANA, StandIn, standing_in

ANA_PAYS = Payer("Ana Souza", Document("cpf", "11144477735"))
TOKEN = "segredo-do-banco"


@dataclass
class Desk:
    """The product's side, and its gateway."""

    product: StandIn
    gateway: Gateway

    def act(self, who: str, charge: str, **wanted: object) -> requests.Response:
        url = f"{self.product.base_url}/simulator/bank/chats/{who}/{charge}"
        return self.product.session.post(url, json=wanted, timeout=10)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with standing_in(tmp_path, bank_token=TOKEN) as product:
        fields = {"url": f"{product.base_url}/simulator/bank", "token": TOKEN}
        yield Desk(product, gateway_kinds()["simulator"].connect(fields, make_session(), "America/Sao_Paulo"))


def order(key: str = "r1x1", cents: int = 7990) -> ChargeOrder:
    return ChargeOrder(key, ANA_PAYS, cents, date(2026, 12, 10), "Fatura F-1003-1")


def sent(desk: Desk, key: str = "r1x1") -> str:
    """A charge whose Pix was sent to Ana; its id."""
    made = desk.gateway.create(order(key))
    desk.product.write("oi")
    desk.product.say({"type": "text", "text": {"body": made.pix}})
    return made.external_id


def test_charge_has_clean_codes_and_is_one_for_its_key(desk: Desk) -> None:
    made = desk.gateway.create(order())
    assert check(made.pix or "") == ()
    assert parse(made.line or "") is not None
    assert desk.gateway.create(order()) == made == desk.gateway.find("r1x1") == desk.gateway.state(made.external_id)


def test_pix_is_paid_in_parts_and_given_back_and_each_time_the_product_is_told(desk: Desk) -> None:
    charge = sent(desk)
    for act, cents, state in (
        ("pay", 3000, ("paid", 3000, 0)),
        ("pay", 4990, ("paid", 7990, 0)),
        ("return", 1000, ("paid", 7990, 1000)),
        ("return", 6990, ("reversed", 7990, 7990)),
    ):
        answer = desk.act(ANA, charge, act=act, cents=cents)
        assert (answer.status_code, answer.json()["told"]) == (200, True)
        seen = desk.gateway.state(charge)
        assert (seen.state, seen.paid_cents, seen.returned_cents) == state
    assert [hint.charge_id for body in desk.product.paid for hint in desk.gateway.read_webhook(body)] == [charge] * 4
    desk.gateway.check_origin({"authorization": f"Bearer {TOKEN}"})
    with pytest.raises(Refused, match="bad_signature"):
        desk.gateway.check_origin({"authorization": "Bearer errado"})


def test_pix_of_others_and_sums_that_cannot_be_are_refused(desk: Desk) -> None:
    charge = sent(desk)
    assert desk.act("5512981110002", charge, act="pay", cents=1).status_code == 404
    assert desk.act(ANA, "chg_0", act="pay", cents=1).status_code == 404
    assert desk.act(ANA, charge, act="return", cents=1).status_code == 409
    for cents in (0, -1, True, "1", 10**9):
        assert desk.act(ANA, charge, act="pay", cents=cents).status_code == 400
    assert desk.gateway.state(charge).state == "open"


def test_charge_is_cancelled_until_it_is_paid(desk: Desk) -> None:
    first, second = sent(desk), sent(desk, "r1x2")
    for _ in range(2):
        desk.gateway.cancel(first)
    assert desk.act(ANA, first, act="pay", cents=1).status_code == 409
    desk.act(ANA, second, act="pay", cents=7990)
    with pytest.raises(Refused, match="already_paid"):
        desk.gateway.cancel(second)


def test_product_needs_its_secret_and_another_site_may_not_pay(desk: Desk) -> None:
    url = f"{desk.product.base_url}/simulator/bank"
    for headers in ({}, {"Authorization": "Bearer errado"}):
        assert desk.product.session.get(f"{url}/charges?key=r1x1", headers=headers, timeout=10).status_code == 401
    charge, other = sent(desk), {"Sec-Fetch-Site": "cross-site"}
    paid = desk.product.session.post(
        f"{url}/chats/{ANA}/{charge}", json={"act": "pay", "cents": 1}, headers=other, timeout=10
    )
    assert paid.status_code == 403


def test_unknown_charge_is_unknown(desk: Desk) -> None:
    with pytest.raises(Refused, match="unknown_charge"):
        desk.gateway.state("chg_0")


def test_without_a_secret_there_is_no_bank(tmp_path: Path) -> None:
    with standing_in(tmp_path) as product:
        page = product.session.get(f"{product.base_url}/simulator/", timeout=10).text
        assert "to-bank" not in page
        assert product.session.get(f"{product.base_url}/simulator/bank/chats/{ANA}", timeout=10).status_code == 404
