"""What HubSoft's answers mean: refs of its numbers, and values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from billing.reading import amount, day, document, moment, optional_day, words, yes
from billing.records import (
    BlockedFor,
    Connection,
    Contract,
    ContractStatus,
    Customer,
    Invoice,
    TicketState,
    TicketStatus,
)
from core import phone

Row = Mapping[str, Any]

_CANCELLED = frozenset({"cancelado", "inativo"})
_ACTIVE = frozenset({"servico_habilitado", "franquia_excedida"})
_DEBT = frozenset({"suspenso_debito", "suspenso_parcialmente", "dedicado_suspenso"})
_ON_REQUEST = frozenset({"suspenso_pedido_cliente", "suspenso_solicitacao_cliente"})
_UNTIL = re.compile(r"at[ée] (?:a data |o dia )?(?P<day>[0-9]{2}/[0-9]{2}/[0-9]{4})", re.IGNORECASE)


def customer(row: Row) -> Customer | None:
    """An entry of `clientes`; None where there is no valid document to know the customer by."""
    who = document(row.get("cpf_cnpj"))
    if who is None:
        return None
    written = (words(row.get(f"telefone_{which}")) for which in ("primario", "secundario", "terciario"))
    return Customer(
        ref=words(row.get("codigo_cliente")),
        name=words(row.get("nome_razaosocial")),
        document=who,
        kind="business" if who.kind == "cnpj" else "residential",
        phones=phone.match_keys(*written),
    )


def contract(service: Row, customer_ref: str) -> Contract:
    """An entry of `servicos`. Its ref names the customer too: HubSoft looks a service up through its customer."""
    status, reason = _status(words(service.get("status_prefixo")).lower())
    number = words(service.get("id_cliente_servico"))
    where = _object(service, "endereco_instalacao")
    return Contract(
        ref=f"{customer_ref}.{number}",
        number=number,
        customer_ref=customer_ref,
        plan=words(service.get("nome")),
        monthly_fee_cents=amount(service.get("valor"), "valor") if words(service.get("valor")) else 0,
        status=status,
        address=_address(where),
        pppoe_login=words(service.get("login")) or None,
        olt=words(_object(service, "equipamento_conexao").get("nome")) or None,
        pon=words(_object(service, "interface").get("nome")) or None,
        cto=words(_object(service, "porta_atendimento").get("equipamento")) or None,
        area=words(where.get("bairro")),
        blocked_for=reason,
    )


def _status(prefix: str) -> tuple[ContractStatus, BlockedFor]:
    if prefix in _ACTIVE:
        return "active", "debt"
    if prefix in _CANCELLED:
        return "cancelled", "debt"
    if prefix.startswith(("aguardando", "agendado")):
        return "pending", "debt"
    if prefix in _DEBT:
        return "blocked", "debt"
    # What is not known is at least not called free, and is not paid away.
    return "blocked", "request" if prefix in _ON_REQUEST else "other"


def _address(where: Row) -> str:
    whole = words(where.get("completo")).partition(" | ")[0].replace(" - ", ", ")
    parts = (where.get("endereco"), where.get("numero"), where.get("bairro"), where.get("cidade"))
    return whole or ", ".join(part for part in map(words, parts) if part)


def _object(row: Row, name: str) -> Row:
    # What is not there comes as null, or as an empty list.
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}


def invoice(row: Row, contract_ref: str, zone: str) -> Invoice:
    """An entry of `faturas`: unpaid as long as it has no day of payment."""
    number = words(row.get("id_fatura"))
    paid_on = optional_day(row.get("data_pagamento"), "data_pagamento")
    return Invoice(
        ref=f"{contract_ref}.{number}",
        number=words(row.get("numero_documento")) or number,
        contract_ref=contract_ref,
        amount_cents=amount(row.get("valor"), "valor"),
        due_date=day(row.get("data_vencimento"), "data_vencimento"),
        status="paid" if paid_on else "open",
        paid_at=moment(paid_on, "data_pagamento", zone) if paid_on else None,
    )


def belongs(row: Row, service: str) -> bool:
    """Whether an entry of `faturas` is of the service it was asked for, as far as it says."""
    own = words(_object(_object(row, "cliente"), "servico").get("id_cliente_servico"))
    return own in ("", service)


def connection(service: Row, zone: str) -> Connection:
    """The last session of a service, which HubSoft has from RADIUS; a service without one tells nothing."""
    last = _object(service, "ultima_conexao")
    login = words(service.get("login")) or None
    if "conectado" not in last:
        return Connection(None, login)
    online = yes(last.get("conectado"), "conectado")
    at = last.get("ultima_conexao_datetime" if online else "ultima_desconexao_datetime")
    since = moment(at, "ultima_conexao", zone) if words(at) else None
    return Connection(online, login, since, words(last.get("status_txt_resumido")))


def outage(row: Row) -> str | None:
    """The alert that HubSoft has for this customer, made to be told by bots."""
    if not yes(row.get("alerta"), "alerta"):
        return None
    messages = row.get("alerta_mensagens") or ()
    texts = [messages] if isinstance(messages, str) else messages
    return "\n".join(text for text in map(words, texts) if text) or None


def ticket(row: Row) -> TicketState:
    """An entry of `atendimentos`. The last word is what it was closed with."""
    word, ending = words(row.get("status")).lower(), words(row.get("status_fechamento")).lower()
    state: TicketStatus = "open"
    if "cancel" in ending or "cancel" in word:
        state = "cancelled"
    elif words(row.get("data_fechamento")) or ending:
        state = "done"
    elif "andamento" in word or "execu" in word:
        state = "in_progress"
    subject, text = words(row.get("tipo_atendimento")), words(row.get("descricao_fechamento"))
    return TicketState(words(row.get("protocolo")), state, subject, text)


def promised_until(message: Any) -> date | None:
    """The day that an unlock's message names as its last."""
    found = _UNTIL.search(words(message))
    return day(found["day"], "desbloqueio") if found else None
