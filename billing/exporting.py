"""The customer base as CSV, in columns that the import reads again, with no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, TextIO

from sqlalchemy import text

from billing.formula import harmless
from core.dates import format_date, local_date
from core.db import Database
from core.document import parse_document
from core.money import as_decimal
from core.phone import format_phone
from models.provider import provider_zone

_PAGE = 2000
_STATUS = {"open": "aberta", "paid": "paga", "cancelled": "cancelada"}
_SITUATION = {"active": "ativo", "blocked": "bloqueado", "cancelled": "cancelado", "pending": "pendente"}
_REASON = {"debt": "débito", "request": "pedido", "other": "outro"}
_CHARGE = {"boleto": "boleto", "pix": "pix", "direct_debit": "débito automático", "card": "cartão"}
_METHOD = {"pix": "pix", "boleto": "boleto", "card": "cartão", "cash": "dinheiro", "other": "outro"}
_WORDS = {
    "situação da fatura": _STATUS,
    "situação": _SITUATION,
    "motivo do bloqueio": _REASON,
    "forma de cobrança": _CHARGE,
    "forma": _METHOD,
    "tipo": {"residential": "PF", "business": "PJ"},
}

# Each is read in pages by `id`, so that a large base needs no more memory than a small one.
_QUERIES = {
    "customers": """
        SELECT t.id, t.ref AS "código", t.name AS nome, t.document AS "CPF/CNPJ", t.kind AS tipo, t.email AS "e-mail",
               (SELECT string_agg(p.match_key, ' ' ORDER BY p.id) FROM customer_phone p WHERE p.customer_id = t.id)
               AS telefones
        FROM customer t""",
    "contracts": """
        SELECT t.id, t.ref AS contrato, c.document AS "CPF/CNPJ", t.plan AS plano, t.monthly_fee_cents AS mensalidade,
               t.due_day AS vencimento, t.status AS "situação", t.blocked_for AS "motivo do bloqueio",
               t.starts_on AS "ativação", t.address AS "endereço", t.area AS bairro, t.pppoe_login AS login,
               t.olt AS "OLT", t.pon AS "PON", t.cto AS "CTO", t.onu AS "ONU", t.sla AS "SLA",
               t.charge_by AS "forma de cobrança"
        FROM contract t JOIN customer c ON c.id = t.customer_id""",
    "invoices": """
        SELECT t.id, t.ref AS fatura, k.ref AS contrato, t.amount_cents AS valor, t.due_date AS vencimento,
               t.status AS "situação da fatura", t.paid_at AS "pago em",
               CASE t.status WHEN 'paid' THEN t.paid_cents END AS "valor pago",
               nullif(t.period, '') AS "competência", t.description AS "descrição"
        FROM invoice t JOIN contract k ON k.id = t.contract_id""",
    "payments": """
        SELECT t.id, t.invoice_ref AS fatura, t.amount_cents AS valor, t.paid_at AS "pago em", t.method AS forma,
               t.external_id AS identificador, t.e2e_id AS "id da transação", t.source AS origem, t.state AS estado
        FROM payment t""",
}
EXPORTS = tuple(_QUERIES)
_MONEY = frozenset({"mensalidade", "valor", "valor pago"})


def export(db: Database, name: str, file: TextIO) -> int:
    """Writes one of EXPORTS, headers first, and returns how many rows there were. Documents are written whole: who asks
    for it is written down by the caller."""
    writer = csv.writer(file, delimiter=";")
    with db.reading() as session:
        zone = provider_zone(session)
    count = 0
    for row in _rows(db, name):
        if not count:
            writer.writerow([_header(column) for column in row])
        writer.writerow([_cell(column, value, zone) for column, value in row.items()])
        count += 1
    return count


def _rows(db: Database, name: str) -> Iterator[dict[str, Any]]:
    page = text(f"{_QUERIES[name]} WHERE t.id > :last ORDER BY t.id LIMIT {_PAGE}")
    last = 0
    while True:
        with db.reading() as session:
            found = [dict(row) for row in session.execute(page, {"last": last}).mappings()]
        for row in found:
            last = row.pop("id")
            yield row
        if len(found) < _PAGE:
            return


def _header(column: str) -> str:
    return "situação" if column == "situação da fatura" else column


def _cell(column: str, value: Any, zone: str) -> str:
    if value is None:
        return ""
    if column in _WORDS:
        return _WORDS[column].get(value, str(value))
    if column in _MONEY:
        return as_decimal(value).replace(".", ",")
    if column == "CPF/CNPJ":
        document = parse_document(value)
        return document.formatted if document else harmless(value)
    if column == "telefones":
        return " / ".join(harmless(format_phone(key)) for key in value.split())
    if isinstance(value, datetime):
        return format_date(local_date(value, zone))
    return format_date(value) if isinstance(value, date) else harmless(str(value))
