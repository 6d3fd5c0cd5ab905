"""What SGP's answers mean, whichever of its spellings they come in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from billing.reading import amount, day, document, moment, optional_amount, optional_day, words, yes
from billing.records import (
    BlockedFor,
    Contract,
    ContractStatus,
    Customer,
    Invoice,
    InvoiceStatus,
    Plan,
    TicketState,
    TicketStatus,
)
from core import phone

Row = Mapping[str, Any]

# 7 is slowed down for debt: what was slowed is released like what was cut off.
_STATUS: dict[str, ContractStatus] = {
    "1": "active",
    "2": "cancelled",
    "3": "cancelled",
    "4": "blocked",
    "5": "cancelled",
    "6": "pending",
    "7": "blocked",
}
_ON_REQUEST = re.compile(r"pedido|solicita|requerimento|f[ée]rias|viagem", re.IGNORECASE)


def pick(row: Row, *names: str) -> Any:
    """The first of the names that has a value; None if none has."""
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def number_of(row: Row, *names: str) -> str:
    """An id, which comes as number or text; empty where it is missing."""
    return words(pick(row, *names))


def customer(contracts: Iterable[Row]) -> Customer | None:
    """The customer as the rows of `consultacliente` tell it; None where there is no valid document to know it by."""
    found = list(contracts)
    who = document(found[0].get("cpfCnpj")) if found else None
    if not found or who is None:
        return None
    return Customer(
        ref=number_of(found[0], "clienteId"),
        name=words(found[0].get("razaoSocial")),
        document=who,
        kind="business" if who.kind == "cnpj" else "residential",
        phones=phone.match_keys(*(text for row in found for text in _phones(row))),
    )


def _phones(row: Row) -> Iterable[str]:
    for contact in row.get("telefones") or ():
        yield words(contact.get("contato") if isinstance(contact, Mapping) else contact)


def contract(row: Row) -> Contract:
    """A row of `consultacliente`. A status that SGP has not published is blocked for a reason that we do not know."""
    ref = number_of(row, "contratoId")
    code = words(row.get("contratoStatus"))
    reason: BlockedFor = "debt" if code in _STATUS else "other"
    if _ON_REQUEST.search(words(row.get("motivo_status"))):
        reason = "request"
    address = (row.get(f"endereco_{part}") for part in ("logradouro", "numero", "bairro", "cidade"))
    return Contract(
        ref=ref,
        number=ref,
        customer_ref=number_of(row, "clienteId"),
        plan=words(pick(row, "planointernet", "servico_plano")),
        monthly_fee_cents=0,
        status=_STATUS.get(code, "blocked"),
        address=", ".join(part for part in map(words, address) if part not in ("", "0")),
        pppoe_login=words(row.get("servico_login")) or None,
        area=words(row.get("endereco_bairro")),
        blocked_for=reason,
    )


def invoice(row: Row, contract_ref: str, zone: str) -> Invoice:
    """A row of `titulos` or `faturas`: what is to be paid today, and by when it is now to be paid."""
    title = number_of(row, "id", "titulo_id")
    due = day(pick(row, "dataVencimento", "vencimento", "data_vencimento"), "vencimento")
    now_due = optional_day(row.get("vencimento_atualizado"), "vencimento_atualizado") or due
    paid_on = optional_day(pick(row, "dataPagamento", "data_pagamento"), "data_pagamento")
    status = _invoice_status(row, paid=paid_on is not None)
    corrected = pick(row, "valorCorrigido", "valorcorrigido") if status == "open" else None
    return Invoice(
        ref=f"{contract_ref}.{title}",
        number=number_of(row, "numeroDocumento", "numero_documento") or title,
        contract_ref=contract_ref,
        amount_cents=amount(row.get("valor") if corrected is None else corrected, "valor"),
        due_date=now_due if status == "open" else due,
        status=status,
        paid_at=moment(paid_on, "data_pagamento", zone) if paid_on and status == "paid" else None,
        paid_cents=optional_amount(pick(row, "valorPago", "valor_pago"), "valor_pago"),
        original_due_date=due if status == "open" and now_due != due else None,
    )


def _invoice_status(row: Row, *, paid: bool) -> InvoiceStatus:
    word = words(row.get("status")).lower()
    if "cancel" in word or optional_day(row.get("dataCancelamento"), "data_cancelamento"):
        return "cancelled"
    return "paid" if paid or word.startswith(("pag", "liquid", "baixa")) else "open"


def reissued(found: Invoice, link: Row) -> Invoice:
    """The invoice as its second copy asks for it: SGP moves the due date and adds fine and interest."""
    due = day(link.get("vencimento"), "vencimento")
    first = optional_day(link.get("vencimento_original"), "vencimento_original") or found.late_from
    return replace(
        found,
        amount_cents=amount(link.get("valor"), "valor"),
        due_date=due,
        original_due_date=first if first != due else None,
        fine_cents=optional_amount(link.get("multa"), "multa"),
        interest_cents=optional_amount(link.get("juros"), "juros"),
    )


def ticket(row: Row) -> TicketState:
    """An entry of `ocorrencia/list`. Its text stays inside: comments there are colleagues' among themselves."""
    word = words(row.get("status")).lower()
    state: TicketStatus = "open"
    if "cancel" in word:
        state = "cancelled"
    elif words(row.get("status_id")) == "1" or word.startswith(("encerr", "finaliz", "conclu", "fechad")):
        state = "done"
    elif "andamento" in word or "execu" in word:
        state = "in_progress"
    return TicketState(number_of(row, "numero", "protocolo"), state, words(row.get("tipo")))


def plan(row: Row) -> Plan:
    """An entry of `consultaplano`."""
    price = amount(pick(row, "preco", "valor"), "preco")
    return Plan(number_of(row, "id"), words(pick(row, "descricao", "nome")), price)


def concerns(outage: Row, pop: str) -> bool:
    """Whether an entry of `manutencao/list` goes on now and is where the contract's POP is, or names no place at all.

    One that names only OLTs, PONs or boxes is not told: SGP does not say which of them a contract hangs on.
    """
    state = words(outage.get("status")).lower()
    if state in ("4", "resolvido") or not yes(outage.get("ativa", "1"), "ativa"):
        return False
    pops = [number_of(at, "id") if isinstance(at, Mapping) else words(at) for at in outage.get("pops") or ()]
    if pops:
        return pop in pops
    return not any(outage.get(kind) for kind in ("nas", "aps", "sources", "switches", "olts", "oltpons", "ctos"))


def outage_text(outage: Row) -> str:
    """What it says to customers."""
    return words(pick(outage, "mensagem_central", "mensagem_ura", "mensagem", "descricao", "titulo"))
