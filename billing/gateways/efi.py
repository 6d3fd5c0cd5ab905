"""Efí: boletos with Pix by its charges API, or charges with a due date by its Pix API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import requests

from billing.caller import Caller
from billing.client_token import ClientToken, with_certificate
from billing.efi_pix import EfiPix
from billing.gateway import (
    ADDRESS_SECRET,
    ChargeOrder,
    ChargeState,
    Gateway,
    GatewayKind,
    Hint,
    Payer,
    Registered,
)
from billing.gateway_shapes import address, checked, digits, moment, noon, prove, take_back, verbatim
from billing.reading import Unreadable, day, mapping, optional_day, rows, words
from core.dates import local_date
from core.errors import Misconfigured, Refused
from core.field import Field

# Amounts are whole cents there.
STATES: Mapping[str, ChargeState] = {
    "new": "open",
    "waiting": "open",
    "link": "open",
    "identified": "open",
    "approved": "open",
    "unpaid": "open",
    "paid": "paid",
    "settled": "paid",
    "contested": "paid",
    "refunded": "reversed",
    "canceled": "cancelled",
    "expired": "expired",
}
FOUND_WITHIN = timedelta(days=60)


class EfiBillets:
    """See billing.gateway.Gateway."""

    def __init__(self, fields: Mapping[str, str], session: requests.Session, zone: str) -> None:
        self._session = session
        self._zone = zone
        self._secret = fields["webhook_secret"]
        self._notify = fields["notification_url"]
        url = address(fields, "url")
        ask = {"auth": (fields["client_id"], fields["client_secret"]), "json": {"grant_type": "client_credentials"}}
        shown = with_certificate(fields["certificate"])
        self._api = Caller(session, url, ClientToken(Caller(session, url), "/authorize", {**ask, **shown}, shown))

    def create(self, order: ChargeOrder) -> Registered:
        if known := self.find(order.key):
            return known
        metadata = {"custom_id": order.key} | ({"notification_url": self._notify} if self._notify else {})
        billet: dict[str, Any] = {
            "customer": _customer(order.payer),
            "expire_at": order.due_date.isoformat(),
            "message": order.description[:80],
        }
        # Hundredths of a percent: 2 % is 200; interest is by the day there.
        fine, interest = round(float(order.fine_percent) * 100), round(float(order.interest_percent_month) * 1000 / 30)
        if fine or interest:
            billet["configurations"] = {"fine": fine, "interest": interest}
        body = {
            "items": [{"name": order.description[:255], "value": order.amount_cents, "amount": 1}],
            "metadata": metadata,
            "payment": {"banking_billet": billet},
        }
        made = _data(self._api.write("/charge/one-step", json=body).json())
        return self.state(_id(made))

    def find(self, key: str) -> Registered | None:
        today = local_date(datetime.now(UTC), self._zone)
        params = {
            "charge_type": "billet",
            "begin_date": (today - FOUND_WITHIN).isoformat(),
            "end_date": today.isoformat(),
            "custom_id": key,
        }
        answer = mapping(self._api.read("/charges", params=params).json(), "charges")
        for item in rows(answer.get("data"), "data"):
            if words(item.get("custom_id")) == key:
                return self.state(_id(item))
        return None

    def state(self, external_id: str) -> Registered:
        return self._registered(self._charge(external_id))

    def pdf(self, external_id: str) -> bytes | None:
        """The slip lies at an address of its own, which needs no token."""
        billet = _billet(self._charge(external_id))
        address = urlsplit(words(mapping(billet.get("pdf") or {}, "pdf").get("charge")))
        if address.scheme not in ("http", "https"):
            return None
        there = Caller(self._session, f"{address.scheme}://{address.netloc}")
        answer = there.read(address.path + (f"?{address.query}" if address.query else ""))
        return answer.body if answer.status == 200 and answer.body.startswith(b"%PDF-") else None

    def cancel(self, external_id: str) -> None:
        take_back(external_id, lambda: self._api.write(f"{_path(external_id)}/cancel", method="PUT"), self.state)

    def check_origin(self, headers: Mapping[str, str]) -> None:
        prove(headers.get(ADDRESS_SECRET, ""), self._secret)

    def read_webhook(self, body: bytes) -> tuple[Hint, ...]:
        """The webhook holds a token only; what it stands for is read with it."""
        token = parse_qs(body.decode("utf-8", "replace")).get("notification", [""])[0]
        if not token:
            raise Unreadable("notification")
        answer = self._api.read(f"/notification/{quote(token, safe='')}")
        if answer.status == 404:
            raise Unreadable("notification")
        told = rows(mapping(answer.json(), "answer").get("data"), "data")
        charges = (mapping(item.get("identifiers") or {}, "identifiers").get("charge_id") for item in told)
        return tuple(Hint(charge_id=charge) for charge in dict.fromkeys(words(c) for c in charges if c))

    def _charge(self, external_id: str) -> Mapping[str, Any]:
        answer = self._api.read(_path(external_id))
        if answer.status == 404:
            raise Refused("unknown_charge")
        return _data(answer.json())

    def _registered(self, charge: Mapping[str, Any]) -> Registered:
        payment = mapping(charge.get("payment") or {}, "payment")
        billet = _billet(charge)
        state = STATES.get(words(charge.get("status")))
        if state is None:
            raise Unreadable("status")
        total = _cents(charge.get("total"), "total")
        was_paid = state in ("paid", "reversed")
        return checked(
            Registered(
                external_id=_id(charge),
                state=state,
                amount_cents=total,
                due_date=day(billet.get("expire_at"), "expire_at"),
                line=digits(billet.get("barcode")),
                pix=verbatim(mapping(billet.get("pix") or {}, "pix").get("qrcode")),
                link=verbatim(billet.get("link")),
                paid_cents=_cents(payment.get("paid_value") or total, "paid_value") if was_paid else 0,
                paid_at=self._paid_at(payment) if was_paid else None,
                method="boleto",
            )
        )

    def _paid_at(self, payment: Mapping[str, Any]) -> datetime | None:
        told = words(payment.get("paid_at"))
        if len(told) > len("2026-01-01"):
            return moment(told, self._zone)
        paid_on = optional_day(told, "paid_at")
        return noon(paid_on, self._zone) if paid_on else None


def _data(answer: Any) -> Mapping[str, Any]:
    return mapping(mapping(answer, "answer").get("data"), "data")


def _billet(charge: Mapping[str, Any]) -> Mapping[str, Any]:
    payment = mapping(charge.get("payment") or {}, "payment")
    return mapping(payment.get("banking_billet") or {}, "banking_billet")


def _id(charge: Mapping[str, Any]) -> str:
    found = words(charge.get("charge_id") or charge.get("id"))
    if not found:
        raise Unreadable("charge_id")
    return found


def _cents(value: Any, field: str) -> int:
    if not words(value).isdecimal():
        raise Unreadable(field)
    return int(words(value))


def _customer(payer: Payer) -> dict[str, Any]:
    named: dict[str, Any] = {"name": payer.name[:255], "cpf": payer.document.number}
    if payer.document.kind == "cnpj":
        named = {"juridical_person": {"corporate_name": payer.name[:255], "cnpj": payer.document.number}}
    return named | ({"email": payer.email} if payer.email else {})


def _path(external_id: str) -> str:
    return f"/charge/{quote(external_id, safe='')}"


def connect(fields: Mapping[str, str], session: requests.Session, zone: str) -> Gateway:
    """See GatewayKind. Raises Misconfigured `gateway` for a product that does not exist, or a Pix without its key."""
    if fields["product"] == "boleto":
        return EfiBillets(fields, session, zone)
    if fields["product"] != "pix" or not fields["pix_key"]:
        raise Misconfigured("gateway", "product, pix_key")
    return EfiPix(fields, session, zone)


GATEWAY = GatewayKind(
    kind="efi",
    title="Efí",
    fields=(
        Field("client_id", "Client ID"),
        Field("client_secret", "Client secret", secret=True),
        Field("product", "Produto", required=False, default="boleto", about="boleto: boleto com Pix; pix: só Pix."),
        Field("certificate", "Certificado", required=False, about="Caminho do .pem da aplicação; o Pix exige."),
        Field("pix_key", "Chave Pix", required=False, about="Só para o produto pix."),
        Field("webhook_secret", "Segredo do webhook", secret=True, about="Última parte do endereço, ou ?hmac=."),
        Field("notification_url", "Endereço das notificações", required=False, about="O nosso, com o segredo."),
        Field("days_after_due", "Dias para pagar depois de vencer", required=False, default="60"),
        Field("url", "Endereço da API de cobranças", required=False, default="https://cobrancas.api.efipay.com.br/v1"),
        Field("pix_url", "Endereço da API Pix", required=False, default="https://pix.api.efipay.com.br"),
    ),
    connect=connect,
)
