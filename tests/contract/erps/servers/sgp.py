"""SGP as its published answers show it: form posts, numbers and yes in many spellings, refusals with 200."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from core.money import as_decimal
from tests.contract.erps.papers import a_pdf, line_of, pix_of
from tests.contract.erps.scene import CONTRACTS, CUSTOMERS, INVOICES
from tests.contract.erps.server import Answered, Asked, ErpServer

TOKEN, APP = "segredo-do-sgp-8842", "religa"
NAMES = {"1": " Ativo ", "3": "Cancelado", "4": "Suspenso", "7": "Ativo V. Reduzida"}
Form = dict[str, str]


def digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


class SgpServer(ErpServer):
    """Bruno's document is kept with its dots, Fábio's without. Whoever forgets `nao_gerar_os` opens an occurrence."""

    def __init__(self) -> None:
        ids = {customer.ref: 16900 + n for n, customer in enumerate(CUSTOMERS)}
        self.clients: list[dict[str, Any]] = []
        for n, customer in enumerate(CUSTOMERS):
            key = customer.phones[0].removeprefix("+55")
            contacts = [f"({key[:2]}) {key[2:-4]}-{key[-4:]}", customer.phones[1].removeprefix("+55")]
            who = customer.document.formatted if n == 0 else customer.document.number
            self.clients.append({"id": ids[customer.ref], "nome": customer.name, "cpfcnpj": who, "phones": contacts})
        codes = {"active": 1, "blocked": 4, "cancelled": 3}
        self.contracts: dict[int, dict[str, Any]] = {
            int(c.number): {"client": ids[c.customer_ref], "status": codes[c.status], "plan": c.plan, "at": c.address}
            for c in CONTRACTS
        }
        self.titles: dict[int, dict[str, Any]] = {}
        for n, invoice in enumerate(INVOICES):
            self.add_title(900 + n, 1002, invoice.due_date, invoice.amount_cents, invoice.paid_at and date(2026, 10, 1))
        self.occurrences: dict[str, dict[str, Any]] = {}
        self.promised: set[int] = set()
        self.outages: list[dict[str, Any]] = []
        super().__init__()

    def add_title(self, number: int, contract: int, due: date, cents: int, paid: date | None = None) -> None:
        self.titles[number] = {"contract": contract, "due": due, "cents": cents, "paid": paid, "fine": 0, "moved": None}

    def pay(self, number: int) -> None:
        self.titles[number]["paid"] = date(2026, 11, 22)

    def denied(self) -> Answered:
        return Answered({"status": 0, "msg": "Token inválido"})

    def answer(self, asked: Asked) -> Answered:
        if asked.path.startswith("/boleto/"):
            return Answered(a_pdf(f"Boleto {int(digits(asked.path))}"), content_type="application/pdf")
        form: Form = {**asked.query, **asked.form}
        if (form.get("token"), form.get("app")) != (TOKEN, APP):
            return self.denied()
        if asked.path.startswith("/api/ura/pagamento/pix/"):
            number = int(digits(asked.path))
            return Answered({"status": 1, "msg": "Dados do Pix", "pix": pix_of(number, self.titles[number]["cents"])})
        doors: dict[str, Callable[[Form], Any]] = {
            "/api/ura/consultacliente/": self._consult,
            "/api/ura/clientes/": self._clients,
            "/api/ura/titulos/": self._titles,
            "/api/ura/fatura2via/": self._second_copies,
            "/api/ura/liberacaopromessa/": self._promise,
            "/api/ura/verificaacesso/": self._access,
            "/api/ura/chamado/": self._ticket,
            "/api/ura/ocorrencia/list/": self._tickets,
            "/api/ura/manutencao/list/": lambda _: self.outages,
            "/api/ura/consultaplano/": lambda _: {
                "planos": [
                    {"id": 2, "descricao": "FIBRA 600", "preco": "119.90"},
                    {"id": 1, "descricao": "FIBRA 300", "preco": "89.90"},
                ]
            },
        }
        door = doors.get(asked.path)
        return Answered(door(form)) if door else Answered(b"<h1>Not Found</h1>", 404, "text/html")

    def _consult(self, form: Form) -> Any:
        found = [
            self._contract(number)
            for number, contract in sorted(self.contracts.items(), reverse=True)
            if form.get("contrato") == str(number)
            or (form.get("cpfcnpj") and digits(self._client(contract["client"])["cpfcnpj"]) == digits(form["cpfcnpj"]))
        ]
        return {"msg": "Contrato(s) Localizado(s)" if found else "Nada encontrado", "contratos": found}

    def _client(self, number: int) -> dict[str, Any]:
        return next(client for client in self.clients if client["id"] == number)

    def _contract(self, number: int) -> dict[str, Any]:
        contract = self.contracts[number]
        client = self._client(contract["client"])
        street, house, district = contract["at"].split(", ")
        return {
            "contratoId": number,
            "clienteId": client["id"],
            "cpfCnpj": client["cpfcnpj"],
            "razaoSocial": client["nome"],
            "contratoStatus": contract["status"],
            "contratoStatusDisplay": NAMES[str(contract["status"])],
            "motivo_status": "",
            "contratoTitulosAReceber": 1,
            "contratoValorAberto": 89.9,
            "servico_plano": "1GB",
            "planointernet": contract["plan"],
            "servico_login": f"login.{number}",
            "servico_senha": "pppoe-senha",
            "popId": 1,
            "endereco_logradouro": street,
            "endereco_numero": int(house),
            "endereco_bairro": district,
            "endereco_cidade": "São José",
            "endereco_uf": "SP",
            "telefones": [{"tipoContato": "WhatsApp Número", "contato": phone} for phone in client["phones"]],
            "emails": [{"tipoContato": "E-Mail", "contato": "cliente@example.com"}],
        }

    def _clients(self, form: Form) -> Any:
        found = [
            {
                "id": client["id"],
                "nome": client["nome"],
                "cpfcnpj": client["cpfcnpj"],
                "contratos": [{"id": n} for n, c in self.contracts.items() if c["client"] == client["id"]],
                "contatos": [],
            }
            for client in self.clients
            if form.get("cliente_id") == str(client["id"])
            or (form.get("telefone") and any(digits(form["telefone"]) in digits(p) for p in client["phones"]))
        ]
        return {"paginacao": {"total": len(found)}, "clientes": found}

    def _titles(self, form: Form) -> Any:
        found = []
        for number, title in sorted(self.titles.items(), key=lambda item: item[1]["due"]):
            paid = title["paid"]
            if form.get("contrato") not in (None, str(title["contract"])):
                continue
            if form.get("titulo_id") not in (None, str(number)):
                continue
            if form.get("status") in ({"abertos"} if paid else {"pagos"}):
                continue
            found.append(self._title(number, title))
        offset, limit = int(form.get("offset", "0")), min(int(form.get("limit", "250")), 250)
        page = found[offset : offset + limit]
        pages = {"offset": offset, "limit": limit, "parcial": len(page), "total": len(found)}
        return {"paginacao": pages, "titulos": page}

    def _title(self, number: int, title: dict[str, Any]) -> dict[str, Any]:
        cents = title["cents"]
        return {
            "id": number,
            "portador": "BANCO",
            "numeroDocumento": 70000 + number,
            "contrato": title["contract"],
            "status": "pago" if title["paid"] else "aberto",
            "valor": as_decimal(cents),
            "valorCorrigido": (cents + title["fine"]) / 100,
            "valorPago": cents / 100 if title["paid"] else "",
            "codigoBarras": "",
            "linhaDigitavel": line_of(number, title["due"], cents),
            "codigoPix": None,
            "link": f"{self.url}/boleto/{number}",
            "dataVencimento": title["due"].isoformat(),
            "dataPagamento": title["paid"].isoformat() if title["paid"] else "",
            "dataCancelamento": "",
        }

    def _second_copies(self, form: Form) -> Any:
        if form.get("nao_gerar_os") != "1":
            self.occurrences[f"2609121{len(self.occurrences):05d}"] = {"tipo": "2ª via", "status_id": 0}
        links = [
            {
                "id": str(number),
                "fatura": "1",
                "vencimento": (title["moved"] or title["due"]).isoformat(),
                "vencimento_original": title["due"].isoformat(),
                "valor": as_decimal(title["cents"] + title["fine"]),
                "valor_original": title["cents"] / 100,
                "multa": title["fine"] / 100,
                "juros": "0.00",
                "linhadigitavel": line_of(number, title["moved"] or title["due"], title["cents"] + title["fine"]),
                # Of every other title the Pix has yet to be made.
                "codigopix": pix_of(number, title["cents"] + title["fine"]) if number % 2 else "",
                "link": f"{self.url}/boleto/{number}.pdf",
            }
            for number, title in self.titles.items()
            if str(title["contract"]) == form.get("contrato") and not title["paid"]
        ]
        return {"status": 1 if links else 0, "links": links}

    def _promise(self, form: Form) -> Any:
        number = int(form["contrato"])
        if number in self.promised:
            text = "O recurso de promessa de pagamento já atingiu quantidade permitida. Recurso não disponível"
            return {"status": 2, "liberado": False, "msg": text}
        self.promised.add(number)
        self.contracts[number]["status"] = 1
        return {
            "status": "1",
            "liberado": "True",
            "liberado_dias": "3",
            "data_promessa": form.get("data_promessa", "2026-11-25"),
            "protocolo": 260912153100,
            "contratoId": number,
            "msg": f"Liberação via URA -\nServiço ID: 999, Login: login.{number}\nMotivo: Promessa de Pagamento\n",
        }

    def _access(self, form: Form) -> Any:
        number = int(form["contrato"])
        if self.contracts[number]["status"] == 4 and form.get("status_all") != "1":
            return {"status": 0, "msg": "Nada encontrado"}
        return {"status": 2, "msg": "Serviço Offline", "contratoId": number, "login": f"login.{number}"}

    def _ticket(self, form: Form) -> Any:
        protocol = f"2611221{len(self.occurrences):05d}"
        self.occurrences[protocol] = {"tipo": "Outros", "status_id": 0, "conteudo": form["conteudo"]}
        return {"status": 1, "protocolo": protocol, "msg": "Chamado aberto", "contratoId": int(form["contrato"])}

    def _tickets(self, form: Form) -> Any:
        return {
            "ocorrencias": [
                {"numero": number, "status": "Encerrada" if one["status_id"] else "Aberta", "contrato": 1002, **one}
                for number, one in self.occurrences.items()
                if form.get("ocorrencia") in (None, number)
            ]
        }
