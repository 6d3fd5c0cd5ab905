"""IXC Provedor with Bruno and Fábio: one document with its mask, a mobile without its ninth digit, amounts as text."""

from __future__ import annotations

import pytest

from billing import boleto, pix
from billing.erp_kind import Connecting
from billing.erps.ixc import ERP
from billing.ports import Erp
from core.field import fill_in
from core.http import make_session
from core.money import as_decimal
from core.phone import format_phone
from tests.contract.erps.scene import CONTRACTS, CUSTOMERS, INVOICES, ZONE, Rig
from tests.contract.erps.server import Asked
from tests.contract.erps.servers.ixc import TOKEN, USER, IxcServer

NUMBERS = {"bruno": "2", "fabio": "13"}
STATES = {"blocked": ("A", "CA"), "active": ("A", "A"), "cancelled": ("I", "D")}
TITLES = {"i-late": "145535", "i-next": "145536", "i-paid": "145530"}


def filled() -> IxcServer:
    server = IxcServer()
    _fill_customers(server)
    _fill_contracts(server)
    _fill_titles(server)
    return server


def _fill_customers(server: IxcServer) -> None:
    for one in CUSTOMERS:
        masked = one.ref == "bruno"
        server.add(
            "cliente",
            id=NUMBERS[one.ref],
            razao=one.name,
            cnpj_cpf=one.document.formatted if masked else one.document.number,
            tipo_pessoa="F",
            ativo="S",
            senha="segredo-do-cliente",
            telefone_celular=format_phone(one.phones[0]) if masked else one.phones[0].removeprefix("+55"),
            whatsapp="",
            fone=format_phone(one.phones[1]),
            endereco="Rua do Sol",
            numero="22",
            bairro="Centro",
        )


def _fill_contracts(server: IxcServer) -> None:
    for contract in CONTRACTS:
        number, (status, access) = contract.number, STATES[contract.status]
        owner = NUMBERS[contract.customer_ref]
        state = {"status": status, "status_internet": access}
        own = {"endereco": "Rua do Sol", "numero": "22", "bairro": "Centro", "endereco_padrao_cliente": "N"}
        server.add("cliente_contrato", id=number, id_cliente=owner, id_vd_contrato="9", contrato="", **state, **own)
        login = f"login{number}"
        server.add("radusuarios", id=number, id_cliente=owner, id_contrato=number, login=login, ativo="S", online="N")


def _fill_titles(server: IxcServer) -> None:
    for invoice in INVOICES:
        number, amount = TITLES[invoice.ref], as_decimal(invoice.amount_cents)
        server.add(
            "fn_areceber",
            id=number,
            id_cliente="2",
            id_contrato="" if invoice.ref == "i-next" else "1002",
            id_contrato_avulso="1002" if invoice.ref == "i-next" else "0",
            id_contrato_principal="0",
            liberado="S",
            status="R" if invoice.paid_at else "A",
            valor=amount,
            valor_aberto="0.00" if invoice.paid_at else amount,
            valor_recebido=amount if invoice.paid_at else "0.00",
            data_vencimento=str(invoice.due_date),
            pagamento_data=str(invoice.paid_at.date()) if invoice.paid_at else "0000-00-00",
            linha_digitavel="",
            line_when_printed=boleto.compose("001", invoice.due_date, invoice.amount_cents, number.zfill(25)).line,
            gateway_link=f"https://pagar.example.com/{number}",
            aguardando_confirmacao_pagamento="N",
        )
        server.pix[number] = pix.encode_dynamic(f"pix.example.com/qr/{number}", "Conecta Vale", "Taubate")


def connected(server: IxcServer, **changes: str) -> Erp:
    given = {"url": server.url, "user": USER, "token": TOKEN, "ticket_subject": "1", "ticket_department": "2"}
    return ERP.connect(Connecting(fill_in(ERP.fields, given | changes), make_session(), ZONE))


def rig(request: pytest.FixtureRequest) -> Rig:
    server = filled()
    request.addfinalizer(server.stop)

    def pay(ref: str) -> None:
        row = server.forms["fn_areceber"][ref]
        row.update(status="R", valor_aberto="0.00", valor_recebido=row["valor"], pagamento_data="2026-11-22")

    def block(contract_ref: str) -> None:
        server.forms["cliente_contrato"][contract_ref.partition(".")[2]]["status_internet"] = "CA"

    return Rig(connected(server), pay, block, server=server, secrets=(TOKEN, "segredo-do-cliente"), write_path=writes)


def writes(asked: Asked) -> bool:
    """Opening a ticket, or releasing a contract."""
    inserts = asked.path.endswith("/su_ticket") and asked.headers.get("ixcsoft") != "listar"
    return inserts or asked.path.endswith("/desbloqueio_confianca")


RIGS = {"ixc": rig}
