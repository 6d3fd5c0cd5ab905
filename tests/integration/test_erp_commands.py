"""The commands about the ERP, as processes over real servers: what they say when it works, and when it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.erp_kind import erp_kinds
from core.db import Database
from models import utc_now
from models.audit import Audit
from models.customer import Customer
from tests.contract.erps.rigs import ixc
from tests.contract.erps.rigs.voalle import filled
from tests.contract.erps.scene import BRUNO, STRANGER
from tests.contract.erps.servers.ixc import TOKEN, USER, IxcServer
from tests.contract.erps.servers.voalle import VoalleServer
from tests.integration.billing_rows import bruno_blocked, store_provider
from tests.integration.commands import command
from wiring_erp import connect

GOOD = '{"url": "http://127.0.0.1:9", "user": "1", "token": "meu-segredo"}'
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def server() -> Iterator[IxcServer]:
    server = ixc.filled()
    yield server
    server.stop()


@pytest.fixture
def run(db: Database, database_url: str, tmp_path: Path, server: IxcServer) -> Run:
    """An `erp` command with IXC configured; `changes` are of its options, `environment` replaces what is set."""

    def run(*words: str, environment: dict[str, str] | None = None, **changes: str) -> tuple[int, str]:
        options = json.dumps({"url": server.url, "user": USER, "token": TOKEN} | changes)
        told = {"ERP": "ixc", "ERP_OPTIONS": options, **(environment or {})}
        code, said = command(tmp_path, "erp", *words, DATABASE_URL=database_url, **told)
        assert TOKEN not in said
        assert "Traceback" not in said
        return code, said

    return run


def test_kinds_names_every_erp_and_its_fields(run: Run) -> None:
    code, said = run("kinds")
    assert code == 0
    for kind in erp_kinds().values():
        assert f"{kind.kind} - {kind.title}" in said
        assert all(field.name in said for field in kind.fields)


def test_test_tells_what_the_erp_offers_when_it_lets_us_in(db: Database, run: Run) -> None:
    store_provider(db)
    code, said = run("test")
    assert code == 0, said
    assert "ixc: conectou e leu. Oferece: " in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"token": "errada"}, "O ERP não aceita a nossa configuração (erp_credentials"),
        ({"url": "http://127.0.0.1:9"}, "O ERP não respondeu (connection_failed: 127.0.0.1)"),
        ({"url": "ixc.example"}, "ERP_OPTIONS: um campo não faz sentido (erp_url"),
        ({"senha": "x"}, "ERP_OPTIONS: não existe senha"),
        ({"token": ""}, "ERP_OPTIONS: falta token"),
    ],
)
def test_test_says_what_to_mend_when_the_options_are_wrong(
    db: Database, run: Run, changes: dict[str, str], said: str
) -> None:
    store_provider(db)
    code, output = run("test", **changes)
    assert code == 1
    assert said in output


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"ERP": "nada"}, "ERP: valor inválido 'nada'. Esperado: local, hubsoft"),
        ({"ERP_OPTIONS": '{"token": "meu-segredo"'}, "ERP_OPTIONS: não é JSON"),
        ({"ERP_OPTIONS_FILE": "/nowhere"}, "ERP_OPTIONS_FILE: o arquivo não pôde ser lido"),
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:9/y"}, "O banco de dados não respondeu"),
    ],
)
def test_test_says_what_to_mend_when_settings_are_wrong(
    db: Database, tmp_path: Path, database_url: str, environment: dict[str, str], said: str
) -> None:
    code, output = command(
        tmp_path, "erp", "test", **{"ERP": "ixc", "DATABASE_URL": database_url, "ERP_OPTIONS": GOOD, **environment}
    )
    assert code == 1
    assert said in output
    assert "meu-segredo" not in output
    assert "Traceback" not in output


def test_test_says_that_no_provider_is_there_yet(run: Run) -> None:
    code, said = run("test")
    assert code == 1
    assert "nenhum provedor cadastrado" in said


@pytest.mark.parametrize("trouble", ["error", "page", "busy"])
def test_test_says_that_the_erp_did_not_answer_when_it_is_in_trouble(
    db: Database, run: Run, server: IxcServer, trouble: str
) -> None:
    store_provider(db)
    server.trouble = trouble  # type: ignore[assignment]
    code, said = run("test")
    assert code == 1
    assert "O ERP não respondeu (" in said


@pytest.mark.parametrize("who", [BRUNO.formatted, BRUNO.number, "(12) 98111-0002"])
def test_find_shows_the_customer_masked_with_contracts_and_invoices(db: Database, run: Run, who: str) -> None:
    store_provider(db)
    code, said = run("find", who)
    assert code == 0, said
    assert BRUNO.masked in said
    assert "contrato 1002: " in said
    assert "bloqueado por débito" in said
    assert "fatura " in said
    assert "R$" in said
    assert BRUNO.number not in said
    assert "98111" not in said
    with db.reading() as session:
        assert [row.action for row in session.scalars(select(Audit))] == ["erp.found"]


def test_find_says_that_nobody_is_there_and_ends_with_one(db: Database, run: Run) -> None:
    store_provider(db)
    assert run("find", STRANGER.formatted) == (1, "Error: Ninguém com esse dado no ERP.\n")
    code, said = run("find", "123")
    assert code == 2
    assert "Esperado um CPF, um CNPJ ou um telefone com DDD." in said


def test_find_reads_our_own_tables_when_there_is_no_erp(db: Database, run: Run) -> None:
    bruno_blocked(db)
    code, said = run("find", BRUNO.number, environment={"ERP": "", "ERP_OPTIONS": ""})
    assert code == 0, said
    assert BRUNO.masked in said


def test_voalle_is_asked_after_a_start_with_the_document_that_it_told_before(db: Database) -> None:
    store_provider(db)
    server = filled(VoalleServer())
    try:
        options = json.dumps({"url": server.url, "auth_url": server.url, **server.client})
        kind = erp_kinds()["voalle"]
        ref = connect(kind, options, db).find_by_document(BRUNO).ref  # type: ignore[union-attr]
        told = Customer(ref=ref, name="Bruno", document=BRUNO.number, document_kind="cpf", seen_at=utc_now())
        with db.transaction() as session:
            session.add(told)
        assert [one.number for one in connect(kind, options, db).contracts(ref)] == ["1002"]
    finally:
        server.stop()
