"""Asaas (API v3): a payment of a customer of its own, with a boleto and a Pix code that are asked for afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from billing.caller import Auth, Caller
from billing.gateway import (
    ChargeOrder,
    ChargeState,
    Gateway,
    GatewayKind,
    Hint,
    Method,
    Payer,
    Registered,
)
from billing.gateway_shapes import checked, digits, noon, prove, reais, take_back, verbatim, webhook_json
from billing.reading import Unreadable, amount, day, mapping, optional_amount, optional_day, rows, words, yes
from core.errors import Refused
from core.field import Field

STATES: Mapping[str, ChargeState] = {
    "PENDING": "open",
    "OVERDUE": "open",
    "AWAITING_RISK_ANALYSIS": "open",
    "DUNNING_REQUESTED": "open",
    "RECEIVED": "paid",
    "CONFIRMED": "paid",
    "RECEIVED_IN_CASH": "paid",
    "DUNNING_RECEIVED": "paid",
    # A refund that is only asked for, and a dispute, have moved no money yet.
    "REFUND_REQUESTED": "paid",
    "REFUND_IN_PROGRESS": "paid",
    "CHARGEBACK_REQUESTED": "paid",
    "CHARGEBACK_DISPUTE": "paid",
    "AWAITING_CHARGEBACK_REVERSAL": "paid",
    "REFUNDED": "reversed",
}
METHODS: Mapping[str, Method] = {"PIX": "pix", "BOLETO": "boleto", "CREDIT_CARD": "card", "DEBIT_CARD": "card"}
TOKEN_HEADER = "asaas-access-token"  # noqa: S105 - a header's name


class _Key(Auth):
    def __init__(self, key: str) -> None:
        self._headers = {"access_token": key, "User-Agent": "Religa"}

    def options(self) -> Mapping[str, Any]:
        return {"headers": self._headers}


class Asaas:
    """See billing.gateway.Gateway."""

    def __init__(self, fields: Mapping[str, str], session: requests.Session, zone: str) -> None:
        self._session = session
        self._zone = zone
        self._billing_type = fields["billing_type"]
        self._webhook_token = fields["webhook_token"]
        self._api = Caller(session, fields["url"], _Key(fields["token"]))

    def create(self, order: ChargeOrder) -> Registered:
        if known := self.find(order.key):
            return known
        body: dict[str, Any] = {
            "customer": self._customer(order.payer),
            "billingType": self._billing_type,
            "value": reais(order.amount_cents),
            "dueDate": order.due_date.isoformat(),
            "description": order.description,
            "externalReference": order.key,
            "fine": {"value": float(order.fine_percent), "type": "PERCENTAGE"},
            "interest": {"value": float(order.interest_percent_month)},
        }
        answer = self._api.write("/payments", json=body)
        return self._whole(mapping(answer.json(), "payment"))

    def find(self, key: str) -> Registered | None:
        answer = self._api.read("/payments", params={"externalReference": key, "limit": 10})
        found = [
            item
            for item in rows(mapping(answer.json(), "payments").get("data"), "data")
            if words(item.get("externalReference")) == key and not yes(item.get("deleted"), "deleted")
        ]
        return self._whole(found[0]) if found else None

    def state(self, external_id: str) -> Registered:
        return self._whole(self._payment(external_id))

    def pdf(self, external_id: str) -> bytes | None:
        """The slip lies at an address of its own, which needs no key; a page for browsers is none."""
        address = urlsplit(words(self._payment(external_id).get("bankSlipUrl")))
        if address.scheme not in ("http", "https"):
            return None
        there = Caller(self._session, f"{address.scheme}://{address.netloc}")
        answer = there.read(address.path + (f"?{address.query}" if address.query else ""))
        return answer.body if answer.status == 200 and answer.body.startswith(b"%PDF-") else None

    def cancel(self, external_id: str) -> None:
        take_back(external_id, lambda: self._api.write(_path(external_id), method="DELETE"), self.state)

    def check_origin(self, headers: Mapping[str, str]) -> None:
        prove(headers.get(TOKEN_HEADER, ""), self._webhook_token)

    def read_webhook(self, body: bytes) -> tuple[Hint, ...]:
        told = mapping(webhook_json(body), "webhook")
        if "payment" not in told:
            # Other events of the account (transfers, invoices of service) are none of ours.
            return ()
        payment = mapping(told["payment"], "payment")
        charge_id = words(payment.get("id"))
        if not charge_id:
            raise Unreadable("payment.id")
        return (Hint(charge_id=charge_id, key=words(payment.get("externalReference")) or None),)

    def _payment(self, external_id: str) -> Mapping[str, Any]:
        answer = self._api.read(_path(external_id))
        if answer.status == 404:
            raise Refused("unknown_charge")
        return mapping(answer.json(), "payment")

    def _customer(self, payer: Payer) -> str:
        """Asaas's id of the payer, found by document, or made; it writes to nobody by itself."""
        number = payer.document.number
        found = self._api.read("/customers", params={"cpfCnpj": number}).json()
        for item in rows(mapping(found, "customers").get("data"), "data"):
            if not yes(item.get("deleted"), "deleted") and words(item.get("id")):
                return words(item["id"])
        body = {"name": payer.name, "cpfCnpj": number, "notificationDisabled": True}
        body |= {"email": payer.email} if payer.email else {}
        made = mapping(self._api.write("/customers", json=body).json(), "customer")
        return words(made.get("id"))

    def _whole(self, payment: Mapping[str, Any]) -> Registered:
        charge_id = words(payment.get("id"))
        state = _state(payment)
        if not charge_id:
            raise Unreadable("payment.id")
        codes = self._codes(charge_id) if state == "open" else {}
        paid_on = optional_day(payment.get("clientPaymentDate") or payment.get("paymentDate"), "paymentDate")
        paid_on = paid_on or optional_day(payment.get("confirmedDate"), "confirmedDate")
        was_paid = state in ("paid", "reversed")
        # `value` becomes what was paid, with fine and interest; what was asked for stays in `originalValue`.
        asked = payment.get("originalValue") or payment.get("value")
        return checked(
            Registered(
                external_id=charge_id,
                state=state,
                amount_cents=amount(asked, "value"),
                due_date=day(payment.get("dueDate"), "dueDate"),
                link=verbatim(payment.get("invoiceUrl")),
                paid_cents=optional_amount(payment.get("value"), "value") if was_paid else 0,
                returned_cents=_returned(payment) if was_paid else 0,
                paid_at=noon(paid_on, self._zone) if was_paid and paid_on else None,
                method=METHODS.get(words(payment.get("billingType")), "other"),
                e2e_id=verbatim(payment.get("endToEndIdentifier")),
                **codes,
            )
        )

    def _codes(self, charge_id: str) -> dict[str, str | None]:
        """The ways to pay it. One that this account does not offer is refused, and the others stand."""
        line = self._way(f"{_path(charge_id)}/identificationField")
        code = self._way(f"{_path(charge_id)}/pixQrCode")
        return {
            "line": digits(line.get("identificationField")),
            "barcode": digits(line.get("barCode")),
            "pix": verbatim(code.get("payload")),
        }

    def _way(self, path: str) -> Mapping[str, Any]:
        try:
            answer = self._api.read(path)
        except Refused:
            return {}
        return mapping(answer.json(), "code") if answer.status == 200 else {}


