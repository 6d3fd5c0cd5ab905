"""Contracts from a file: known by their number, with the customer, the plan and the place in the network."""

from __future__ import annotations

from billing.importing import cells
from billing.importing.kind import Check, Column, Kind, LineUnfit, Row, Stored

_STATUS = cells.one_of(
    {
        "ativo": "active",
        "ativa": "active",
        "bloqueado": "blocked",
        "suspenso": "blocked",
        "cancelado": "cancelled",
        "encerrado": "cancelled",
        "pendente": "pending",
        "aguardando instalacao": "pending",
    }
)
_BLOCKED_FOR = cells.one_of(
    {"debito": "debt", "inadimplencia": "debt", "pedido": "request", "a pedido": "request", "outro": "other"}
)
_CHARGE_BY = cells.one_of(
    {
        "boleto": "boleto",
        "pix": "pix",
        "debito automatico": "direct_debit",
        "debito em conta": "direct_debit",
        "cartao": "card",
        "cartao de credito": "card",
    }
)


def _complete(row: Row) -> None:
    if row["customer"] is None and row["document"] is None:
        raise LineUnfit("cpf cnpj", "falta o cliente: o CPF/CNPJ ou o código")


KIND = Kind(
    name="contracts",
    title="contratos",
    table="contract",
    find="t.ref = s.ref",
    names=lambda row: {"contrato": row["ref"]},
    joins=(
        " LEFT JOIN customer c ON (s.document IS NULL OR c.document = s.document)"
        " AND (s.customer IS NULL OR c.ref = s.customer) LEFT JOIN plan p ON p.name = s.plan"
    ),
    complete=_complete,
    columns=(
        Column("ref", ("contrato", "numero", "numero do contrato", "codigo", "id contrato"), cells.code, required=True),
        Column("document", ("cpf cnpj", "cpf", "cnpj", "documento"), cells.document),
        Column("customer", ("codigo do cliente", "cliente", "id cliente"), cells.code),
        Column("plan", ("plano",), cells.text, new=True),
        Column("fee", ("mensalidade", "valor"), cells.amount, "int"),
        Column("due_day", ("vencimento", "dia de vencimento", "dia vencimento", "dia"), cells.due_day, "int"),
        Column("status", ("situacao", "status"), _STATUS),
        Column("blocked_for", ("motivo do bloqueio", "motivo bloqueio"), _BLOCKED_FOR),
        Column("starts_on", ("ativacao", "data de ativacao", "inicio", "data ativacao"), cells.day, "date"),
        Column("address", ("endereco", "endereco de instalacao", "logradouro"), cells.text, new=True),
        Column("area", ("bairro",), cells.text),
        Column("login", ("login", "pppoe", "login pppoe", "usuario pppoe"), cells.code),
        Column("olt", ("olt",), cells.text),
        Column("pon", ("pon", "porta pon"), cells.code),
        Column("cto", ("cto", "caixa"), cells.text),
        Column("onu", ("onu", "serial da onu", "serial"), cells.code),
        Column("sla", ("sla",), cells.text),
        Column("charge_by", ("forma de cobranca", "cobranca"), _CHARGE_BY),
    ),
    checks=(
        Check("cpf cnpj", "o cliente não está cadastrado", "c.id IS NULL"),
        Check("cpf cnpj", "o contrato é de outro cliente", "t.customer_id <> c.id"),
        Check(
            "plano",
            "o plano não está cadastrado e falta a mensalidade",
            "t.id IS NULL AND coalesce(s.fee, p.price_cents) IS NULL",
        ),
    ),
    stored=(
        Stored("ref", "contrato", "s.ref", "s.ref", fixed=True),
        Stored("number", "contrato", "s.ref", "s.ref", fixed=True),
        Stored("customer_id", "cliente", "c.id", "c.id", fixed=True),
        Stored("plan", "plano", "s.plan", "''"),
        # A new plan for a known contract does not change what was agreed to be paid: that is told, or it stays.
        Stored("monthly_fee_cents", "mensalidade", "s.fee", "p.price_cents", shape="cents"),
        Stored("due_day", "dia de vencimento", "s.due_day", "10"),
        Stored("status", "situação", "s.status", "'active'"),
        Stored("blocked_for", "motivo do bloqueio", "s.blocked_for", "'debt'"),
        Stored("starts_on", "ativação", "s.starts_on", "NULL"),
        Stored("address", "endereço", "s.address", "''"),
        Stored("area", "bairro", "s.area", "''"),
        Stored("pppoe_login", "login", "s.login", "''"),
        Stored("olt", "OLT", "s.olt", "''"),
        Stored("pon", "PON", "s.pon", "''"),
        Stored("cto", "CTO", "s.cto", "''"),
        Stored("onu", "ONU", "s.onu", "''"),
        Stored("sla", "SLA", "s.sla", "''"),
        Stored("charge_by", "forma de cobrança", "s.charge_by", "'boleto'"),
    ),
)
