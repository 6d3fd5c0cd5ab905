"""Efí's Pix API, which is the central bank's: charges with a due date (cobv), over the application's certificate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests

from billing.caller import Caller
from billing.gateway import ADDRESS_SECRET, ChargeOrder, ChargeState, Hint, Registered
from billing.gateway_shapes import checked, moment, prove, take_back, verbatim, webhook_json, whole_number
from billing.gateway_token import ClientToken
from billing.reading import Unreadable, amount, day, mapping, rows, words
from core.errors import Refused

STATES: Mapping[str, ChargeState] = {
    "ATIVA": "open",
    "CONCLUIDA": "paid",
    "REMOVIDA_PELO_USUARIO_RECEBEDOR": "cancelled",
    "REMOVIDA_PELO_PSP": "cancelled",
}
# A txid has 26 to 35 letters and digits.
SHORTEST_TXID = 26


class EfiPix:
    """See billing.gateway.Gateway; a charge's external id is its txid."""

    def __init__(self, fields: Mapping[str, str], session: requests.Session, zone: str) -> None:
        self._zone = zone
        self._key = fields["pix_key"]
        self._secret = fields["webhook_secret"]
        self._days_after_due = whole_number(fields, "days_after_due")
        url = fields["pix_url"].rstrip("/")
        ask = {"auth": (fields["client_id"], fields["client_secret"]), "json": {"grant_type": "client_credentials"}}
        token = ClientToken(session, f"{url}/oauth/token", ask, cert=fields["certificate"] or None)
        self._api = Caller(session, f"{url}/v2", token)

    def create(self, order: ChargeOrder) -> Registered:
        if known := self.find(order.key):
            return known
        value: dict[str, Any] = {"original": _written(order.amount_cents)}
        if float(order.fine_percent):
            value["multa"] = {"modalidade": 2, "valorPerc": f"{float(order.fine_percent):.2f}"}
        if float(order.interest_percent_month):
            # 3: a percentage by the month, counted in calendar days.
            value["juros"] = {"modalidade": 3, "valorPerc": f"{float(order.interest_percent_month):.2f}"}
        document = order.payer.document
        body = {
            "calendario": {
                "dataDeVencimento": order.due_date.isoformat(),
                "validadeAposVencimento": self._days_after_due,
            },
            "devedor": {document.kind: document.number, "nome": order.payer.name[:200]},
            "valor": value,
            "chave": self._key,
            "solicitacaoPagador": order.description[:140],
        }
        # Put under its name: the same again is the same charge, or refused.
        return self._registered(self._api.write(_path(txid_of(order.key)), method="PUT", json=body).json())

    def find(self, key: str) -> Registered | None:
        answer = self._api.read(_path(txid_of(key)))
        return None if answer.status == 404 else self._registered(answer.json())

    def state(self, external_id: str) -> Registered:
        answer = self._api.read(_path(external_id))
        if answer.status == 404:
            raise Refused("unknown_charge")
        return self._registered(answer.json())

    def pdf(self, external_id: str) -> bytes | None:
        return None

    def cancel(self, external_id: str) -> None:
        body = {"status": "REMOVIDA_PELO_USUARIO_RECEBEDOR"}
        take_back(external_id, lambda: self._api.write(_path(external_id), method="PATCH", json=body), self.state)

    def check_origin(self, headers: Mapping[str, str]) -> None:
        prove(headers.get(ADDRESS_SECRET, ""), self._secret)

    def read_webhook(self, body: bytes) -> tuple[Hint, ...]:
        told = mapping(webhook_json(body), "webhook")
        txids = (words(item.get("txid")) for item in rows(told.get("pix"), "pix"))
        # A Pix without txid came to the key directly, for no charge.
        return tuple(Hint(charge_id=txid, txid=txid) for txid in dict.fromkeys(txids) if txid)

    def _registered(self, answer: Any) -> Registered:
        charge = mapping(answer, "cobv")
        state = STATES.get(words(charge.get("status")))
        txid = words(charge.get("txid"))
        if state is None or not txid:
            raise Unreadable("status")
        paid = rows(charge.get("pix"), "pix")
        came = sum(amount(item.get("valor"), "valor") for item in paid)
        back = sum(amount(item.get("valor"), "valor") for item in _given_back(paid))
        if state == "paid" and came and back >= came:
            state = "reversed"
        return checked(
            Registered(
                external_id=txid,
                state=state,
                amount_cents=amount(mapping(charge.get("valor"), "valor").get("original"), "original"),
                due_date=day(mapping(charge.get("calendario"), "calendario").get("dataDeVencimento"), "due"),
                txid=txid,
                pix=verbatim(charge.get("pixCopiaECola")),
                paid_cents=came,
                returned_cents=back,
                paid_at=self._paid_at(paid),
                method="pix",
                e2e_id=verbatim(paid[0].get("endToEndId")) if paid else None,
            )
        )

    def _paid_at(self, paid: tuple[Mapping[str, Any], ...]) -> datetime | None:
        return moment(words(paid[0].get("horario")), self._zone) if paid else None


def _given_back(paid: tuple[Mapping[str, Any], ...]) -> list[Mapping[str, Any]]:
    all_of_them = (item for one in paid for item in rows(one.get("devolucoes"), "devolucoes"))
    return [item for item in all_of_them if words(item.get("status")) == "DEVOLVIDO"]


def txid_of(key: str) -> str:
    """The key as a txid: zeros fill it up."""
    return re.sub(r"[^a-zA-Z0-9]", "", key).ljust(SHORTEST_TXID, "0")[:35]


def _written(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _path(txid: str) -> str:
    return f"/cobv/{re.sub(r'[^a-zA-Z0-9]', '', txid)}"
