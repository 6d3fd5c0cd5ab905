"""Invoices from a file: known by their number. What was settled or cancelled here is not changed by a file."""

from __future__ import annotations

from billing.importing import cells
from billing.importing.cells import Value
from billing.importing.kind import Check, Column, Kind, LineUnfit, Row, Stored

_STATUS = cells.one_of(
    {
        "aberta": "open",
        "aberto": "open",
        "em aberto": "open",
        "vencida": "open",
        "pendente": "open",
        "paga": "paid",
        "pago": "paid",
        "recebido": "paid",
        "cancelada": "cancelled",
        "cancelado": "cancelled",
    }
)
# At noon of the provider's day: the file knows no hour, and no zone makes another day of it.
_PAID_AT = "(s.paid_on + time '12:00') AT TIME ZONE :zone"


def _complete(row: Row) -> None:
    if row["status"] == "paid" and row["paid_on"] is None:
        raise LineUnfit("pago em", "falta o dia em que foi paga")
    if row["status"] != "paid" and row["paid_on"] is not None:
        raise LineUnfit("situacao", "tem dia de pagamento e não está como paga")


def _names(row: Row) -> dict[str, Value | None]:
    monthly = row["period"] and row["status"] != "cancelled"
    return {"fatura": row["ref"], "competencia": f"{row['contract']} {row['period']}" if monthly else None}


KIND = Kind(
    name="invoices",
    title="faturas",
    table="invoice",
    find="t.ref = s.ref",
    names=_names,
    joins=" LEFT JOIN contract k ON k.ref = s.contract",
    complete=_complete,
    columns=(
        Column("ref", ("fatura", "numero", "numero da fatura", "titulo", "codigo", "id"), cells.code, required=True),
        Column("contract", ("contrato", "numero do contrato", "id contrato"), cells.code, required=True),
        Column("amount", ("valor",), cells.amount_due, "int", new=True),
        Column("due", ("vencimento", "data de vencimento"), cells.day, "date", new=True),
        Column("status", ("situacao", "status"), _STATUS),
        Column("paid_on", ("pago em", "pagamento", "data de pagamento", "data do pagamento"), cells.day, "date"),
        Column("paid", ("valor pago", "valor recebido"), cells.amount, "int"),
        Column("period", ("competencia", "mes", "referencia"), cells.period),
        Column("description", ("descricao", "historico"), cells.text),
    ),
    checks=(
        Check("contrato", "o contrato não está cadastrado", "k.id IS NULL"),
        Check("contrato", "a fatura é de outro contrato", "t.contract_id <> k.id"),
        Check("situacao", "a fatura já está paga ou cancelada aqui", "t.status <> 'open' AND t.status <> s.status"),
        Check(
            "valor",
            "a fatura já está paga ou cancelada aqui, com outro valor ou vencimento",
            "t.status <> 'open' AND (t.amount_cents <> s.amount OR t.due_date <> s.due)",
        ),
        Check(
            "valor",
            "parte da fatura já foi paga aqui",
            "t.status = 'open' AND t.paid_cents > 0 AND t.amount_cents <> s.amount",
        ),
        Check(
            "competencia",
            "o contrato já tem outra fatura deste mês",
            "s.period IS NOT NULL AND coalesce(s.status, '') <> 'cancelled'"
            " AND EXISTS (SELECT FROM invoice o WHERE o.contract_id = k.id AND o.period <> ''"
            " AND o.period = s.period AND o.status <> 'cancelled' AND o.ref <> s.ref)",
        ),
    ),
    stored=(
        Stored("ref", "fatura", "s.ref", "s.ref", fixed=True),
        Stored("number", "fatura", "s.ref", "s.ref", fixed=True),
        Stored("contract_id", "contrato", "k.id", "k.id", fixed=True),
        Stored("amount_cents", "valor", "s.amount", "0", shape="cents"),
        Stored("due_date", "vencimento", "s.due", "NULL"),
        Stored("status", "situação", "s.status", "'open'"),
        # A payment that is known here keeps its own moment.
        Stored("paid_at", "pago em", f"coalesce(t.paid_at, {_PAID_AT})", "NULL"),
        Stored(
            "paid_cents",
            "valor pago",
            "CASE WHEN t.status IS DISTINCT FROM 'paid' AND s.status = 'paid'"
            " THEN coalesce(s.paid, s.amount, t.amount_cents) END",
            "0",
            shape="cents",
        ),
        Stored("period", "competência", "s.period", "''"),
        Stored("description", "descrição", "s.description", "''"),
        Stored("fine_cents", "multa", "NULL::int", "0", fixed=True),
        Stored("interest_cents", "juros", "NULL::int", "0", fixed=True),
        Stored("hold", "retida por", "NULL::text", "''", fixed=True),
    ),
)
