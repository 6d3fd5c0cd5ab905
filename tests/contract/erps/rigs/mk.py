"""MK Solutions with Bruno and Fábio: contracts with connections, Brazilian dates, amounts as numbers and as text."""

from __future__ import annotations

import pytest

from billing import boleto
from billing.erp_kind import Connecting
from billing.erps.mk import ERP
from billing.ports import Erp
from core.dates import format_date
from core.field import fill_in
from core.http import make_session
from core.money import as_decimal
from tests.contract.erps.scene import CONTRACTS, CUSTOMERS, INVOICES, ZONE, Rig
from tests.contract.erps.server import Asked
from tests.contract.erps.servers.mk import PASSWORD, USER_TOKEN, MkServer

NUMBERS = {"bruno": 12345, "fabio": 12399}
BILLS = {"i-late": 1001, "i-next": 1002, "i-paid": 1000}


def filled() -> MkServer:
    server = MkServer()
    _fill_persons(server)
    _fill_contracts(server)
    _fill_bills(server)
    return server


def _fill_persons(server: MkServer) -> None:
    for one in CUSTOMERS:
        server.persons.append(
            {
                "CodigoPessoa": NUMBERS[one.ref],
                "CPF_CNPJ": one.document.number,
                "Nome": one.name,
                "Fone": one.phones[0].removeprefix("+55"),
                "Situacao": "Ativo",
            }
        )


def _fill_contracts(server: MkServer) -> None:
    for contract in CONTRACTS:
        person, number = NUMBERS[contract.customer_ref], int(contract.number)
        state = "Cancelado" if contract.status == "cancelled" else "Ativo"
        plan = {"codcontrato": number, "status_contrato": state, "plano_acesso": contract.plan, "adesao": "2024-03-01"}
        server.contracts.append({"person": person, **plan})
        if state == "Ativo":
            held = contract.status == "blocked"
            server.connections.append(
                {
                    "person": person,
                    "codconexao": 50000 + number,
                    "contrato": number,
                    "bloqueada": "Sim" if held else "Não",
                    "motivo_bloqueio": "Bloqueio financeiro" if held else None,
                    "esta_reduzida": "Não",
                    "endereco": contract.address,
                    "username": f"login{number}",
                }
            )


def _fill_bills(server: MkServer) -> None:
    for invoice in INVOICES:
        number, amount = BILLS[invoice.ref], invoice.amount_cents
        server.bills.append(
            {
                "person": NUMBERS["bruno"],
                "codfatura": number,
                "contas": "",
                "contratos": "1002",
                "data_vencimento": format_date(invoice.due_date),
                "descricao": "Mensalidade",
                "valor_total": as_decimal(amount) if invoice.ref == "i-next" else amount / 100,
                "paid": str(invoice.paid_at.date()) if invoice.paid_at else "",
                "ld": boleto.compose("756", invoice.due_date, amount, str(number).zfill(25)).formatted_line,
            }
        )


def connected(server: MkServer, **changes: str) -> Erp:
    own = {"url": server.url, "user_token": USER_TOKEN, "password": PASSWORD}
    given = own | {"ticket_process": "67", "ticket_classification": "1"} | changes
    return ERP.connect(Connecting(fill_in(ERP.fields, given), make_session(), ZONE))


def rig(request: pytest.FixtureRequest) -> Rig:
    server = filled()
    request.addfinalizer(server.stop)

    def pay(ref: str) -> None:
        next(one for one in server.bills if str(one["codfatura"]) == ref.partition(".")[2])["paid"] = "2026-11-22"

    def block(contract_ref: str) -> None:
        number = int(contract_ref.partition(".")[2])
        held = {"bloqueada": "Sim", "motivo_bloqueio": "Bloqueio financeiro"}
        next(one for one in server.connections if one["contrato"] == number).update(held)

    secrets = (USER_TOKEN, PASSWORD, "sessao")
    return Rig(connected(server), pay, block, server=server, secrets=secrets, write_path=writes)


def writes(asked: Asked) -> bool:
    """Opening a ticket, or releasing a connection."""
    return asked.path.endswith(("/WSMKNovoAtendimento.rule", "/WSMKAutoDesbloqueio.rule"))


RIGS = {"mk": rig}
