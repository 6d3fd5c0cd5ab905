"""An MK Solutions of ours: GET services with a token in the query, errors with 200, letters that come in halves."""

from __future__ import annotations

import html
import io
import json
import re
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from tests.contract.erps.server import Answered, Asked, ErpServer

USER_TOKEN, PASSWORD = "usertoken5f3e9a", "contrasenha8842"
KIND = "text/plain;charset=iso-8859-1"
Row = dict[str, Any]


def error(code: str, text: str) -> Row:
    """An error with a number."""
    return {"status": "ERRO", "Num. ERRO": code, "Mensagem": text}


class MkServer(ErpServer):
    """`persons`, `connections`, `contracts` and `bills` are what it keeps; `uses` is how often a token may be used
    before it has run out, 0 for always; `old` has no V2 of the contracts."""

    def __init__(self) -> None:
        self.persons: list[Row] = []
        self.contracts: list[Row] = []
        self.connections: list[Row] = []
        self.bills: list[Row] = []
        self.tickets: list[Row] = []
        self.released: set[int] = set()
        self.logins = 0
        self.uses = 0
        self.old = False
        self._left = 0
        super().__init__()

    def denied(self) -> Answered:
        return _written(error("001", "Token inválido."))

    @property
    def token(self) -> str:
        """The token that counts now."""
        return f"sessao{self.logins}b7c1"

    def answer(self, asked: Asked) -> Answered:
        if asked.path.startswith("/boletos/"):
            return Answered(_pdf(asked.path), 200, "application/pdf")
        service = asked.path.removeprefix("/mk/").removesuffix(".rule")
        if service == "WSAutenticacao":
            return _written(self._login(asked.query))
        if asked.query.get("sys") != "MK0" or asked.query.get("token") != self.token:
            return self.denied()
        if self.uses:
            self._left -= 1
            if self._left < 0:
                return _written({**error("999", "Token expirado."), "CodToken": 585185})
        action = getattr(self, f"_{service}", None)
        if action is None or (self.old and service.endswith("V2")):
            return Answered(b"<html>404</html>", 404, "text/html")
        return _written(action(asked.query))

    def _login(self, query: Any) -> Row:
        if (query.get("token"), query.get("password"), query.get("cd_servico")) != (USER_TOKEN, PASSWORD, "9999"):
            return error("001", "Token inválido.")
        self.logins += 1
        self._left = self.uses
        return {"Expire": "30/10/2020 17:50:56", "LimiteUso": self.uses, "Token": self.token, "status": "OK"}

    def _person(self, query: Any) -> Row | None:
        return next((one for one in self.persons if str(one["CodigoPessoa"]) == query["cd_cliente"]), None)

    def _of(self, query: Any, name: str, listed: list[Row], hidden: tuple[str, ...] = ("person",)) -> Row:
        person = self._person(query)
        if person is None:
            return error("003", "Cliente não localizado.")
        mine = [_without(row, hidden) for row in listed if row["person"] == person["CodigoPessoa"]]
        return {"CodigoPessoa": person["CodigoPessoa"], name: mine, "Nome": person["Nome"], "status": "OK"}

    def _WSMKConsultaDoc(self, query: Any) -> Row:
        if not re.fullmatch(r"[0-9]{11}|[0-9A-Z]{12}[0-9]{2}", query["doc"]):
            return error("002", "Documento inválido.")
        found = [_without(one, ("CPF_CNPJ",)) for one in self.persons if one["CPF_CNPJ"] == query["doc"]]
        if not found:
            return error("003", "Documento não localizado.")
        return {**found[0], "Outros": found[1:], "status": "OK"}

    def _WSMKConsultaClientes(self, query: Any) -> Row:
        person = self._person(query)
        return {"Clientes": [person] if person else [], "status": "OK"}

    def _WSMKConexoesPorCliente(self, query: Any) -> Row:
        return self._of(query, "Conexoes", self.connections)

    def _WSMKContratosPorClienteV2(self, query: Any) -> Any:
        said = self._of(query, "Contratos", self.contracts)
        return said.get("Contratos", said)

    def _WSMKContratosPorCliente(self, query: Any) -> Row:
        active = [one for one in self.contracts if one["status_contrato"] == "Ativo"]
        return self._of(query, "ContratosAtivos", active, ("person", "status_contrato"))

    def _WSMKFaturasPendentes(self, query: Any) -> Row:
        return self._of(query, "FaturasPendentes", [one for one in self.bills if not one["paid"]], _UNSAID)

    def _WSMKFaturas(self, query: Any) -> Any:
        mine = [one for one in self.bills if str(one["person"]) == query["codigo_cliente"] and one["paid"]]
        return [
            {
                "codfatura": one["codfatura"],
                "status": "Pago",
                "data_vencimento": "-".join(reversed(one["data_vencimento"].split("/"))),
                "data_liquidacao": one["paid"],
                "valor_pago": one["valor_total"],
                "valor_total_faturas": one["valor_total"],
                "linha_digitavel_boleto": "",
                "contratos": [{"codigo_contrato": int(one["contratos"]), "plano": "Fibra"}],
            }
            for one in mine
        ]

    def _bill(self, query: Any) -> Row | None:
        return next((one for one in self.bills if str(one["codfatura"]) == query["cd_fatura"]), None)

    def _WSMKSegundaViaCobranca(self, query: Any) -> Row:
        if self._bill(query) is None:
            return error("003", "Fatura não localizada.")
        return {"PathDownload": f"{self.url}/boletos/{query['cd_fatura']}.pdf", "status": "OK"}

    def _WSMKLDViaSMS(self, query: Any) -> Row:
        bill = self._bill(query)
        if bill is None:
            return error("003", "Fatura não localizada.")
        whole = {"codigopessoa": bill["person"], "ld": bill["ld"], "situacao": "Paga" if bill["paid"] else "Pendente"}
        return {"DadosFatura": [{**whole, "celular": "5512981110002", "codfatura": bill["codfatura"]}], "status": "OK"}

    def _WSMKAutoDesbloqueio(self, query: Any) -> Row:
        number = int(query["cd_conexao"])
        connection = next((one for one in self.connections if one["codconexao"] == number), None)
        if connection is None or number in self.released:
            return {"status": "ERRO", "mensagem": "Operação indisponível para esta conexão."}
        self.released.add(number)
        connection.update(bloqueada="Não", motivo_bloqueio=None)
        return {"AcessoSAC": "", "CodigoPessoa": connection["person"], "Nome": "", "status": "OK"}

    def _WSMKNovoAtendimento(self, query: Any) -> Row:
        stored = html.escape(query["info"]).encode("ascii", "xmlcharrefreplace")
        if len(stored) > 300:
            return error("998", "value too long for type character varying(300)")
        self.tickets.append(dict(query))
        number = 268168 + len(self.tickets)
        return {"CodigoAtendimento": number, "Protocolo": f"2026112200{number}", "status": "OK"}


_UNSAID = ("person", "paid", "ld")


def _without(row: Row, names: tuple[str, ...]) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _written(said: Any) -> Answered:
    """UTF-8, but for its bytes 80 to 9f, which come as an escape; and a head that says Latin 1."""
    raw = json.dumps(said, ensure_ascii=False).encode()
    body = re.sub(rb"[\x80-\x9f]", lambda found: b"\\u00%02X" % found[0][0], raw)
    return Answered(body, 200, KIND)


def _pdf(text: str) -> bytes:
    sheet = io.BytesIO()
    canvas = Canvas(sheet, invariant=1)
    canvas.drawString(72, 720, text)
    canvas.save()
    return sheet.getvalue()
