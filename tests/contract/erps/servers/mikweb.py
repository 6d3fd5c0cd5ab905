"""MikWeb's API for administrators as its published answers show it: text in one place, numbers in the other."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.contract.erps.papers import a_line, a_pdf, a_pix
from tests.contract.erps.server import Answered, Asked, ErpServer

ROOT = "/v1/admin"


@dataclass
class Customer:
    id: int
    name: str
    document: str
    phones: tuple[str, str]
    address: tuple[str, str, str]


@dataclass
class Contract:
    id: int
    number: int
    customer: int
    status: str
    access: str
    plan: str
    value: str


@dataclass
class Billing:
    id: int
    customer: int
    value: Any
    due: date
    cents: int
    situation: str = "Aberto"
    paid_on: str | None = None
    paid: Any = None


class MikWebServer(ErpServer):
    def __init__(self) -> None:
        super().__init__()
        self.token = "MIKWEB:5up3r-s3cr3t-t0k3n"
        self.customers: dict[int, Customer] = {}
        self.contracts: dict[int, Contract] = {}
        self.billings: dict[int, Billing] = {}
        self.called: dict[int, dict[str, Any]] = {}
        self.most_per_page = 100

    def denied(self) -> Answered:
        return problem(401, "Unauthorized", "Token inválido")

    def answer(self, asked: Asked) -> Answered:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return self.denied()
        path = asked.path.removeprefix(ROOT)
        name, ident, rest = (*path.strip("/").split("/"), "", "")[:3]
        if asked.method == "POST" and path == "/calledies":
            return self._open(asked.json)
        if ident:
            return self._one(name, int(ident), rest)
        return self._list(name, asked)

    def _one(self, name: str, ident: int, rest: str) -> Answered:
        if name == "customers" and ident in self.customers:
            return Answered({"customer": self._customer(self.customers[ident], whole=True)})
        if name == "billings" and ident in self.billings:
            one = self.billings[ident]
            pdf = Answered(a_pdf(f"Fatura {ident}"), content_type="application/pdf")
            return pdf if rest == "download" else Answered({"billing": self._billing(one)})
        if name == "calledies" and ident in self.called:
            return Answered({"called": self.called[ident]})
        return problem(404, "Not Found", "Registro não encontrado")

    def _list(self, name: str, asked: Asked) -> Answered:
        owner = asked.query.get("customer_id", "")
        rows: list[dict[str, Any]]
        if name == "customers":
            rows = [self._customer(one, whole=False) for one in self._search(asked.query.get("search", ""))]
        elif name == "billings":
            rows = [self._billing(one) for one in self.billings.values() if str(one.customer) == owner]
            rows.sort(key=lambda row: row["due_day"], reverse=asked.query.get("sort_direction") == "desc")
        elif name == "customer_contracts":
            rows = [self._contract(one) for one in self.contracts.values() if str(one.customer) == owner]
        else:
            return problem(404, "Not Found", "Rota não encontrada")
        size = min(int(asked.query.get("per_page", "25")), self.most_per_page)
        return paged(name, rows, int(asked.query.get("page", "1")), size)

    def _search(self, text: str) -> list[Customer]:
        """Somewhere in a field as it is stored; a document is also found by its digits."""
        low = text.lower()
        return [
            one
            for one in self.customers.values()
            if any(low in field.lower() for field in (one.name, one.document, *one.phones))
            or low == re.sub(r"\D", "", one.document)
        ]

    def _customer(self, one: Customer, *, whole: bool) -> dict[str, Any]:
        living = [c for c in self.contracts.values() if c.customer == one.id and c.status != "cancelled"]
        blocked = any(c.access == "access_blocked" for c in living)
        row: dict[str, Any] = {
            "id": one.id,
            "full_name": one.name,
            "login": f"cliente.{one.id}",
            "password": "pppoe-s3cr3t",
            "email": "",
            "cpf_cnpj": one.document,
            "person_type": "F",
            "phone_number": one.phones[1],
            "cell_phone_number_1": one.phones[0],
            "status": "Ativo",
            "due_day": 10,
            "financial_status": "B" if blocked else "",
            "msg_payment_mk": "B" if blocked else "L",
            "authentication_type": "pppoe",
            "plan": {"id": 1, "name": living[0].plan if living else "", "value": "119.90"},
        }
        if whole:
            row |= dict(zip(("street", "number", "neighborhood"), one.address, strict=True))
        return row

    def _contract(self, one: Contract) -> dict[str, Any]:
        return {
            "id": one.id,
            "number": one.number,
            "customer_id": one.customer,
            "name": "Contrato do cliente",
            "status": one.status,
            "access_status": one.access,
            "plan": {"id": 1, "name": one.plan, "value": one.value},
        }

    def _billing(self, one: Billing) -> dict[str, Any]:
        open_ = one.situation == "Aberto"
        code = base64.b64encode(a_pix(str(one.id)).encode()).decode()
        return {
            "id": one.id,
            "customer_id": one.customer,
            "value": one.value,
            "value_paid": one.paid,
            "date_payment": one.paid_on,
            "situation_id": 1 if open_ else 2,
            "situation_name": one.situation,
            "reference": f"{one.due:%m/%Y}",
            "type_billing": "",
            "due_day": one.due.isoformat(),
            "form_payment": "",
            "digitable_line": a_line(one.cents, one.due, one.id),
            "integration_link": f"https://cobranca.example.com/{one.id}",
            "pix_copy_paste_base64": code,
            "pix_qr_code_image_base64": "",
            "lock_in": None,
            "our_number": one.id,
        }

    def _open(self, body: dict[str, Any]) -> Answered:
        if body["customer_id"] not in self.customers:
            return problem(400, "Bad Request", "customer_id inválido")
        ident = 9001 + len(self.called)
        self.called[ident] = {"id": ident, "status": 0, "priority": "B", **body}
        return Answered({"called": self.called[ident]}, 201)


def problem(code: int, error: str, message: str) -> Answered:
    return Answered({"error": error, "message": message, "statusCode": code}, code)


def paged(name: str, rows: list[dict[str, Any]], page: int, size: int) -> Answered:
    pages = max(1, -(-len(rows) // size))
    meta = {
        "current_page": page,
        "next_page": page + 1 if page < pages else None,
        "prev_page": page - 1 if page > 1 else None,
        "total_pages": pages,
        "total_count": len(rows),
    }
    return Answered({name: rows[(page - 1) * size : page * size], "meta": {"pages": meta}})
