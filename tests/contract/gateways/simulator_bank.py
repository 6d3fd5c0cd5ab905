"""The demo's own bank behind the hardships of the others, with a Pix that no reader takes, as sandboxes give."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from core.http import make_session
from tests.contract.gateways.bank import Asked, Bank, Said
from webhooks.simulator.bank import PaymentAddress, bank_blueprint
from webhooks.simulator.store import Store

PAID = datetime(2026, 11, 26, 15, tzinfo=UTC)


class SimulatorBank(Bank):
    def __init__(self, token: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._store = Store(Path(self._folder.name) / "bank.sqlite3", clock=lambda: PAID)
        app = Flask("bank")
        address = PaymentAddress(make_session(), "http://127.0.0.1:1/", token)
        app.register_blueprint(bank_blueprint(self._store, payee="Conecta Vale", address=address, url_prefix=""))
        self._client = app.test_client()
        super().__init__()

    def answer(self, asked: Asked) -> Said:
        known = len(self.charges)
        told = self._client.open(
            asked.path,
            method=asked.method,
            query_string=dict(asked.query),
            headers={"Authorization": asked.headers.get("authorization", "")},
            data=asked.body,
            content_type="application/json",
        )
        body = told.get_json(silent=True) or {}
        for charge in [body, *body.get("charges", [])]:
            if "pix" in charge:
                charge["pix"] = charge["pix"][:-4] + "ZZZZ"
                self.charges[charge["id"]] = charge
        self.created += len(self.charges) - known
        return Said(told.status_code, body)

    def pay(self, id_: str, cents: int) -> None:
        self._store.bank.pay(id_, cents)

    def give_part_back(self, id_: str, cents: int) -> None:
        self._store.bank.give_back(id_, cents)

    def give_back(self, id_: str) -> None:
        charge = self._store.bank.charge(id_)
        assert charge is not None
        self._store.bank.give_back(id_, charge.paid - charge.returned)
