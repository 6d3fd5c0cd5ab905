"""Banco Inter (Cobrança v3): a boleto with Pix, registered a moment after it was asked for."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import requests

from billing.caller import Caller
from billing.client_token import ClientToken, with_certificate
from billing.gateway import (
    ADDRESS_SECRET,
    ChargeOrder,
    ChargeState,
    Gateway,
    GatewayKind,
    Hint,
    Method,
    Payer,
    Registered,
)
from billing.gateway_shapes import (
    address,
    checked,
    digits,
    noon,
    prove,
    reais,
    take_back,
    verbatim,
    webhook_json,
    whole_number,
)
from billing.reading import Unreadable, amount, day, mapping, optional_amount, optional_day, rows, words
from core.dates import local_date
from core.errors import Refused
from core.field import Field

STATES: Mapping[str, ChargeState] = {
    "EM_PROCESSAMENTO": "open",
    "A_RECEBER": "open",
    "ATRASADO": "open",
    "PROTESTO": "open",
    "RECEBIDO": "paid",
    "MARCADO_RECEBIDO": "paid",
    "CANCELADO": "cancelled",
    "FALHA_EMISSAO": "cancelled",
    "EXPIRADO": "expired",
}
METHODS: Mapping[str, Method] = {"PIX": "pix", "BOLETO": "boleto"}
# Our number of a charge has room for so many characters there.
LONGEST_NUMBER = 15
# A charge is looked for among those that were made since.
FOUND_WITHIN = timedelta(days=60)
SCOPE = "boleto-cobranca.read boleto-cobranca.write"


class Inter:
    """See billing.gateway.Gateway."""

    def __init__(self, fields: Mapping[str, str], session: requests.Session, zone: str) -> None:
        self._zone = zone
        self._fields = fields
        self._days_after_due = whole_number(fields, "days_after_due")
        url = address(fields, "url")
        pair = (fields["certificate"], fields["certificate_key"]) if fields["certificate"] else None
        shown = with_certificate(pair)
        form = {
            "client_id": fields["client_id"],
            "client_secret": fields["client_secret"],
            "scope": SCOPE,
            "grant_type": "client_credentials",
        }
        token = ClientToken(Caller(session, url), "/oauth/v2/token", {"data": form, **shown}, shown)
        self._api = Caller(session, f"{url}/cobranca/v3", token)

    def create(self, order: ChargeOrder) -> Registered:
        if known := self.find(order.key):
            return known
        body: dict[str, Any] = {
            "seuNumero": number_of(order.key),
            "valorNominal": reais(order.amount_cents),
            "dataVencimento": order.due_date.isoformat(),
            "numDiasAgenda": self._days_after_due,
            "pagador": self._payer(order.payer),
            "mensagem": {"linha1": order.description[:78]},
            "formasRecebimento": ["BOLETO", "PIX"],
        }
        if float(order.fine_percent):
            body["multa"] = {"codigo": "PERCENTUAL", "taxa": float(order.fine_percent)}
        if float(order.interest_percent_month):
            body["mora"] = {"codigo": "TAXAMENSAL", "taxa": float(order.interest_percent_month)}
        made = mapping(self._api.write("/cobrancas", json=body).json(), "made")
        code = words(made.get("codigoSolicitacao"))
        if not code:
            raise Unreadable("codigoSolicitacao")
        return self.state(code)

    def find(self, key: str) -> Registered | None:
        today = local_date(datetime.now(UTC), self._zone)
        params = {
            "dataInicial": (today - FOUND_WITHIN).isoformat(),
            "dataFinal": today.isoformat(),
            "filtrarDataPor": "EMISSAO",
            "seuNumero": number_of(key),
        }
        found = mapping(self._api.read("/cobrancas", params=params).json(), "page")
        for item in rows(found.get("cobrancas"), "cobrancas"):
            if words(mapping(item.get("cobranca"), "cobranca").get("seuNumero")) == number_of(key):
                return self._registered(item)
        return None

    def state(self, external_id: str) -> Registered:
        answer = self._api.read(_path(external_id))
        if answer.status == 404:
            raise Refused("unknown_charge")
        return self._registered(mapping(answer.json(), "answer"), external_id)

    def pdf(self, external_id: str) -> bytes | None:
        answer = self._api.read(f"{_path(external_id)}/pdf")
        if answer.status == 404:
            return None
        try:
            return base64.b64decode(words(mapping(answer.json(), "pdf").get("pdf")), validate=True) or None
        except binascii.Error:
            raise Unreadable("pdf") from None

    def cancel(self, external_id: str) -> None:
        body = {"motivoCancelamento": "ACERTOS"}
        take_back(external_id, lambda: self._api.write(f"{_path(external_id)}/cancelar", json=body), self.state)

    def check_origin(self, headers: Mapping[str, str]) -> None:
        prove(headers.get(ADDRESS_SECRET, ""), self._fields["webhook_secret"])

    def read_webhook(self, body: bytes) -> tuple[Hint, ...]:
        hints = []
        for item in rows(webhook_json(body), "webhook"):
            code = words(item.get("codigoSolicitacao"))
            if not code:
                raise Unreadable("codigoSolicitacao")
            hints.append(Hint(charge_id=code, txid=words(item.get("txid")) or None))
        return tuple(hints)

    def _payer(self, payer: Payer) -> dict[str, Any]:
        """The bank wants a whole address; the provider's own town stands in where the customer's is not known."""
        postcode = digits(payer.postcode) or digits(self._fields["postcode"]) or ""
        given = {
            "cpfCnpj": payer.document.number,
            "tipoPessoa": "FISICA" if payer.document.kind == "cpf" else "JURIDICA",
            "nome": payer.name[:100],
            "email": payer.email,
            "endereco": payer.address[:100],
            "cidade": payer.city,
            "uf": payer.state,
            "cep": postcode,
        }
        return {name: value for name, value in given.items() if value}

    def _registered(self, whole: Mapping[str, Any], external_id: str = "") -> Registered:
        charge = mapping(whole.get("cobranca"), "cobranca")
        slip = mapping(whole.get("boleto") or {}, "boleto")
        code = mapping(whole.get("pix") or {}, "pix")
        state = STATES.get(words(charge.get("situacao")))
        external_id = words(charge.get("codigoSolicitacao")) or external_id
        if state is None or not external_id:
            raise Unreadable("situacao")
        nominal = amount(charge.get("valorNominal"), "valorNominal")
        paid_on = optional_day(charge.get("dataSituacao"), "dataSituacao") if state == "paid" else None
        received = optional_amount(charge.get("valorTotalRecebido"), "valorTotalRecebido") or nominal
        return checked(
            Registered(
                external_id=external_id,
                state=state,
                amount_cents=nominal,
                due_date=day(charge.get("dataVencimento"), "dataVencimento"),
                txid=verbatim(code.get("txid")),
                line=digits(slip.get("linhaDigitavel")),
                barcode=digits(slip.get("codigoBarras")),
                pix=verbatim(code.get("pixCopiaECola")),
                paid_cents=received if state == "paid" else 0,
                paid_at=noon(paid_on, self._zone) if paid_on else None,
                method=METHODS.get(words(charge.get("origemRecebimento")), "other"),
            )
        )


def number_of(key: str) -> str:
    """The key as the bank's `seuNumero`: a longer one by its fingerprint."""
    if len(key) <= LONGEST_NUMBER:
        return key
    return hashlib.blake2b(key.encode(), digest_size=7).hexdigest()


def _path(external_id: str) -> str:
    return f"/cobrancas/{quote(external_id, safe='')}"


def connect(fields: Mapping[str, str], session: requests.Session, zone: str) -> Gateway:
    """See GatewayKind."""
    return Inter(fields, session, zone)


GATEWAY = GatewayKind(
    kind="inter",
    title="Banco Inter",
    fields=(
        Field("client_id", "Client ID"),
        Field("client_secret", "Client secret", secret=True),
        Field("certificate", "Certificado", required=False, about="Caminho do arquivo .crt da integração."),
        Field("certificate_key", "Chave do certificado", required=False, about="Caminho do arquivo .key."),
        Field("webhook_secret", "Segredo do webhook", secret=True, about="Última parte do endereço do webhook."),
        Field("postcode", "CEP padrão", required=False, about="Onde o cadastro do cliente não tem CEP."),
        Field("days_after_due", "Dias para pagar depois de vencer", required=False, default="60"),
        Field("url", "Endereço da API", required=False, default="https://cdpj.partners.bancointer.com.br"),
    ),
    connect=connect,
)
