"""The demonstration's provider: the facts that were agreed, loaded once into an empty database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

import cli
from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.provider_row import load_policy, load_provider
from billing.trust_unlock import Denied, Eligible, assess
from billing.unlock_ledger import promises
from core import phone
from core.dates import local_date
from core.db import Database
from core.document import parse_document
from core.money import cents
from demo import DEMO_FILE, people, seed_demo
from handoff.accounts import SignedIn, sign_in
from handoff.hand_over import hand_over
from handoff.queues import DEFAULT_QUEUE
from models import Base, utc_now
from models.agent import Agent
from models.contact import Contact
from models.contract import Contract
from models.customer import Customer
from models.invoice import Invoice
from models.trust_unlock import TrustUnlock
from tests.integration.desk import a_conversation, conversation
from tests.vectors import load

PASSWORD = "uma-senha-de-teste"
NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)


def contents(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    with db.transaction() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


def test_seed_has_the_facts_of_the_shared_demo_provider(db: Database) -> None:
    facts = load("demo_provider.json")
    assert seed_demo(db, DEMO_FILE, PASSWORD, now=NOW)
    provider, policy = load_provider(db), load_policy(db)
    wanted = facts["provider"]
    assert {key: getattr(provider, key) for key in ("name", "city", "state", "timezone", "size", "pix_key")} == {
        key: wanted[key] for key in ("name", "city", "state", "timezone", "size", "pix_key")
    }
    assert provider.cnpj.number == wanted["cnpj"]
    assert {key: getattr(policy, key) for key in wanted["trust_unlock"]} == wanted["trust_unlock"]
    erp = LocalErp(SqlStore(db), lambda: provider)
    for person in facts["customers"]:
        key = phone.match_key(person["whatsapp"], is_wa_id=True)
        assert key is not None
        [customer] = erp.find_by_phone(key)
        assert customer == erp.find_by_document(customer.document)
        assert (customer.name, customer.kind) == (person["name"], person.get("kind", "residential"))
        assert customer.document == parse_document(person["document"])
        contracts = erp.contracts(customer.ref)
        assert [contract.number for contract in contracts] == [row["number"] for row in person["contracts"]]
        for row, contract in zip(person["contracts"], contracts, strict=True):
            for name in ("plan", "status", "address", "pppoe_login", "olt", "pon", "cto", "onu"):
                assert getattr(contract, name) == row[name]
            assert contract.monthly_fee_cents == cents(row["monthly_fee"])
            assert contract.sla == row.get("sla")
            assert _invoices(db, contract.ref) == _wanted_invoices(row)
            assert _unlocks(db, contract.ref) == _wanted_unlocks(row)
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == len(facts["customers"])
        agents = {agent.login: agent for agent in session.scalars(select(Agent))}
    assert {(a["login"], a["name"], a["role"], tuple(a.get("queues", ()))) for a in facts["agents"]} == {
        (agent.login, agent.name, agent.role, tuple(agent.queues)) for agent in agents.values()
    }


def test_people_hold_the_phones_of_the_shared_demo_provider() -> None:
    facts = load("demo_provider.json")
    known = [(person["name"], person["whatsapp"]) for person in facts["customers"]]
    cast = people(DEMO_FILE)
    assert [(person.name, person.wa_id) for person in cast[:-1]] == known
    assert cast[-1].wa_id == facts["unknown_number"]


def test_seed_changes_nothing_when_it_runs_again(db: Database) -> None:
    assert seed_demo(db, DEMO_FILE, PASSWORD, now=NOW)
    with db.transaction() as session:
        session.scalars(select(Invoice).where(Invoice.number == "F-1002-1")).one().status = "paid"
    before = contents(db)
    assert not seed_demo(db, DEMO_FILE, "outra-senha", now=NOW + timedelta(days=3))
    assert contents(db) == before


def test_seed_loads_once_when_two_start_together(db: Database) -> None:
    with ThreadPoolExecutor(2) as pool:
        started = [pool.submit(seed_demo, db, DEMO_FILE, PASSWORD) for _ in range(2)]
        assert sorted(one.result(60) for one in started) == [False, True]


def test_seed_leaves_nothing_behind_when_the_file_is_wrong(db: Database, tmp_path: Path) -> None:
    wrong = tmp_path / "demo.yml"
    wrong.write_text(DEMO_FILE.read_text("utf-8").replace("64021587390", "64021587391"), "utf-8")
    with pytest.raises(ValueError, match="cli-1008"):
        seed_demo(db, wrong, PASSWORD)
    assert not any(contents(db).values())


def test_seed_gives_the_agents_the_password(db: Database) -> None:
    seed_demo(db, DEMO_FILE, PASSWORD)
    with db.transaction() as session:
        assert isinstance(sign_in(session, "karina", PASSWORD), SignedIn)


def test_a_company_that_asks_for_a_person_waits_where_somebody_works(db: Database) -> None:
    seed_demo(db, DEMO_FILE, PASSWORD)
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        bakery = session.scalars(select(Customer).where(Customer.kind == "business")).one()
        session.execute(update(Contact).values(customer_ref=bakery.ref, proved_by="phone"))
    with db.transaction() as session:
        assert hand_over(session, id_, queue=DEFAULT_QUEUE, reason="pediu uma pessoa", summary="Padaria")
    queue = conversation(db, id_).queue
    with db.transaction() as session:
        there = {agent.login for agent in session.scalars(select(Agent)) if queue in agent.queues}
    assert there == {"helena", "karina"}


def test_seed_makes_bruno_eligible_and_carla_not(db: Database) -> None:
    seed_demo(db, DEMO_FILE, PASSWORD)
    provider, policy, now = load_provider(db), load_policy(db), utc_now()
    erp, today = LocalErp(SqlStore(db), lambda: provider), local_date(now, provider.timezone)

    def judged(ref: str) -> Eligible | Denied:
        contract = SqlStore(db).contract(ref)
        assert contract is not None
        return assess(contract, erp.open_invoices(ref), promises(db, ref), policy, now, today)

    bruno, carla = judged("1002"), judged("1003")
    assert isinstance(bruno, Eligible)
    assert bruno.amount_cents == 11990
    assert isinstance(carla, Denied)
    assert carla.rule == "broken_promise"


def test_seed_command_loads_and_then_leaves_alone(db: Database, database_url: str) -> None:
    command = ["seed-demo", "--database-url", database_url, "--agent-password", PASSWORD]
    first, second = (CliRunner().invoke(cli.main, command) for _ in range(2))
    assert (first.exit_code, first.output) == (0, "Provedor de demonstração carregado.\n")
    assert (second.exit_code, second.output) == (0, "Já existe um provedor; nada foi mudado.\n")
    assert len(contents(db)["customer"]) == 8


def test_migrate_command_can_be_repeated(database_url: str) -> None:
    for _ in range(2):
        assert CliRunner().invoke(cli.main, ["migrate", "--database-url", database_url]).exit_code == 0


@pytest.mark.parametrize("command", [["migrate"], ["seed-demo", "--agent-password", PASSWORD]])
def test_command_says_what_is_missing_when_no_database_is_given(command: list[str]) -> None:
    environment = {name: None for name in ("DATABASE_URL", "DATABASE_URL_FILE")}
    result = CliRunner().invoke(cli.main, command, env=environment)
    assert result.exit_code == 1
    assert "DATABASE_URL: faltando" in result.output


@pytest.mark.parametrize("command", [["migrate"], ["seed-demo", "--agent-password", PASSWORD]])
def test_command_fails_plainly_when_the_database_does_not_answer(command: list[str], tmp_path: Path) -> None:
    nowhere = f"postgresql://religa:s3nha-secreta@/religa?host={tmp_path}"
    result = CliRunner().invoke(cli.main, [*command, "--database-url", nowhere])
    assert result.exit_code == 1
    assert "O banco de dados não respondeu" in result.output
    assert "s3nha-secreta" not in result.output


def _invoices(db: Database, contract_ref: str) -> list[tuple[str, int, int, str]]:
    today = local_date(NOW, "America/Sao_Paulo")
    with db.transaction() as session:
        rows = session.scalars(select(Invoice).join(Contract).where(Contract.ref == contract_ref)).all()
    assert all((row.paid_at is not None) == (row.status == "paid") for row in rows)
    return sorted((row.number, row.amount_cents, (row.due_date - today).days, row.status) for row in rows)


def _wanted_invoices(row: dict[str, Any]) -> list[tuple[str, int, int, str]]:
    return sorted((i["number"], cents(i["amount"]), i["due_in_days"], i["status"]) for i in row["invoices"])


def _unlocks(db: Database, contract_ref: str) -> list[tuple[timedelta, str]]:
    with db.transaction() as session:
        rows = session.scalars(select(TrustUnlock).where(TrustUnlock.contract_ref == contract_ref)).all()
    return [(NOW - row.granted_at, row.state) for row in rows]


def _wanted_unlocks(row: dict[str, Any]) -> list[tuple[timedelta, str]]:
    unlocks = row.get("trust_unlocks", ())
    return [(timedelta(days=u["days_ago"]), "kept" if u["kept"] else "broken") for u in unlocks]
