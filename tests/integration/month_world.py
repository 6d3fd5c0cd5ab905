"""A town of a thousand customers for the month of tests: their rows, and their lines in FreeRADIUS's own tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import insert

from core.db import Database
from models.contact import Contact
from models.contract import Contract
from models.customer import Customer
from models.invoice import Invoice
from provisioning import simulated_network
from provisioning.radius.access import RadiusAccess
from provisioning.radius.messages import Answer
from provisioning.radius.tables import RadiusTables
from stores import EmbeddedPostgres
from tests.integration.billing_rows import store_provider
from tests.integration.template_rows import a_template
from webhooks.template_files import read_templates

SUSPENDED = "suspenso"
DUE_DAYS = (5, 10, 15, 20, 25)
POLICIES: dict[str, Any] = {
    "billing": {"monthly": True},
    "trust_unlock": {"hours": 72},
    "negotiation": {"table": [{"name": "tabela", "max_instalments": 2, "min_instalment_cents": 1000}]},
    "collections": {"per_minute": 6000, "batch_above": 1000},
}


def fee_of(number: int) -> int:
    """What the contract of this number costs a month, in cents; nearly every one another price."""
    return 7990 + 10 * (number % 400)


def due_day_of(number: int) -> int:
    """The day of the month on which its invoices are due."""
    return DUE_DAYS[number % len(DUE_DAYS)]


def pays_ahead(number: int) -> bool:
    """Whether somebody who owes nothing has paid September already when the story begins."""
    return number % 20 < 11


def number_of(contract_ref: str) -> int:
    """The number within a contract's ref: `c-7` of our own tables, `7.7` of an ERP outside."""
    return int(contract_ref.removeprefix("c-").partition(".")[0])


def furnish(db: Database, policies: dict[str, Any]) -> None:
    """The provider and its templates."""
    store_provider(db, policies=policies)
    for file in read_templates("pt_BR"):
        a_template(db, file.purpose, components=list(file.draft().components), variables=file.variables)


def populate(db: Database, numbers: range, debtors: frozenset[int]) -> None:
    """The provider, its templates, and everybody with the invoice of August: open for `debtors`, else paid; some
    others have that of September as well."""
    furnish(db, POLICIES)
    with db.transaction() as session:
        session.execute(insert(Customer), [_customer(number) for number in numbers])
        session.execute(insert(Contact), [a_contact(number, f"k-{number}") for number in numbers])
        session.execute(insert(Contract), [_contract(number) for number in numbers])
        session.execute(insert(Invoice), [_bill(number, 8, number in debtors) for number in numbers])
        ahead = [number for number in numbers if pays_ahead(number) and number not in debtors]
        session.execute(insert(Invoice), [_bill(number, 9, False) for number in ahead])


def _customer(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "ref": f"k-{number}",
        "name": f"Cliente {number}",
        "document": cpf(number),
        "document_kind": "cpf",
    }


def a_contact(number: int, customer_ref: str) -> dict[str, Any]:
    """Who once wrote to us."""
    return {"id": number, "channel": "whatsapp", "customer_ref": customer_ref, "proved_by": "phone"}


def _contract(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "ref": f"c-{number}",
        "customer_id": number,
        "number": f"{number}",
        "plan": "Fibra",
        "monthly_fee_cents": fee_of(number),
        "address": "Rua Nova, 1",
        "pppoe_login": f"l{number}",
        "due_day": due_day_of(number),
        "status": "active",
    }


def _bill(number: int, month: int, owes: bool) -> dict[str, Any]:
    day = date(2026, month, due_day_of(number))
    return {
        "ref": f"c-{number}-2026-{month:02d}",
        "number": f"{number}-2026-{month:02d}",
        "contract_id": number,
        "amount_cents": fee_of(number),
        "due_date": day,
        "period": f"2026-{month:02d}",
        "status": "open" if owes else "paid",
        "paid_at": None if owes else datetime(2026, 8, day.day, 15, tzinfo=UTC),
        "paid_cents": 0 if owes else fee_of(number),
    }


def cpf(number: int) -> str:
    """A valid one."""
    digits = [int(digit) for digit in f"{number + 100_000_000:09d}"]
    for _ in range(2):
        weighted = sum(weight * digit for weight, digit in zip(range(len(digits) + 1, 1, -1), digits, strict=True))
        digits.append(weighted * 10 % 11 % 10)
    return "".join(map(str, digits))


class _Hurried:
    """A Clock whose waiting costs no time: nobody's session has to be waited for."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


class Network:
    """FreeRADIUS's tables with every line in them, and the product's own driver over them. Nobody is online, so that
    no NAS has to be asked: who may dial in is what counts here."""

    def __init__(self, postgres: EmbeddedPostgres, name: str, numbers: range) -> None:
        self._postgres, self._name = postgres, name
        postgres.ensure_database(name)
        schema = (Path(simulated_network.__file__).parent / "radius_schema.sql").read_text(encoding="utf-8")
        with psycopg.connect(postgres.url(name), autocommit=True) as connection:
            connection.execute(schema.encode())
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE radusergroup")
                lines = [(f"l{number}", "fibra", 10) for number in numbers]
                row = "INSERT INTO radusergroup (username, groupname, priority) VALUES (%s, %s, %s)"
                cursor.executemany(row, lines)
        tables = RadiusTables(postgres.url(name), SUSPENDED)
        self.access = RadiusAccess(tables, _nobody, suspended_group=SUSPENDED, settle_seconds=1, clock=_Hurried())

    def held(self) -> set[int]:
        """The numbers of the contracts that are held back, by a look of our own."""
        with psycopg.connect(self._postgres.url(self._name)) as connection:
            rows = connection.execute("SELECT username FROM radusergroup WHERE groupname = %s", (SUSPENDED,)).fetchall()
        return {int(row[0][1:]) for row in rows}

    def switch(self, on: bool) -> None:
        """Takes RADIUS's database away, or gives it back."""
        with psycopg.connect(self._postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS {'true' if on else 'false'}".encode())


def _nobody(*_: object, **__: object) -> Answer:
    raise AssertionError("nobody is online: no NAS is told of anything")
