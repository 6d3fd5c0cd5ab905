"""`cli.py reconcile` as a process: what it prints, what it ends with, and what it says when it cannot compare."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from core.db import Database
from models.reconciliation import Reconciliation
from tests.integration.billing_rows import bruno_blocked, store, store_provider
from tests.integration.commands import command
from tests.unit.billing.build import a_contract, a_customer

Run = Callable[..., tuple[int, str]]
SECRETS = {"SECRET_KEY": "k" * 32, "META_APP_SECRET": "s", "META_VERIFY_TOKEN": "v", "REDIS_URL": "redis://127.0.0.1/0"}


@pytest.fixture
def run(db: Database, database_url: str, tmp_path: Path) -> Run:
    def run(**environment: str) -> tuple[int, str]:
        told = {**SECRETS, "DATABASE_URL": database_url, **environment}
        code, said = command(tmp_path, "reconcile", **told)
        assert "Traceback" not in said
        assert "segredo" not in said
        return code, said

    return run


def reports(db: Database) -> int:
    with db.reading() as session:
        return len(session.scalars(select(Reconciliation)).all())


def test_reconcile_ends_with_zero_when_all_agrees(db: Database, run: Run) -> None:
    store_provider(db)
    store(db, [a_customer()], [a_contract(status="active")])
    code, said = run()
    assert code == 0, said
    assert "1 contratos comparados, sem a rede" in said
    assert reports(db) == 1


def test_reconcile_names_what_does_not_agree_and_ends_with_one(db: Database, run: Run) -> None:
    bruno_blocked(db)
    code, said = run()
    assert code == 1
    assert "c-1002" in said
    assert a_customer().document.number not in said


def test_reconcile_ends_with_one_when_the_erp_cannot_be_read(db: Database, run: Run) -> None:
    store_provider(db)
    store(db, [a_customer(ref="2")], [a_contract(ref="2.1002", customer_ref="2")])
    options = {"url": "http://127.0.0.1:9", "user": "1", "token": "segredo"}
    code, said = run(ERP="ixc", ERP_OPTIONS=json.dumps(options))
    assert code == 1
    assert "contratos que o ERP não deixou ler" in said


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"ERP": "nada", "GATEWAY": "nada"}, "ERP: valor inválido 'nada'"),
        ({"ERP": "nada", "GATEWAY": "nada"}, "GATEWAY: valor inválido 'nada'"),
        ({"ERP": "ixc", "ERP_OPTIONS": '{"token": "segredo"}'}, "ERP_OPTIONS: falta url, user"),
        ({"DATABASE_URL": "postgresql://x:segredo@127.0.0.1:9/y"}, "O banco de dados não respondeu"),
    ],
)
def test_reconcile_says_what_to_mend_and_compares_nothing(
    db: Database, run: Run, environment: dict[str, str], said: str
) -> None:
    code, output = run(**environment)
    assert code == 1
    assert said in output
    assert reports(db) == 0
