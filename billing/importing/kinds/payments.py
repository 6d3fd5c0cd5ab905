"""Payments from a file: each pays its invoice once, whole, in part, or twice."""

from __future__ import annotations

from billing.importing import cells
from billing.importing.kind import Check, Column, Kind, Row, Stored
from billing.paid_by_file import follow_file

_METHOD = cells.one_of(
    {
        "pix": "pix",
        "boleto": "boleto",
        "cartao": "card",
        "cartao de credito": "card",
        "cartao de debito": "card",
        "dinheiro": "cash",
        "outro": "other",
    }
)
# What is owed is counted down line by line: the one that reaches it settles, those behind it pay twice.
_STATES = """
WITH told AS (
    SELECT s.target, i.status, i.amount_cents AS owed, s.amount,
           sum(s.amount) OVER (PARTITION BY i.id ORDER BY s.line) AS so_far
    FROM staged s JOIN invoice i ON i.ref = s.invoice WHERE s.state = 'new')
UPDATE payment p SET state = CASE
    WHEN told.status = 'cancelled' THEN 'unmatched'
    WHEN told.status = 'paid' OR told.so_far - told.amount >= told.owed THEN 'doubled'
    WHEN told.so_far >= told.owed THEN 'settled' ELSE 'partial' END
FROM told WHERE p.id = told.target
"""
_LATE = """
UPDATE payment p SET detail = p.detail || jsonb_build_object(
    'late_days', greatest(0, s.paid_on - coalesce(i.original_due_date, i.due_date)))
FROM staged s JOIN invoice i ON i.ref = s.invoice
WHERE s.state = 'new' AND p.id = s.target AND p.state IN ('settled', 'partial')
"""
_INVOICES = """
WITH told AS (
    SELECT p.invoice_ref, sum(p.amount_cents) AS paid, max(p.paid_at) FILTER (WHERE p.state = 'settled') AS settled_at
    FROM payment p JOIN staged s ON s.target = p.id AND s.state = 'new'
    WHERE p.state IN ('settled', 'partial') GROUP BY p.invoice_ref)
UPDATE invoice i SET
    paid_cents = i.paid_cents + told.paid,
    paid_at = told.settled_at,
    status = CASE WHEN told.settled_at IS NULL THEN 'open' ELSE 'paid' END,
    hold = CASE WHEN told.settled_at IS NULL THEN i.hold ELSE '' END,
    amount_cents = i.amount_cents + CASE WHEN told.settled_at IS NULL THEN -told.paid ELSE i.paid_cents END
FROM told WHERE i.ref = told.invoice_ref
"""


def _complete(row: Row) -> None:
    row["external"] = row["external"] or row["e2e"] or f"{row['invoice']}:{row['paid_on']}:{row['amount']}"


KIND = Kind(
    name="payments",
    title="pagamentos",
    table="payment",
    find="t.source = 'import' AND t.external_id = s.external",
    names=lambda row: {"identificador": row["external"]},
    joins=" LEFT JOIN invoice i ON i.ref = s.invoice LEFT JOIN contract k ON k.id = i.contract_id",
    complete=_complete,
    columns=(
        Column("invoice", ("fatura", "numero da fatura", "titulo"), cells.code, required=True),
        Column("amount", ("valor", "valor pago", "valor recebido"), cells.amount_due, "int", required=True),
        Column(
            "paid_on", ("pago em", "data", "data de pagamento", "data do pagamento"), cells.day, "date", required=True
        ),
        Column("method", ("forma", "forma de pagamento", "meio"), _METHOD),
        Column("external", ("identificador", "id", "nosso numero", "codigo"), cells.code),
        Column("e2e", ("e2e", "id da transacao", "end to end", "endtoendid"), cells.code),
    ),
    checks=(
        Check("fatura", "a fatura não está cadastrada", "i.id IS NULL"),
        Check(
            "identificador",
            "o pagamento já foi importado com outros dados",
            "t.invoice_ref <> s.invoice OR t.amount_cents <> s.amount",
        ),
        Check(
            "id da transacao",
            "este Pix já é conhecido",
            "t.id IS NULL AND EXISTS (SELECT FROM payment o WHERE o.e2e_id = s.e2e)",
        ),
    ),
    lock="SELECT FROM invoice i WHERE i.ref IN (SELECT invoice FROM staged) ORDER BY i.id FOR UPDATE",
    stored=(
        Stored("source", "origem", "'import'::text", "''", fixed=True),
        Stored("external_id", "identificador", "s.external", "''", fixed=True),
        Stored("invoice_ref", "fatura", "s.invoice", "''", fixed=True),
        Stored("contract_ref", "contrato", "k.ref", "NULL", fixed=True),
        Stored("amount_cents", "valor", "s.amount", "0", fixed=True),
        Stored("method", "forma", "s.method", "'other'", fixed=True),
        Stored("e2e_id", "id da transação", "s.e2e", "NULL", fixed=True),
        Stored("state", "situação", "NULL::text", "'unmatched'", fixed=True),
        Stored("paid_at", "pago em", "(s.paid_on + time '12:00') AT TIME ZONE :zone", "now()", fixed=True),
        Stored("known_at", "conhecido em", "NULL::timestamptz", "now()", fixed=True),
        Stored("detail", "detalhe", "NULL::jsonb", "'{}'::jsonb", fixed=True),
    ),
    after=(_STATES, _LATE, _INVOICES),
    follow=follow_file,
)
