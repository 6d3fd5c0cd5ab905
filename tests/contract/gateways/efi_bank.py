"""Efí's two APIs as they are published: charges in cents with a custom id, and the central bank's cobv."""

from __future__ import annotations

from typing import Any

from tests.contract.gateways.bank import PDF, Asked, Bank, Said


def wrong(code: int, field: str) -> Said:
    return Said(400, {"code": code, "error": "validation_error", "error_description": {"property": field}})


class EfiBank(Bank):
    """The charges API."""

    def answer(self, asked: Asked) -> Said:
        if asked.path == "/authorize":
            self.tokens += 1
            return Said(200, {"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": 600})
        if asked.path.startswith("/pdf/"):
            return Said(200, raw=PDF, content_type="application/pdf")
        if asked.headers.get("authorization") != f"Bearer t{self.tokens}":
            return Said(401, {"error": "invalid_token"})
        parts = asked.path.strip("/").split("/")
        if parts == ["charge", "one-step"]:
            return self._make(asked)
        if parts == ["charges"]:
            found = [c for c in self.charges.values() if c["custom_id"] == asked.query.get("custom_id")]
            listed = [{"id": c["charge_id"], **{k: c[k] for k in ("total", "status", "custom_id")}} for c in found]
            return Said(200, {"code": 200, "data": listed})
        if parts[0] == "notification":
            return self._notification(parts[1])
        charge = self.charges.get(parts[1])
        if charge is None:
            return Said(404, {"code": 3500010, "error": "property_does_not_exist"})
        return self._cancel(charge) if parts[2:] == ["cancel"] else Said(200, {"code": 200, "data": charge})

    def _make(self, asked: Asked) -> Said:
        told = asked.json
        billet = told["payment"]["banking_billet"]
        if not billet["customer"].get("cpf") and "juridical_person" not in billet["customer"]:
            return wrong(3500034, "/payment/banking_billet/customer/cpf")
        self.created += 1
        number = 24700 + self.created
        self.charges[str(number)] = {
            "charge_id": number,
            "total": sum(item["value"] * item["amount"] for item in told["items"]),
            "status": "waiting",
            "custom_id": told["metadata"]["custom_id"],
            "created_at": "2026-11-20 10:00:00",
            "payment": {
                "method": "banking_billet",
                "banking_billet": {
                    "barcode": "00190.00009 02759.288000 21932.978170 1 87890000005000",
                    "pix": {"qrcode": f"00020101021226{number}6304FFFF", "qrcode_image": "data:image/svg+xml;base64,"},
                    "link": f"https://visualizacao.gerencianet.com.br/emissao/{number}",
                    "expire_at": billet["expire_at"],
                    "pdf": {"charge": f"{self.url}/pdf/{number}"},
                },
            },
        }
        made = {"charge_id": number, "status": "waiting", "total": self.charges[str(number)]["total"]}
        return Said(200, {"code": 200, "data": made})

    def _cancel(self, charge: dict[str, Any]) -> Said:
        if charge["status"] != "waiting":
            return wrong(3500036, "status")
        charge["status"] = "canceled"
        return Said(200, {"code": 200})

    def _notification(self, token: str) -> Said:
        charge = self.charges.get(token.removeprefix("token-"))
        if charge is None:
            return Said(404, {"code": 3500010})
        status = {"current": charge["status"], "previous": "waiting"}
        first = {"id": 1, "type": "charge", "identifiers": {"charge_id": charge["charge_id"]}, "status": status}
        return Said(200, {"code": 200, "data": [first, {**first, "id": 2}]})

    def pay(self, id_: str, cents: int) -> None:
        self.charges[id_]["status"] = "paid"
        self.charges[id_]["payment"].update(paid_value=cents, paid_at="2026-11-26 12:00:00")

    def give_back(self, id_: str) -> None:
        self.charges[id_]["status"] = "refunded"


class EfiPixBank(Bank):
    """The Pix API."""

    def answer(self, asked: Asked) -> Said:
        if asked.path == "/oauth/token":
            self.tokens += 1
            return Said(200, {"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": 3600})
        if asked.headers.get("authorization") != f"Bearer t{self.tokens}":
            return Said(401, {"nome": "invalid_token"})
        txid = asked.path.rpartition("/")[2]
        charge = self.charges.get(txid)
        if asked.method == "PUT":
            return self._make(asked, txid)
        if charge is None:
            return Said(404, {"nome": "cobranca_nao_encontrada", "mensagem": "Cobrança não encontrada"})
        if asked.method == "PATCH":
            if charge["status"] != "ATIVA":
                return Said(400, {"nome": "cobranca_nao_ativa"})
            charge["status"] = asked.json["status"]
        return Said(200, charge)

    def _make(self, asked: Asked, txid: str) -> Said:
        if txid in self.charges or not 26 <= len(txid) <= 35:
            return Said(400, {"nome": "txid_em_uso"})
        self.created += 1
        code = f"00020101021226{txid}6304FFFF"
        self.charges[txid] = {**asked.json, "txid": txid, "status": "ATIVA", "revisao": 0, "pixCopiaECola": code}
        return Said(201, self.charges[txid])

    def pay(self, id_: str, cents: int) -> None:
        paid = {"endToEndId": "E1803", "txid": id_, "valor": f"{cents / 100:.2f}", "horario": "2026-11-26T15:00:00Z"}
        paid["endToEndId"] += str(len(self.charges[id_].get("pix", [])) or "")
        self.charges[id_].update(status="CONCLUIDA", pix=[*self.charges[id_].get("pix", []), paid])

    def give_part_back(self, id_: str, cents: int) -> None:
        paid = self.charges[id_]["pix"][0]
        back = {"id": "1", "rtrId": "D1", "valor": f"{cents / 100:.2f}"}
        paid["devolucoes"] = [{**back, "status": "DEVOLVIDO"}, {**back, "id": "2", "status": "NAO_REALIZADO"}]

    def give_back(self, id_: str) -> None:
        for paid in self.charges[id_]["pix"]:
            paid["devolucoes"] = [{"id": "1", "rtrId": "D1", "valor": paid["valor"], "status": "DEVOLVIDO"}]
