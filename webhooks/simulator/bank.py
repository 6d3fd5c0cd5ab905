"""The pretended bank: a gateway's interface for the product, and a panel where the phone's owner pays."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any

import requests
from flask import Blueprint, Response, abort, jsonify, request

from billing.boleto import compose
from billing.pix import encode_dynamic
from core.errors import Failure
from core.http import send
from webhooks.simulator.bank_book import BankCharge
from webhooks.simulator.headers import guard
from webhooks.simulator.origin import require_same_origin
from webhooks.simulator.phone_view import json_object, phone_or_404
from webhooks.simulator.store import Store

TIMEOUT = (3.0, 10.0)
MOST_CENTS = 10_000_000
CITY = "SIMULADA"
# The demo's provider has its boletos there.
BANK = "001"


@dataclass(frozen=True)
class PaymentAddress:
    """Where the product hears of payments. `token` is the secret that both sides share."""

    session: requests.Session
    url: str
    token: str

    def tell(self, charge_id: str) -> bool:
        """Posts that something happened to a charge; no answer counts as a refusal."""
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            answer = send(self.session, "POST", self.url, timeout=TIMEOUT, json={"charge": charge_id}, headers=headers)
        except Failure:
            return False
        return answer.status_code == 200


def bank_blueprint(
    store: Store, *, payee: str, address: PaymentAddress, url_prefix: str = "/simulator/bank"
) -> Blueprint:
    """`/charges` is the product's, with the token; `/chats/<key>` is the page's: the charges whose Pix a phone was
    sent, and `POST /chats/<key>/<charge> {"act": "pay" | "return", "cents": 1}`, which answers with all of them and
    whether the webhook was taken."""
    bank = Blueprint("simulator_bank", __name__, url_prefix=url_prefix)
    bank.before_request(require_same_origin)
    bank.after_request(guard)
    _for_the_product(bank, store, payee, address.token)
    _for_the_page(bank, store, address.tell)
    return bank


def _for_the_product(bank: Blueprint, store: Store, payee: str, token: str) -> None:
    def proved() -> None:
        given = request.headers.get("Authorization", "")
        if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            abort(401)

    @bank.post("/charges")
    def register() -> Response:
        proved()
        told = json_object()
        key, cents = str(told.get("key", "")), told.get("amount_cents")
        if not key or not isinstance(cents, int) or not 0 < cents <= MOST_CENTS:
            abort(400, "key and amount_cents are needed")
        try:
            date.fromisoformat(str(told.get("due_date")))
        except ValueError:
            abort(400, "due_date is needed")
        about, due_date = str(told.get("about", ""))[:200], str(told.get("due_date", ""))
        made = store.bank.register(key, cents, due_date, about, partial(_code, payee))
        return jsonify(_told(made))

    @bank.get("/charges")
    def find() -> Response:
        proved()
        found = store.bank.find(request.args.get("key", ""))
        return jsonify({"charges": [_told(found)] if found else []})

    @bank.get("/charges/<id_>")
    def state(id_: str) -> Response:
        proved()
        return jsonify(_told(store.bank.charge(id_)))

    @bank.post("/charges/<id_>/cancel")
    def cancel(id_: str) -> Response:
        proved()
        if not store.bank.cancel(id_):
            abort(409, "paid already, or unknown")
        return jsonify(_told(store.bank.charge(id_)))


def _code(payee: str, charge_id: str) -> str:
    return encode_dynamic(f"banco.invalid/pix/{charge_id}", payee, CITY)


def _for_the_page(bank: Blueprint, store: Store, tell: Callable[[str], bool]) -> None:
    @bank.get("/chats/<key>")
    def shown(key: str) -> Response:
        return jsonify({"charges": [_told(one) for one in store.bank.shown_to(phone_or_404(store, key).wa_id)]})

    @bank.post("/chats/<key>/<id_>")
    def act(key: str, id_: str) -> Response:
        wa_id = phone_or_404(store, key).wa_id
        if id_ not in {one.id for one in store.bank.shown_to(wa_id)}:
            abort(404, "Esse Pix não foi enviado a este celular.")
        wanted = json_object()
        does = {"pay": store.bank.pay, "return": store.bank.give_back}.get(str(wanted.get("act")))
        cents = wanted.get("cents")
        if does is None or isinstance(cents, bool) or not isinstance(cents, int) or not 0 < cents <= MOST_CENTS:
            abort(400, "Digite um valor, por exemplo 49,90.")
        if not does(id_, cents):
            abort(409, "O banco não fez: confira o valor e a situação da cobrança.")
        told = tell(id_)
        return jsonify({"charges": [_told(one) for one in store.bank.shown_to(wa_id)], "told": told})


def _told(charge: BankCharge | None) -> dict[str, Any]:
    """With a linha digitável that is made of the rest, and has right check digits."""
    if charge is None:
        abort(404)
    number = f"{int(charge.id.removeprefix('chg_'), 16):025d}"
    line = compose(BANK, date.fromisoformat(charge.due_date), charge.amount, number).line
    return asdict(charge) | {"line": line, "paid_at": charge.paid_at.isoformat() if charge.paid_at else None}