def _path(external_id: str) -> str:
    return f"/payments/{quote(external_id, safe='')}"


def _state(payment: Mapping[str, Any]) -> ChargeState:
    if yes(payment.get("deleted"), "deleted"):
        return "cancelled"
    state = STATES.get(words(payment.get("status")))
    if state is None:
        raise Unreadable("status")
    return state


def _returned(payment: Mapping[str, Any]) -> int:
    """What of it went back, in cents: a refund that is asked for or cancelled has moved no money."""
    done = (item for item in rows(payment.get("refunds") or [], "refunds") if words(item.get("status")) == "DONE")
    return sum(amount(item.get("value"), "refunds.value") for item in done)


def connect(fields: Mapping[str, str], session: requests.Session, zone: str) -> Gateway:
    """See GatewayKind."""
    return Asaas(fields, session, zone)


GATEWAY = GatewayKind(
    kind="asaas",
    title="Asaas",
    fields=(
        Field("token", "Chave da API", secret=True),
        Field("webhook_token", "Token dos webhooks", secret=True, about="O mesmo que foi escrito no webhook do Asaas."),
        Field("url", "Endereço da API", required=False, default="https://api.asaas.com/v3"),
        Field(
            "billing_type",
            "Tipo de cobrança",
            required=False,
            default="UNDEFINED",
            about="UNDEFINED: boleto, Pix e cartão, à escolha do cliente; BOLETO: boleto com Pix.",
        ),
    ),
    connect=connect,
)
