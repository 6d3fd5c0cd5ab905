"""Voalle as its published collection describes it: both ports in one, an envelope around everything but files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.contract.erps.papers import a_line, a_pdf, a_pix
from tests.contract.erps.server import Answered, Asked, ErpServer

API = "/external/integrations/thirdparty/"
PAGE_SIZES = (5, 10, 20, 25, 50, 100)
BLOCKED, NORMAL = 6, 1
NEXT_MONTH_ENDS = date(2026, 12, 31)


@dataclass
class Person:
    id: int
    txid: str
    name: str
    phones: tuple[str, str]
    masked: bool = False


@dataclass
class Contract:
    id: int
    number: int
    person: int
    status: int
    plan: str
    cents: int
    address: str
    unlocked: bool = False


@dataclass
class Title:
    id: int
    number: str
    contract: int
    due: date
    cents: int
    status: str = "Em aberto"
    paid_on: str | None = None
    pix: str = ""
    fine: int = 0
    as_text: bool = False


class VoalleServer(ErpServer):
    def __init__(self) -> None:
        super().__init__()
        self.people: dict[int, Person] = {}
        self.contracts: dict[int, Contract] = {}
        self.titles: dict[int, Title] = {}
        self.client = {"client_id": "12345678000195", "client_secret": "f00dbabe-client", "syndata": "VFc1NU1U-syn"}
        self.tokens: set[str] = set()
        self.issued = 0
        self.registered = 0
        self.solicitations: list[dict[str, Any]] = []
        self.maintenance: str | None = None

    def denied(self) -> Answered:
        return Answered(b"", 401)

    def answer(self, asked: Asked) -> Answered:
        if asked.path == "/connect/token":
            return self._token(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return self.denied()
        name, _, rest = asked.path.removeprefix(API).rpartition("/")
        routes: dict[str, Callable[[str, Asked], Answered]] = {
            "people/txid": self._person,
            "getopentitlesbytxid": self._open_titles,
            "gettitlesbytxid": self._all_titles,
            "getcontractbillets": self._billets,
            "GetBillet": self._pdf,
            "GetBilletLink": self._link,
            "contracts/unlock": self._unlock,
            "getaccesspointstatusbyclient": self._access_points,
        }
        whole: dict[str, Callable[[str, Asked], Answered]] = {
            "contract/getpaged": self._paged,
            "billings/registerpix": self._register_pix,
            "opendetailedsolicitation": self._solicitation,
        }
        found = whole.get(f"{name}/{rest}".strip("/")) or routes.get(name)
        return found(rest, asked) if found else Answered(b"", 404)

    def _token(self, asked: Asked) -> Answered:
        wanted = {"grant_type": "client_credentials", "scope": "syngw", **self.client}
        if dict(asked.form) != wanted:
            return Answered({"error": "invalid_client"}, 400)
        self.issued += 1
        token = f"eyJhbGciOi-{self.issued:04d}-secret"
        self.tokens = {token}
        return Answered({"access_token": token, "expires_in": 3600, "token_type": "Bearer", "scope": "syngw"})

    def _by_txid(self, txid: str) -> Person | None:
        return next((one for one in self.people.values() if one.txid == txid), None)

    def _person(self, txid: str, _: Asked) -> Answered:
        person = self._by_txid(txid)
        if person is None:
            return told(None)
        masked = f"{txid[:3]}.{txid[3:6]}.{txid[6:9]}-{txid[9:]}"
        address = {"streetType": "Rua", "street": "Rua das Flores", "number": "7", "neighborhood": "Centro"}
        return told(
            {
                "id": person.id,
                "name": person.name,
                "name2": "",
                "txId": masked if person.masked else txid,
                "email": "",
                "status": 1,
                "phone": person.phones[1],
                "birthDate": "1990-01-01T00:00:00",
                "cellPhone": person.phones[0],
                "mainAddress": address,
                "titles": [],
            }
        )

    def _paged(self, _: str, asked: Asked) -> Answered:
        size, page = asked.json["pageSize"], asked.json["page"]
        if size not in PAGE_SIZES:
            return refused("pageSize inválido")
        person = self._by_txid(asked.json["txId"])
        owned = [one for one in self.contracts.values() if person and one.person == person.id]
        if asked.json["onlyActiveContracts"]:
            owned = [one for one in owned if one.status not in (4, 9)]
        part = owned[(page - 1) * size : page * size]
        return told({"data": [_contract(one) for one in part], "totalRecords": len(owned)}, messages="")

    def _open_titles(self, txid: str, _: Asked) -> Answered:
        return told(
            [_title(one) for one in self._titles(txid) if one.status == "Em aberto" and one.due <= NEXT_MONTH_ENDS]
        )

    def _all_titles(self, txid: str, _: Asked) -> Answered:
        rows = [(one, _title(one)) for one in self._titles(txid)]
        for one, row in rows:
            row["billet"]["status"] = one.status
            row["billet"]["receipts"] = {
                "ammount": one.cents / 100 if one.paid_on else 0.0,
                "receiptDate": one.paid_on,
            }
        return told([row for _, row in rows])

    def _titles(self, txid: str) -> list[Title]:
        person = self._by_txid(txid)
        owned = {one.id for one in self.contracts.values() if person and one.person == person.id}
        return [one for one in self.titles.values() if one.contract in owned]

    def _billets(self, contract: str, _: Asked) -> Answered:
        if not contract.isdecimal() or int(contract) not in self.contracts:
            return refused("Contrato não encontrado")
        owned = [one for one in self.titles.values() if one.contract == int(contract) and one.status == "Em aberto"]
        return told(
            [
                {
                    "id": one.id,
                    "title": one.number,
                    "expirationDate": f"{one.due.isoformat()}T00:00:00",
                    "parcel": 1,
                    "typefulLine": a_line(one.cents, one.due, one.id),
                    "link": "" if one.as_text else self._url(one),
                    "pixQRCode": one.pix,
                }
                for one in owned
            ]
        )

    def _url(self, one: Title) -> str:
        return f"https://erp.example.com/financial_receivable_titles/boletos/{one.id}"

    def _pdf(self, ident: str, _: Asked) -> Answered:
        one = self.titles.get(int(ident))
        if one is None or one.status != "Em aberto":
            return refused("Boleto não encontrado")
        return Answered(a_pdf(one.number), content_type="application/pdf")

    def _link(self, ident: str, _: Asked) -> Answered:
        one = self.titles.get(int(ident))
        return told({"link": self._url(one)}) if one else refused("Título não encontrado")

    def _register_pix(self, _: str, asked: Asked) -> Answered:
        one = self.titles[int(asked.query["receivableId"])]
        # Nothing says that a second registration gives the first one's code: here it does not.
        self.registered += 1
        return told(
            {
                "registerId": self.registered,
                "qrCode": a_pix(f"{one.id}-{self.registered}"),
                "totalAmount": one.cents / 100,
                "interestAmount": 0,
                "fineAmount": 0,
                "transactionId": f"tx{self.registered}",
                "hybridBillet": False,
            }
        )

    def _unlock(self, number: str, _: Asked) -> Answered:
        one = next((c for c in self.contracts.values() if str(c.number) == number), None)
        if one is None:
            return refused("Contrato não encontrado")
        if one.status != BLOCKED:
            return refused("Contrato não está bloqueado")
        if one.unlocked:
            return refused("O contrato já utilizou o desbloqueio em confiança neste período")
        one.status, one.unlocked = NORMAL, True
        return told({})

    def _access_points(self, person: str, _: Asked) -> Answered:
        point = {
            "title": "OLT 1",
            "inMaintenance": self.maintenance is not None,
            "maintenance": {"description": self.maintenance} if self.maintenance else None,
            "active": True,
        }
        return told([point] if int(person) in self.people else [])

    def _solicitation(self, _: str, asked: Asked) -> Answered:
        body = asked.json
        if body["clientId"] not in self.people or not body.get("incidentTypeId"):
            return refused("Tipo de solicitação inválido")
        self.solicitations.append(body)
        count = len(self.solicitations)
        return told({"protocol": 202611220000 + count, "assignmentId": count})


def told(response: Any, messages: Any = None) -> Answered:
    return Answered(
        {
            "success": True,
            "messages": messages,
            "response": response,
            "dataResponseType": "Object",
            "elapsedTime": None,
        }
    )


def refused(message: str) -> Answered:
    return Answered({"success": False, "messages": [{"type": "Error", "message": message}], "response": None})


def _contract(one: Contract) -> dict[str, Any]:
    street, number, district = ([*one.address.split(", "), "", ""])[:3]
    return {
        "id": one.id,
        "contractNumber": one.number,
        "v_status": one.status,
        "v_stage": 3,
        "description": one.plan,
        "amount": one.cents / 100,
        "address": {"street": street, "number": number, "neighborhood": district, "city": "São José", "state": "SP"},
    }


def _title(one: Title) -> dict[str, Any]:
    value = (one.cents - one.fine) / 100
    return {
        "id": one.id,
        "billet": {
            "bankTitleNumber": None,
            "barcode": None,
            "typefulLine": a_line(one.cents, one.due, one.id),
            "pixQRCode": one.pix,
            "title": one.number,
            "issueDate": "2026-10-01",
            "expirationDate": one.due.isoformat(),
            "processingDate": "2026-11-22",
            "amount": {
                "value": value,
                "finalValue": f"{one.cents / 100:.2f}" if one.as_text else one.cents / 100,
                "discount": 0,
                "fine": one.fine / 100,
                "interest": 0,
            },
        },
    }
