"""`python -m bench reconciliation`: comparing every contract's money, mark and line, and how it grows."""

from __future__ import annotations

import argparse
import resource
import time

from sqlalchemy import text

from bench.outages import database
from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.provider_row import load_provider
from billing.reconciliation import Compared, reconcile
from core.db import Database
from models.provider import Provider

WRONG = 19


def main(arguments: list[str]) -> int:
    """Runs it."""
    parser = argparse.ArgumentParser(prog="bench reconciliation")
    parser.add_argument("--contracts", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    counts = parser.parse_args(arguments).contracts
    print("\nReconciliation: 5 % blocked for debt, 12 invoices each, 19 that do not agree")
    first = 0.0
    with database() as db:
        for count in counts:
            held = fill(db, count)
            erp = LocalErp(SqlStore(db), lambda: load_provider(db))
            compared = Compared(db, erp, lambda held=held: held)  # type: ignore[misc]
            if not first:
                reconcile(compared)
            began = time.perf_counter()
            report = reconcile(compared)
            spent = time.perf_counter() - began
            assert len(report.findings) == WRONG, report.counts
            each = spent / count
            first = first or each
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{count:>9,} contracts {spent:7.2f} s {count / spent:>9,.0f}/s"
                f" {each / first:5.2f} times per contract, peak {peak:.0f} MB"
            )
    return 0


def fill(db: Database, count: int) -> frozenset[str]:
    """Contracts with a year of invoices; every twentieth owes and is blocked. Returns whom the network holds back: the
    debtors, and some who owe nothing."""
    with db.transaction() as session:
        session.execute(text("TRUNCATE provider, customer, contract, invoice, reconciliation, alert CASCADE"))
        provider = {"name": "Bench", "cnpj": "11222333000181", "city": "São Paulo", "state": "SP"}
        session.add(Provider(**provider, timezone="America/Sao_Paulo", pix_key="11222333000181"))
        session.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in FILL:
            session.execute(text(statement), {"count": count})
    with db.reading() as session:
        session.execute(text("ANALYZE"))
    return frozenset({f"c{n}" for n in range(20, count + 1, 20)} | {f"c{n}" for n in range(1, WRONG + 1)})


FILL = (
    "INSERT INTO customer (ref, name, document, document_kind, kind)"
    " VALUES ('bench', 'Bench', '1', 'cpf', 'residential')",
    "INSERT INTO contract (ref, customer_id, number, plan, monthly_fee_cents, status, address, pppoe_login, olt, pon,"
    " cto, onu, sla) SELECT 'c' || n, (SELECT max(id) FROM customer), n::text, 'Fibra', 9990,"
    " CASE WHEN n % 20 = 0 THEN 'blocked' ELSE 'active' END, 'Rua', 'c' || n, '', '', '', '', ''"
    " FROM generate_series(1, :count) AS n",
    "INSERT INTO invoice (ref, contract_id, number, amount_cents, due_date, status)"
    " SELECT contract.ref || '-' || m, contract.id, contract.number || '-' || m, 9990, CURRENT_DATE - 30 * (12 - m),"
    " CASE WHEN m = 11 AND contract.status = 'blocked' THEN 'open' ELSE 'paid' END"
    " FROM contract, generate_series(0, 11) AS m",
)
