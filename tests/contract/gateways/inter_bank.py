"""Banco Inter's Cobrança v3 as it is published: registered a moment later, sandbox codes that no reader takes."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from tests.contract.gateways.bank import PDF, Asked, Bank, Said

PIX = "000201010212261010014BR.GOV.BCB.PIX2579cdpj-sandbox.partners.uatinter.co/pj-s/v2/cobv/{}6304A5CC"


def wrong(reason: str, field: str) -> Said:
    violation = {"razao": reason, "propriedade": field, "valor": ""}
    return Said(400, {"title": "Requisição inválida", "detail": "", "violacoes": [violation]})


class InterBank(Bank):
    def answer(self, asked: Asked) -> Said:
        if asked.path == "/oauth/v2/token":
            self.tokens += 1
            token = {"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": 3600, "scope": ""}
            return Said(200, token)
        if asked.headers.get("authorization") != f"Bearer t{self.tokens}":
            return Said(401, {"title": "Não autorizado"})
        parts = asked.path.removeprefix("/cobranca/v3/cobrancas").strip("/").split("/")
        if parts == [""]:
            return self._make(asked) if asked.method == "POST" else self._list(asked)
        whole = self.charges.get(parts[0])
        if whole is None:
            return Said(404, {"title": "Cobrança não encontrada"})
        if parts[1:] == ["pdf"]:
            return Said(200, {"pdf": base64.b64encode(PDF).decode()})
        if parts[1:] == ["cancelar"]:
            return self._cancel(whole)
        return Said(200, whole)

    def _make(self, asked: Asked) -> Said:
        told = asked.json
        if len(told["seuNumero"]) > 15:
            return wrong("deve ter no máximo 15 caracteres", "seuNumero")
        for name in ("cpfCnpj", "tipoPessoa", "nome", "endereco", "cidade", "uf", "cep"):
            if not told["pagador"].get(name):
                return wrong("não deve ser vazio", f"pagador.{name}")
        self.created += 1
        code = str(uuid.UUID(int=self.created))
        self.charges[code] = {
            "cobranca": {
                "codigoSolicitacao": code,
                "seuNumero": told["seuNumero"],
                "dataEmissao": "2026-11-20",
                "dataVencimento": told["dataVencimento"],
                "valorNominal": told["valorNominal"],
                "tipoCobranca": "SIMPLES",
                "situacao": "A_RECEBER",
                "dataSituacao": "2026-11-20",
                "arquivada": False,
                "pagador": told["pagador"],
            },
            "boleto": {
                "nossoNumero": "3364699211",
                "codigoBarras": "00000033641836128354683148168282409334777187",
                "linhaDigitavel": "00000033641836534950656166811518570490033128415",
            },
            "pix": {"txid": f"3364{self.created:026d}", "pixCopiaECola": PIX.format(code)},
        }
        return Said(200, {"codigoSolicitacao": code})

    def _list(self, asked: Asked) -> Said:
        found = [c for c in self.charges.values() if c["cobranca"]["seuNumero"] == asked.query.get("seuNumero")]
        return Said(200, {"totalPaginas": 1, "totalElementos": len(found), "ultimaPagina": True, "cobrancas": found})

    def _cancel(self, whole: dict[str, Any]) -> Said:
        charge = whole["cobranca"]
        if charge["situacao"] != "A_RECEBER":
            return wrong("situação não permite cancelamento", "situacao")
        charge["situacao"] = "CANCELADO"
        return Said(202, {})

    def pay(self, id_: str, cents: int) -> None:
        charge = self.charges[id_]["cobranca"]
        charge.update(situacao="RECEBIDO", dataSituacao="2026-11-26", valorTotalRecebido=f"{cents / 100:.2f}")
        charge["origemRecebimento"] = "PIX"
