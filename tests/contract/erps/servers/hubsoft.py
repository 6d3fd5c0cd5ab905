"""HubSoft as its published answers show it: bearer tokens, `suscess`, at most 50 invoices, alerts made for bots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.contract.erps.papers import a_pdf, line_of, pix_of
from tests.contract.erps.scene import CONTRACTS, CUSTOMERS, INVOICES
from tests.contract.erps.server import Answered, Asked, ErpServer

CLIENT_SECRET, PASSWORD = "segredo-do-cliente-31", "senha-da-api-77"
GRANT = {
    "grant_type": "password",
    "client_id": "12",
    "client_secret": CLIENT_SECRET,
    "username": "api@example.com",
    "password": PASSWORD,
}
API = "/api/v1/integracao"
STATUS = {
    "active": ("Serviço Habilitado", "servico_habilitado"),
    "blocked": ("Suspenso por Débito", "suspenso_debito"),
    "cancelled": ("Cancelado", "cancelado"),
}
MOST_DAYS = 3


def br(day: date | None) -> str | None:
    return f"{day.day:02d}/{day.month:02d}/{day.year}" if day else None


class HubsoftServer(ErpServer):
    """Bruno's document is kept with its dots, Fábio's without, and a search finds it only as it is kept."""

    def __init__(self) -> None:
        codes = {customer.ref: 421 + n for n, customer in enumerate(CUSTOMERS)}
        self.clients: dict[int, dict[str, Any]] = {}
        for n, customer in enumerate(CUSTOMERS):
            mobile, landline = (phone.removeprefix("+55") for phone in customer.phones)
            who = customer.document.formatted if n == 0 else customer.document.number
            self.clients[codes[customer.ref]] = {"nome": customer.name, "cpf": who, "phones": (mobile, landline)}
        self.services: dict[int, dict[str, Any]] = {
            int(c.number): {"client": codes[c.customer_ref], "status": c.status, "plan": c.plan, "at": c.address}
            for c in CONTRACTS
        }
        self.invoices: dict[int, dict[str, Any]] = {}
        for n, invoice in enumerate(INVOICES):
            paid = date(2026, 10, 1) if invoice.paid_at else None
            self.add_invoice(36400 + n, 1002, invoice.due_date, invoice.amount_cents, paid)
        self.tickets: dict[str, dict[str, Any]] = {}
        self.unlocked: set[int] = set()
        self.alerts: dict[int, list[str]] = {}
        self.tokens: list[str] = []
        super().__init__()

    def add_invoice(self, number: int, service: int, due: date, cents: int, paid: date | None = None) -> None:
        self.invoices[number] = {"service": service, "due": due, "cents": cents, "paid": paid}

    def pay(self, number: int) -> None:
        self.invoices[number]["paid"] = date(2026, 11, 22)

    def denied(self) -> Answered:
        return Answered({"error": "invalid_credentials", "message": "The user credentials were incorrect."}, 401)

    def answer(self, asked: Asked) -> Answered:
        if asked.path.startswith("/pdf/fatura/"):
            return Answered(a_pdf(f"Boleto {int(asked.path.rpartition('-')[2])}"), content_type="application/pdf")
        if asked.path == "/oauth/token":
            return self._token(asked)
        if asked.headers.get("authorization") not in {f"Bearer {token}" for token in self.tokens[-1:]}:
            return Answered({"error": "Unauthenticated."}, 401)
        doors = {
            ("GET", "/cliente"): lambda: self._clients(asked.query),
            ("GET", "/cliente/financeiro"): lambda: self._invoices(asked.query),
            ("POST", "/cliente/desbloqueio_confianca"): lambda: self._unlock(asked.json),
            ("POST", "/atendimento"): lambda: self._ticket(asked.json),
            ("GET", "/cliente/atendimento"): lambda: self._tickets(asked.query),
        }
        door = doors.get((asked.method, asked.path.removeprefix(API)))
        return Answered(door()) if door else Answered(b"<h1>404</h1>", 404, "text/html")

    def _token(self, asked: Asked) -> Answered:
        if asked.json != GRANT:
            return self.denied()
        self.tokens.append(f"token-secreto-{len(self.tokens)}")
        return Answered({"access_token": self.tokens[-1], "expires_in": 2592000, "token_type": "Bearer"})

    def _clients(self, query: Mapping[str, str]) -> Any:
        what = query["termo_busca"]
        kept = {
            code: {"cpf_cnpj": [client["cpf"]], "codigo_cliente": [str(code)], "telefone": client["phones"]}
            for code, client in self.clients.items()
        }
        # Of a phone a part is enough.
        partly = query["busca"] == "telefone"
        found = [
            self._client(code, query)
            for code, by in kept.items()
            if any(what in one if partly else what == one for one in by[query["busca"]])
        ]
        page = found[: int(query.get("limit", "5"))]
        return {"status": "success", "msg": "Dados consultados com sucesso", "clientes": page}

    def _client(self, code: int, query: Mapping[str, str]) -> dict[str, Any]:
        client, alerts = self.clients[code], self.alerts.get(code, [])
        services = [
            self._service(number, query)
            for number, service in sorted(self.services.items(), reverse=True)
            if service["client"] == code and (service["status"] != "cancelled" or query.get("cancelado") == "sim")
        ]
        return {
            "id_cliente": 11000 + code,
            "codigo_cliente": code,
            "nome_razaosocial": client["nome"],
            "tipo_pessoa": "pf",
            "cpf_cnpj": client["cpf"],
            "telefone_primario": client["phones"][0],
            "telefone_secundario": client["phones"][1],
            "telefone_terciario": "",
            "email_principal": "cliente@example.com",
            "data_nascmento": "1969-12-31 04:00:00",
            "alerta": bool(alerts),
            "alerta_mensagens": alerts,
            "servicos": services,
        }

    def _service(self, number: int, query: Mapping[str, str]) -> dict[str, Any]:
        service = self.services[number]
        status, prefix = STATUS[service["status"]]
        last = {
            "conectado": False,
            "ultima_conexao_datetime": "2026-11-19 18:22:24-03",
            "ultima_desconexao_datetime": "2026-11-20 06:00:01-03",
            "status_txt_resumido": "DESCONECTADO HÁ 2 DIA(S)",
        }
        street, house, district = service["at"].split(", ")
        return {
            "id_cliente_servico": number,
            "numero_plano": 1,
            "nome": service["plan"],
            "valor": 119.9,
            "status": status,
            "status_prefixo": prefix,
            "login": f"login.{number}",
            "senha": "pppoe-senha",
            "ultima_conexao": last if query.get("ultima_conexao") == "sim" else [],
            "interface": {"nome": "PON5", "tipo": "gpon", "called_sid": None},
            "equipamento_conexao": {"nome": "OLT XPTO", "ipv4": "192.168.2.100", "ipv6": None},
            "endereco_instalacao": {
                "completo": f"{street}, {house} - {district}, São José/SP | CEP: 12200-000",
                "endereco": street,
                "numero": house,
                "bairro": district,
                "cidade": "São José",
            },
        }

    def _invoices(self, query: Mapping[str, str]) -> Any:
        assert query["busca"] == "id_cliente_servico"
        first, last = query.get("data_inicio", "0001-01-01"), query.get("data_fim", "9999-12-31")
        found = [
            self._invoice(number, one)
            for number, one in sorted(self.invoices.items(), key=lambda item: item[1]["due"])
            if str(one["service"]) == query["termo_busca"]
            and not (one["paid"] and query.get("apenas_pendente", "sim") == "sim")
            and first <= one["due"].isoformat() <= last
        ]
        page = found[: min(int(query.get("limit", "20")), 50)]
        return {"status": "suscess", "msg": "Dados consultados com sucesso", "faturas": page}

    def _invoice(self, number: int, one: dict[str, Any]) -> dict[str, Any]:
        line = line_of(number, one["due"], one["cents"])
        return {
            "id_fatura": number,
            "nosso_numero": str(number),
            # As HubSoft writes it, in its groups.
            "linha_digitavel": re.sub(
                r"^(.{5})(.{5})(.{5})(.{6})(.{5})(.{6})(.)(.{14})$", r"\1.\2 \3.\4 \5.\6 \7 \8", line
            ),
            "codigo_barras": None,
            "link": f"{self.url}/pdf/fatura/7989c924-{number}",
            "numero_documento": number,
            "tipo_cobranca": "boleto_bancario",
            "valor": one["cents"] / 100 if number % 2 else f"{one['cents'] / 100:.2f}",
            "data_vencimento": br(one["due"]),
            "data_pagamento": br(one["paid"]),
            "pix_copia_cola": pix_of(number, one["cents"]),
            "detalhamento": [],
            "cliente": {"servico": {"id_cliente_servico": one["service"]}},
        }

    def _unlock(self, body: Mapping[str, Any]) -> Any:
        number = int(body["id_cliente_servico"])
        if int(body["dias_desbloqueio"]) > MOST_DAYS:
            text = "O valor informado para os dias de desbloqueio não é permitido, pois ultrapassa a configuração"
            return {"status": "error", "msg": text, "errors": []}
        if number in self.unlocked:
            text = "O desbloqueio em confiança já foi utilizado para este serviço no período configurado"
            return {"status": "error", "msg": text, "errors": []}
        self.unlocked.add(number)
        self.services[number]["status"] = "active"
        return {"status": "success", "msg": "Desbloqueio em confiança realizado com sucesso até a data 25/11/2026"}

    def _ticket(self, body: Mapping[str, Any]) -> Any:
        if not (body.get("nome") and re.fullmatch(r"[0-9]{10,11}", body.get("telefone") or "")):
            return {"status": "error", "msg": "O campo telefone é obrigatório", "errors": []}
        protocol = f"20261122105821{len(self.tickets)}"
        self.tickets[protocol] = {"descricao_abertura": body["descricao"], "status": "Aguardando Análise", **body}
        said = {"id_atendimento": 300, "protocolo": protocol, "status": "Aguardando Análise"}
        return {
            "status": "success",
            "msg": f"Atendimento aberto com sucesso. Protocolo: {protocol}.",
            "atendimento": said,
        }

    def _tickets(self, query: Mapping[str, str]) -> Any:
        found = [
            {"protocolo": number, "tipo_atendimento": "SAC", "status": one["status"], "data_fechamento": None}
            for number, one in self.tickets.items()
            if query["busca"] == "protocolo" and number == query["termo_busca"]
        ]
        return {"status": "suscess", "msg": "Dados consultados com sucesso", "atendimentos": found}
