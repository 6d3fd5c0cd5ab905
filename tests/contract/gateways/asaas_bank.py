"""Asaas as its documentation shows it: customers, payments, their codes, errors as a list."""

from __future__ import annotations

from typing import Any

from tests.contract.gateways.bank import PDF, Asked, Bank, Said

KEY = "$aact_teste"


def wrong(code: str, description: str) -> Said:
    return Said(400, {"errors": [{"code": code, "description": description}]})


class AsaasBank(Bank):
    def __init__(self) -> None:
        super().__init__()
        self.customers: dict[str, dict[str, Any]] = {}

    def answer(self, asked: Asked) -> Said:
        if asked.path.startswith("/b/pdf/"):
            return Said(200, raw=PDF, content_type="application/pdf")
        if asked.headers.get("access_token") != KEY:
            return Said(401, {"errors": [{"code": "invalid_access_token", "description": "A chave é inválida"}]})
        parts = asked.path.removeprefix("/v3/").split("/")
        if parts == ["customers"]:
            return self._customers(asked)
        if parts == ["payments"]:
            return self._make(asked) if asked.method == "POST" else self._list(asked)
        payment = self.charges.get(parts[1])
        if payment is None:
            return Said(404, {})
        if asked.method == "DELETE":
            return self._delete(payment)
        return self._part(payment, parts[2] if len(parts) > 2 else "")

    def _customers(self, asked: Asked) -> Said:
        if asked.method == "GET":
            found = [c for c in self.customers.values() if c["cpfCnpj"] == asked.query.get("cpfCnpj")]
            return Said(200, {"object": "list", "hasMore": False, "totalCount": len(found), "data": found})
        customer = {"object": "customer", "id": f"cus_{len(self.customers) + 1}", "deleted": False, **asked.json}
        self.customers[customer["id"]] = customer
        return Said(200, customer)

    def _make(self, asked: Asked) -> Said:
        told = asked.json
        if told.get("customer") not in self.customers:
            return wrong("invalid_customer", "Customer inválido ou não informado.")
        if not told.get("value"):
            return wrong("invalid_value", "O campo value deve ser informado.")
        self.created += 1
        id_ = f"pay_{self.created:04d}"
        self.charges[id_] = {
            "object": "payment",
            "id": id_,
            "customer": told["customer"],
            "value": told["value"],
            "netValue": told["value"] - 0.99,
            "originalValue": None,
            "billingType": told["billingType"],
            "status": "PENDING",
            "dueDate": told["dueDate"],
            "paymentDate": None,
            "clientPaymentDate": None,
            "invoiceUrl": f"https://www.asaas.com/i/{self.created}",
            "bankSlipUrl": f"{self.url}/b/pdf/{self.created}",
            "externalReference": told["externalReference"],
            "deleted": False,
        }
        return Said(200, self.charges[id_])

    def _list(self, asked: Asked) -> Said:
        wanted = asked.query.get("externalReference")
        found = [p for p in self.charges.values() if p["externalReference"] == wanted and not p["deleted"]]
        return Said(200, {"object": "list", "hasMore": False, "totalCount": len(found), "data": found})

    def _delete(self, payment: dict[str, Any]) -> Said:
        if payment["status"] in ("RECEIVED", "CONFIRMED"):
            return wrong("invalid_action", "Não é possível remover uma cobrança recebida.")
        payment["deleted"] = True
        return Said(200, {"deleted": True, "id": payment["id"]})

    def _part(self, payment: dict[str, Any], part: str) -> Said:
        if part == "identificationField":
            line = "00190000090275928800021932978170187890000005000"
            bar = "00191878900000050000000002759288002193297817"
            return Said(200, {"identificationField": line, "nossoNumero": "6543", "barCode": bar})
        if part == "pixQrCode":
            code = f"00020126{payment['id']}6304ABCD"
            expires = "2027-11-10 23:59:59"
            return Said(200, {"encodedImage": "aWdub3Jl", "payload": code, "expirationDate": expires})
        return Said(200, payment)

    def pay(self, id_: str, cents: int) -> None:
        payment = self.charges[id_]
        payment.update(status="RECEIVED", originalValue=payment["value"], value=cents / 100, billingType="PIX")
        payment.update(clientPaymentDate="2026-11-26", paymentDate="2026-11-26")

    def give_part_back(self, id_: str, cents: int) -> None:
        refund = {"dateCreated": "2026-11-27 10:28:40", "value": cents / 100, "description": "Pago a mais"}
        refunds = self.charges[id_].setdefault("refunds", [])
        refunds += [{**refund, "status": "DONE"}, {**refund, "status": "CANCELLED"}]

    def give_back(self, id_: str) -> None:
        self.charges[id_]["status"] = "REFUNDED"
