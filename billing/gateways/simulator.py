"""The demonstration's own bank, beside the simulated WhatsApp; no money ever moves there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from billing.caller import Auth, Caller
from billing.gateway import ChargeOrder, ChargeState, Gateway, GatewayKind, Hint, Registered
from billing.gateway_shapes import checked, digits, moment, prove, take_back, verbatim, webhook_json
from billing.reading import Unreadable, day, mapping, rows, words
from core.errors import Refused
from core.field import Field

STATES: Mapping[str, ChargeState] = {
    "open": "open",
    "paid": "paid",
    "cancelled": "cancelled",
    "reversed": "reversed",
}


class _Token(Auth):
    def __init__(self, token: str) -> None:
        self._headers = {"Authorization": f"Bearer {token}"}

    def options(self) -> Mapping[str, Any]:
        return {"headers": self._headers}


class SimulatedBank:
    """See billing.gateway.Gateway."""

    def __init__(self, fields: Mapping[str, str], session: requests.Session, zone: str) -> None:
        self._zone = zone
        self._proof = f"Bearer {fields['token']}" if fields["token"] else ""
        self._api = Caller(session, fields["url"].rstrip("/"), _Token(fields["token"]))

    def create(self, order: ChargeOrder) -> Registered:
        body = {
            "key": order.key,
            "amount_cents": order.amount_cents,
            "due_date": order.due_date.isoformat(),
            "about": order.description,
        }
        return self._registered(self._api.write("/charges", json=body).json())

    def find(self, key: str) -> Registered | None:
        told = mapping(self._api.read("/charges", params={"key": key}).json(), "charges")
        found = rows(told.get("charges"), "charges")
        return self._registered(found[0]) if found else None

    def state(self, external_id: str) -> Registered:
        answer = self._api.read(_path(external_id))
        if answer.status == 404:
            raise Refused("unknown_charge")
        return self._registered(answer.json())

    def pdf(self, external_id: str) -> bytes | None:
        return None

    def cancel(self, external_id: str) -> None:
        take_back(external_id, lambda: self._api.write(f"{_path(external_id)}/cancel", json={}), self.state)

    def check_origin(self, headers: Mapping[str, str]) -> None:
        prove(headers.get("authorization", ""), self._proof)

    def read_webhook(self, body: bytes) -> tuple[Hint, ...]:
        charge = words(mapping(webhook_json(body), "webhook").get("charge"))
        if not charge:
            raise Unreadable("charge")
        return (Hint(charge_id=charge),)

    def _registered(self, answer: Any) -> Registered:
        charge = mapping(answer, "charge")
        state, external_id = STATES.get(words(charge.get("state"))), words(charge.get("id"))
        if state is None or not external_id:
            raise Unreadable("state")
        paid_at = words(charge.get("paid_at") or "")
        return checked(
            Registered(
                external_id=external_id,
                state=state,
                amount_cents=_cents(charge, "amount"),
                due_date=day(charge.get("due_date"), "due_date"),
                line=digits(charge.get("line")),
                pix=verbatim(charge.get("pix")),
                paid_cents=_cents(charge, "paid"),
                returned_cents=_cents(charge, "returned"),
                paid_at=moment(paid_at, self._zone) if paid_at else None,
                method="pix",
            )
        )


def _cents(charge: Mapping[str, Any], name: str) -> int:
    if not words(charge.get(name)).isdecimal():
        raise Unreadable(name)
    return int(words(charge.get(name)))


def _path(external_id: str) -> str:
    return f"/charges/{quote(external_id, safe='')}"


def connect(fields: Mapping[str, str], session: requests.Session, zone: str) -> Gateway:
    """See GatewayKind."""
    return SimulatedBank(fields, session, zone)


GATEWAY = GatewayKind(
    kind="simulator",
    title="Banco simulado",
    fields=(
        Field("url", "Endereço do banco simulado", about="Preenchido pelo sistema, ao lado do WhatsApp simulado."),
        Field("token", "Segredo", secret=True, about="Preenchido pelo sistema."),
    ),
    connect=connect,
)
