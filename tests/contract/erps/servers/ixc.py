"""An IXC Provedor of ours: forms that are listed with qtype and grid_param, everything as text, errors with 200."""

from __future__ import annotations

import base64
import io
import json
import operator
from collections.abc import Callable
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from tests.contract.erps.server import Answered, Asked, ErpServer

USER, TOKEN = "7", "f00dfeedcafe4711"
Row = dict[str, Any]
HTML = b"<div>Ocorreu um erro ao processar a requisicao</div>"
_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "L": lambda have, want: want in have,
    ">": lambda have, want: float(have or 0) > float(want or 0),
}
_REFUSED = {
    "106": "ID de contrato inexistente na base de dados.",
    "107": "O contrato já encontra-se ativo, não é necessário utilizar o desbloqueio de confiança.",
    "109": "Não é possível utilizar o desbloqueio de confiança, o contrato está inativo.",
    "113": "O desbloqueio de confiança não está disponível para o contrato {id}, este recurso foi usado no dia  e não "
    "foi realizado o pagamento até o dia 01/01/2022.",
}


class IxcServer(ErpServer):
    """`forms` are its tables; `page_cap` is the most rows that one page brings, whatever was asked for; `total` is what
    it says instead of the right number."""

    def __init__(self) -> None:
        self.forms: dict[str, dict[str, Row]] = {
            name: {} for name in ("cliente", "cliente_contrato", "fn_areceber", "radusuarios", "su_ticket")
        } | {"vd_contratos": {"9": {"id": "9", "nome": "Fibra 600 Mega", "valor_contrato": "119.90", "Ativo": "S"}}}
        self.pix: dict[str, str] = {}
        self.used: set[str] = set()
        self.protocols = 202611270000
        self.page_cap = 1000
        self.total: Any = None
        super().__init__()

    def add(self, form: str, **row: Any) -> None:
        """One more row of a form."""
        self.forms[form][str(row["id"])] = row

    def denied(self) -> Answered:
        return Answered({"type": "error", "message": "Usuário ou token inválido"}, 401)

    def answer(self, asked: Asked) -> Answered:
        expected = base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {expected}":
            return self.denied()
        place, body = asked.path.removeprefix("/webservice/v1/"), asked.json or {}
        action = getattr(self, f"_{place}", None)
        if action:
            return Answered(action(body))
        if place not in self.forms:
            return Answered(HTML, 200, "text/html")
        if asked.headers.get("ixcsoft") == "listar":
            return Answered(self._list(place, body))
        return Answered(self._insert(place, body))

    def _list(self, form: str, body: Row) -> Row:
        conditions = [(body["qtype"], body.get("oper", "="), body["query"])]
        conditions += [(one["TB"], one["OP"], one["P"]) for one in json.loads(body.get("grid_param") or "[]")]
        found = [
            row
            for row in self.forms[form].values()
            if all(_COMPARE[op](str(row.get(name.partition(".")[2]) or ""), want) for name, op, want in conditions)
        ]
        by = str(body.get("sortname", f"{form}.id")).partition(".")[2]
        found.sort(key=lambda row: (len(str(row.get(by))), str(row.get(by))))
        size = min(int(body.get("rp", 20)), self.page_cap)
        start = (int(body.get("page", 1)) - 1) * size
        page = found[start : start + size]
        total: Any = len(found) if form == "cliente" else str(len(found))
        said = {"page": str(body.get("page", 1)), "total": total if self.total is None else self.total}
        return said | ({"registros": page} if page else {})

    def _insert(self, form: str, body: Row) -> Row:
        if form == "su_ticket" and not all(body.get(name) for name in ("id_cliente", "id_assunto", "menssagem")):
            return {"type": "error", "message": "Preencha os campos obrigatórios"}
        number = str(len(self.forms[form]) + 1)
        self.add(form, **body, **{"id": number})
        return {"type": "success", "message": "Registro inserido com sucesso!", "id": number}

    def _gerar_protocolo_atendimento(self, _: Row) -> Any:
        self.protocols += 1
        return self.protocols

    def _desbloqueio_confianca(self, body: Row) -> Row:
        number = str(body.get("id"))
        contract = self.forms["cliente_contrato"].get(number)
        code = "106" if contract is None else "109" if contract["status"] != "A" else ""
        if contract and not code:
            code = "107" if contract["status_internet"] == "A" else "113" if number in self.used else ""
        if code or contract is None:
            return {"tipo": "erro", "codigo": code, "mensagem": _REFUSED[code].format(id=number)}
        contract["status_internet"] = "A"
        self.used.add(number)
        return {"tipo": "sucesso", "codigo": "", "mensagem": ""}

    def _get_boleto(self, body: Row) -> Any:
        row = self.forms["fn_areceber"].get(str(body.get("boletos")))
        if row is None or body.get("tipo_boleto") != "arquivo":
            return {"type": "error", "message": "Boleto não encontrado"}
        # The line is made when the boleto is printed for the first time.
        row["linha_digitavel"] = row["line_when_printed"]
        sheet = io.BytesIO()
        canvas = Canvas(sheet, invariant=1)
        canvas.drawString(72, 720, str(row["id"]))
        canvas.save()
        return base64.b64encode(sheet.getvalue()).decode()

    def _get_pix(self, body: Row) -> Row:
        code = self.pix.get(str(body.get("id_areceber")))
        if code is None:
            return {"type": "error", "message": "Pix não disponível para este título"}
        whole = {
            "dadosPix": {"status": "ATIVA", "pixCopiaECola": code, "expiracaoPix": "12/01/2027 00:00:00"},
            "qrCode": {"qrcode": code, "imagemQrcode": "", "imagemSrc": ""},
        }
        return {"pix": whole, "gateway": {"gatewayNome": "MB"}, "type": "success"}
